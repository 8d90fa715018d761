import { isDigit, trimZeros } from './digits.ts';
import {
  compareIdentifiers,
  compareNumbers,
  comparePrerelease,
  type Identifier,
  readIdentifiers,
} from './identifiers.ts';
import type { OrderRules } from './order.ts';

export interface SemverKey {
  /** Any number of parts; a missing one is 0. */
  readonly numbers: readonly string[];
  readonly prerelease: readonly Identifier[] | undefined;
  /** Without a meaning for the order, except in pub. */
  readonly build: readonly Identifier[] | undefined;
}

/**
 * Semantic versions as registries really have them. Source: semver.org 2.0.0 item 11; from npm's loose form: a leading `v` or `=`,
 * leading zeros and a pre-release without hyphen (`1.2.3beta`); besides, one to any number of parts (`v1`, `1.2.3.4`).
 */
export const semver: OrderRules<SemverKey> = { read: readSemver, compare: compareSemver };

/** Dart's order: as semver, but build metadata counts, after none. Source: the pub_semver package, "Semantics". */
export const pub: OrderRules<SemverKey> = {
  read: readSemver,
  compare: (a, b) => {
    const difference = compareSemver(a, b);
    if (difference !== 0) return difference;
    return compareIdentifiers(a.build ?? [], b.build ?? []);
  },
};

export function compareSemver(a: SemverKey, b: SemverKey): number {
  return compareNumbers(a.numbers, b.numbers) || comparePrerelease(a.prerelease, b.prerelease);
}

export function readSemver(text: string): SemverKey | undefined {
  let at = 0;
  while (text[at] === 'v' || text[at] === 'V' || text[at] === '=' || text[at] === ' ') at++;
  const numbers: string[] = [];
  for (;;) {
    const start = at;
    while (at < text.length && isDigit(text.charCodeAt(at))) at++;
    if (at === start) return undefined;
    numbers.push(trimZeros(text.slice(start, at)));
    if (text[at] !== '.' || !isDigit(text.charCodeAt(at + 1))) break;
    at++;
  }
  const plus = text.indexOf('+', at);
  const rest = text.slice(at, plus < 0 ? undefined : plus);
  const prerelease =
    rest === '' ? undefined : readIdentifiers(rest.startsWith('-') || rest.startsWith('.') ? rest.slice(1) : rest);
  if (rest !== '' && prerelease === undefined) return undefined;
  const build = plus < 0 ? undefined : readIdentifiers(text.slice(plus + 1));
  return { numbers, prerelease, build };
}
