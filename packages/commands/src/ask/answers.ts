import { AssayError } from '@assay/contract';
import type { AskStore } from './ask-store.ts';

/** What we read of the store's answers. Source: /api/v2/openapi.json. */
export interface SeenArtifact {
  readonly kind: string;
  readonly host: string;
  readonly organization: string;
  readonly name: string;
  readonly digest: string;
}

/** Findings by severity. */
export interface SeenCounts {
  readonly critical: number;
  readonly high: number;
  readonly medium: number;
  readonly low: number;
  readonly minor: number;
  readonly unknown: number;
}

export interface SeenOverview extends SeenArtifact {
  readonly id: number;
  readonly counts: SeenCounts | null;
  readonly lastReport: { readonly uid: string; readonly at: string } | null;
  readonly groups: readonly string[];
}

export interface SeenFinding {
  readonly cve: string;
  readonly severity: string;
  readonly package: { readonly name: string; readonly version: string; readonly manager: string };
  readonly artifact: SeenArtifact;
  readonly fixedIn: readonly string[];
  readonly firstSeen: string | null;
  readonly fixedAt: string | null;
  readonly triage: { readonly state: string; readonly carriedFrom: object | null } | null;
}

export interface SeenTotal {
  readonly kind: 'exact' | 'more-than';
  readonly value: number;
}

/** A page of a list. */
export interface SeenPage<T> {
  readonly items: readonly T[];
  readonly total: SeenTotal;
}

/** More lines are for machines: they page through the list themselves. */
const most = '1000';

/** The first thousand of a list; `undefined` when the store has nothing of the name. Throws STORE_ANSWER. */
export async function askPage<T, More = unknown>(
  ask: AskStore,
  path: readonly string[],
  query: Readonly<Record<string, string>> = {},
): Promise<(SeenPage<T> & More) | undefined> {
  const answer = await ask(['api', 'v2', ...path], { ...query, limit: most });
  if (answer === undefined) return undefined;
  if (typeof answer !== 'object' || answer === null || !('items' in answer) || !Array.isArray(answer.items))
    throw new AssayError('STORE_ANSWER', 'the store does not answer with a list');
  return answer as unknown as SeenPage<T> & More; // the shape of the contract; what is shown of it is made plain where it is shown
}

/** Artifacts by the name or digest of an image, or the commit of a source. */
export async function askArtifacts(ask: AskStore, word: string): Promise<readonly SeenOverview[]> {
  const named = await askPage<SeenOverview>(ask, ['artifacts'], { image: quoted(word) });
  if (named !== undefined && named.items.length > 0) return named.items;
  return (await askPage<SeenOverview>(ask, ['artifacts'], { digest: quoted(word) }))?.items ?? [];
}

/** A value that holds no list. */
export function quoted(word: string): string {
  return `"${word.replaceAll('"', '')}"`;
}

/** `registry/name@digest`, or `host/organization/repository@commit`. */
export function artifactName({ host, organization, name, digest }: SeenArtifact): string {
  return `${[host, organization, name].filter((part) => part !== '').join('/')}@${digest}`;
}

/** `12`, or `more than 10000`. */
export function totalWords({ kind, value }: SeenTotal): string {
  return kind === 'exact' ? String(value) : `more than ${value}`;
}

/** The day of a moment. */
export function dayOf(moment: string | null): string {
  return moment === null ? '-' : moment.slice(0, 10);
}

/** `2 critical, 5 high`; never scanned is not clean. */
export function countWords(counts: SeenCounts | null): string {
  if (counts === null) return 'not scanned';
  const { critical, high, medium, low, minor, unknown } = counts;
  const words = Object.entries({ critical, high, medium, low, negligible: minor, unknown })
    .filter(([, count]) => count > 0)
    .map(([word, count]) => `${count} ${word}`);
  return words.length === 0 ? 'no findings' : words.join(', ');
}
