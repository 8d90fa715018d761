import type { Node } from '../client/model.ts';

/** Names come from documents of strangers: nothing in them may steer the terminal. */
export function clean(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}

/** `name@version`. */
export function packageWords(pkg: Node): string {
  return clean(`${pkg.text('Name')}@${pkg.text('Version')}`);
}

/** The worst first; what is not listed stands between Low and Unknown. */
const order = ['critical', 'high', 'medium', 'low'];

/** `CVE (Severity)`, with the highest severity only. Source: spec/insight.md §4. */
export function vulnerabilityWords(vulnerability: Node): string {
  return clean(`${vulnerability.text('CVEID')} (${highest(vulnerability.list('Ratings'))})`);
}

function highest(ratings: readonly Node[]): string {
  const words = ratings.map((rating) => rating.text('Severity')).filter((word) => word !== '');
  return words.toSorted((a, b) => rank(a) - rank(b))[0] ?? 'Unknown';
}

function rank(word: string): number {
  const at = order.indexOf(word.toLowerCase());
  return at >= 0 ? at : word.toLowerCase() === 'unknown' ? order.length + 1 : order.length;
}
