import { compareDigits, isDigit, isDigits, isLetter, trimZeros } from './digits.ts';
import type { OrderRules } from './order.ts';

/** The parts of a normalised version: numbers without leading zeros, and words. */
export type ComposerKey = readonly string[];

/**
 * Composer's order: the version is normalised (four numbers, then stability and `dev`), then compared as PHP's version_compare does.
 * Source: getcomposer.org/doc/articles/versions.md and the manual page of version_compare. `1.x-dev` is newer than every 1.N;
 * a named branch (`dev-main`) has no place in the order and is not read.
 */
export const composer: OrderRules<ComposerKey> = {
  read: (text) => {
    const alias = text.indexOf(' as ');
    const version = stripBuild(stripStability(alias < 0 ? text : text.slice(0, alias)));
    if (version === '' || /\s/.test(version) || /^dev-/i.test(version)) return undefined;
    const branch = readBranch(version);
    if (branch !== undefined) return branch;
    return (
      readClassic(version) ??
      readDate(version) ??
      (/^v?\d/i.test(version) ? toParts(version.replace(/^v/i, '')) : undefined)
    );
  },
  compare: (a, b) => {
    const most = Math.max(a.length, b.length);
    for (let i = 0; i < most; i++) {
      const left = a[i];
      const right = b[i];
      const rank = rankOf(left) - rankOf(right);
      if (rank !== 0) return rank;
      if (left === undefined || right === undefined) return 0;
      const difference = isDigits(left) ? compareDigits(left, right) : 0;
      if (difference !== 0) return difference;
    }
    return 0;
  },
};

// The end of a version stands where version_compare puts `#`, yet before a number.
const endRank = 5;
const numberRank = 6;
/** In the order in which PHP looks for them at the beginning of a word. */
const wordRanks: readonly (readonly [string, number])[] = [
  ['dev', 1],
  ['alpha', 2],
  ['a', 2],
  ['beta', 3],
  ['b', 3],
  ['RC', 4],
  ['rc', 4],
  ['pl', 7],
  ['p', 7],
];

function rankOf(part: string | undefined): number {
  if (part === undefined) return endRank;
  if (isDigit(part.charCodeAt(0))) return numberRank;
  return wordRanks.find(([word]) => part.startsWith(word))?.[1] ?? 0;
}

/** Numbers and words; all else only separates. Source: version_compare's manual page. */
function toParts(text: string): ComposerKey {
  const out: string[] = [];
  let at = 0;
  while (at < text.length) {
    const number = isDigit(text.charCodeAt(at));
    if (!number && !isLetter(text.charCodeAt(at))) {
      at++;
      continue;
    }
    const start = at;
    while (at < text.length && (number ? isDigit(text.charCodeAt(at)) : isLetter(text.charCodeAt(at)))) at++;
    out.push(number ? trimZeros(text.slice(start, at)) : text.slice(start, at));
  }
  return out;
}

function stripStability(text: string): string {
  return text.replace(/@(?:stable|RC|beta|alpha|dev)$/i, '');
}

function stripBuild(text: string): string {
  const plus = text.indexOf('+');
  return plus > 0 ? text.slice(0, plus) : text;
}

// One digit a turn, so that there is one way only to match.
const modifier = /^[._-]?(?:(stable|beta|b|rc|alpha|a|patch|pl|p)((?:[.-]?\d)*))?([.-]?dev)?$/i;
const date = /^v?(\d{4}(?:[.:-]?\d\d){1,6}(?:[.:-]?\d{1,3}){0,2})(?!\d)/i;
const stabilities: ReadonlyMap<string, string> = new Map([
  ['a', 'alpha'],
  ['alpha', 'alpha'],
  ['b', 'beta'],
  ['beta', 'beta'],
  ['rc', 'RC'],
  ['p', 'patch'],
  ['pl', 'patch'],
  ['patch', 'patch'],
]);

/** `v?1.2.3.4` with a modifier. */
function readClassic(version: string): ComposerKey | undefined {
  const start = /^v/i.test(version) ? 1 : 0;
  let at = start;
  const numbers: string[] = [];
  while (numbers.length < 4) {
    const from = at;
    while (isDigit(version.charCodeAt(at))) at++;
    if (at === from) return undefined;
    numbers.push(version.slice(from, at));
    if (version[at] !== '.' || !isDigit(version.charCodeAt(at + 1)) || numbers.length === 4) break;
    at++;
  }
  // Longer first numbers are dates without separators, which keep their parts.
  if ((numbers[0] ?? '').length > 5 || version.length - at > 200) return undefined;
  const match = modifier.exec(version.slice(at));
  if (match === null) return undefined;
  while (numbers.length < 4) numbers.push('0');
  return [...numbers.map(trimZeros), ...modifierParts(match)];
}

/** A date such as `20100102` or `2010-01-02`, with a modifier. */
function readDate(version: string): ComposerKey | undefined {
  const found = version.length > 200 ? null : date.exec(version);
  const match = found === null ? null : modifier.exec(version.slice(found[0].length));
  return found === null || match === null ? undefined : [...toParts(found[1] ?? ''), ...modifierParts(match)];
}

function modifierParts(match: RegExpExecArray): string[] {
  const word = match[1]?.toLowerCase();
  if (word === 'stable') return [];
  const stability = word === undefined ? undefined : stabilities.get(word);
  const out = stability === undefined ? [] : [stability, ...toParts(match[2] ?? '')];
  if (match[3] !== undefined) out.push('dev');
  return out;
}

/** `1.x-dev`, `1.2.*-dev`, `1.2-dev` as a branch: what is open counts as very large. */
function readBranch(version: string): ComposerKey | undefined {
  const match = /^v?(\d+)((?:\.(?:\d+|[x*])){0,3})[.-]?dev$/i.exec(version);
  if (match === null || !/[x*]/i.test(match[2] ?? '')) return undefined;
  const parts = `${match[1]}${match[2]}`.split('.');
  while (parts.length < 4) parts.push('x');
  return [...parts.map((part) => (isDigits(part) ? trimZeros(part) : '9999999')), 'dev'];
}
