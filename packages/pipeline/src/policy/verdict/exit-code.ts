/** How one piece of work of a command ended. */
export type Outcome = 'clean' | 'error' | 'usage' | 'violating' | 'undecided';

/** The exit code of each outcome, most important first: a known violation outranks an open question. */
const codes: readonly (readonly [Outcome, number])[] = [
  ['usage', 2],
  ['error', 1],
  ['violating', 3],
  ['undecided', 4],
  ['clean', 0],
];

/** The process exit code when all of these happened; 0 when nothing did. */
export function exitCodeOf(outcomes: Iterable<Outcome>): number {
  const all = new Set(outcomes);
  return codes.find(([outcome]) => all.has(outcome))?.[1] ?? 0;
}
