import { compareText, isDigit } from './digits.ts';

/** Words that setuptools took for others: `-` starts a patch level, `dev` comes first, `pre` is a candidate. */
const replaced: ReadonlyMap<string, string> = new Map([
  ['pre', 'c'],
  ['preview', 'c'],
  ['rc', 'c'],
  ['-', 'final-'],
  ['dev', '@'],
]);

/**
 * The parts of a version from before PEP 440, each a text that sorts right: numbers padded to eight digits, words behind a `*`.
 * Source: the behaviour of pkg_resources.parse_version (setuptools up to 65) and packaging's LegacyVersion.
 * `undefined` for texts without a digit or with spaces, which nobody means as a version.
 */
export function readLegacy(given: string): readonly string[] | undefined {
  const text = given.toLowerCase();
  if (!/\d/.test(text) || /\s/.test(text)) return undefined;
  const parts: string[] = [];
  for (const part of split(text)) pushPart(parts, part);
  pushPart(parts, 'final');
  return parts;
}

/** Part by part; the one that ends first is the older. */
export function compareLegacy(a: readonly string[], b: readonly string[]): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = compareText(a[i] ?? '', b[i] ?? '');
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function pushPart(parts: string[], given: string): void {
  const part = replaced.get(given) ?? given;
  if (isDigit(part.charCodeAt(0))) {
    parts.push(part.padStart(8, '0'));
    return;
  }
  const word = `*${part}`;
  // Zeros before a word, and a hyphen before a pre-release, have no meaning.
  if (word < '*final') while (parts.at(-1) === '*final-') parts.pop();
  while (parts.at(-1) === '00000000') parts.pop();
  parts.push(word);
}

/** Runs of digits, runs of letters, hyphens, and what is neither; dots only separate. */
function split(text: string): string[] {
  return (text.match(/\d+|[a-z]+|-|[^\da-z.-]+/g) ?? []).map(String);
}
