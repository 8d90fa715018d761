import { compareDigits, compareText, isDigit, isDigits, trimZeros } from './digits.ts';
import { compareNumbers } from './identifiers.ts';
import { compareLegacy, readLegacy } from './legacy-python.ts';
import type { OrderRules } from './order.ts';

/** A version that PEP 440 can read. */
interface Modern {
  readonly epoch: string;
  readonly release: readonly string[];
  /** `undefined` for a release. */
  readonly pre: { readonly phase: string; readonly number: string } | undefined;
  readonly post: string | undefined;
  readonly dev: string | undefined;
  readonly local: readonly string[] | undefined;
}

export type Pep440Key = { readonly modern: Modern } | { readonly legacy: readonly string[] };

/**
 * Python's order. Source: PEP 440 (packaging.python.org/specifications/version-specifiers), "Public version identifiers", "Local
 * version identifiers" and Appendix B. Versions from before PEP 440 (`2004d`) are older than all it can read, and stand among
 * themselves as setuptools' pkg_resources.parse_version sorted them.
 */
export const pep440: OrderRules<Pep440Key> = {
  read: (text) => {
    const modern = readModern(text);
    if (modern !== undefined) return { modern };
    const legacy = readLegacy(text);
    return legacy === undefined ? undefined : { legacy };
  },
  compare: (a, b) => {
    if ('legacy' in a) return 'legacy' in b ? compareLegacy(a.legacy, b.legacy) : -1;
    return 'legacy' in b ? 1 : compareModern(a.modern, b.modern);
  },
};

function compareModern(a: Modern, b: Modern): number {
  return (
    compareDigits(a.epoch, b.epoch) ||
    compareNumbers(a.release, b.release) ||
    comparePre(a, b) ||
    compareAbsentFirst(a.post, b.post) ||
    compareAbsentLast(a.dev, b.dev) ||
    compareLocal(a.local, b.local)
  );
}

function comparePre(a: Modern, b: Modern): number {
  const place = prePlace(a) - prePlace(b);
  if (place !== 0 || a.pre === undefined || b.pre === undefined) return place;
  return compareText(a.pre.phase, b.pre.phase) || compareDigits(a.pre.number, b.pre.number);
}

/** `1.0.dev1` comes before any pre-release of 1.0, `1.0` and `1.0.post1.dev1` after. */
function prePlace(version: Modern): number {
  if (version.pre !== undefined) return 1;
  return version.post === undefined && version.dev !== undefined ? 0 : 2;
}

function compareAbsentFirst(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return compareDigits(a, b);
}

function compareAbsentLast(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return compareDigits(a, b);
}

/** Numbers are newer than words, more parts newer than fewer, none the oldest. */
function compareLocal(a: readonly string[] | undefined, b: readonly string[] | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const left = a[i] ?? '';
    const right = b[i] ?? '';
    const number = isDigits(left);
    if (number !== isDigits(right)) return number ? 1 : -1;
    const difference = number ? compareDigits(left, right) : compareText(left, right);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Longest first, since `a` begins `alpha` and `r` begins `rc` and `rev`. */
const preWords: readonly (readonly [word: string, phase: string])[] = [
  ['preview', 'rc'],
  ['alpha', 'a'],
  ['beta', 'b'],
  ['pre', 'rc'],
  ['rc', 'rc'],
  ['a', 'a'],
  ['b', 'b'],
  ['c', 'rc'],
];
const postWords = ['post', 'rev', 'r'].map((word): readonly [string, string] => [word, '']);
const devWords: readonly (readonly [string, string])[] = [['dev', '']];

/** A place in a lower-cased text. */
interface Cursor {
  readonly text: string;
  at: number;
}

function readModern(given: string): Modern | undefined {
  const cursor: Cursor = { text: given.toLowerCase(), at: 0 };
  if (cursor.text[0] === 'v') cursor.at = 1;
  let number = takeDigits(cursor);
  if (number === '') return undefined;
  let epoch = '0';
  if (cursor.text[cursor.at] === '!') {
    epoch = number;
    cursor.at++;
    number = takeDigits(cursor);
    if (number === '') return undefined;
  }
  const release = [number];
  while (cursor.text[cursor.at] === '.' && isDigit(cursor.text.charCodeAt(cursor.at + 1))) {
    cursor.at++;
    release.push(takeDigits(cursor));
  }
  const pre = takeMarked(cursor, preWords);
  const post = takePost(cursor);
  const dev = takeMarked(cursor, devWords)?.number;
  const local = takeLocal(cursor);
  return cursor.at === cursor.text.length ? { epoch, release, pre, post, dev, local } : undefined;
}

/** The digits at the cursor, without leading zeros; `''` when there is none. */
function takeDigits(cursor: Cursor): string {
  const start = cursor.at;
  while (isDigit(cursor.text.charCodeAt(cursor.at))) cursor.at++;
  return cursor.at === start ? '' : trimZeros(cursor.text.slice(start, cursor.at));
}

function skipSeparator(text: string, at: number): number {
  const c = text[at];
  return c === '.' || c === '-' || c === '_' ? at + 1 : at;
}

/** `[-_.]?word[-_.]?number?`; leaves the cursor alone when no word is there. */
function takeMarked(
  cursor: Cursor,
  words: readonly (readonly [string, string])[],
): { phase: string; number: string } | undefined {
  const start = skipSeparator(cursor.text, cursor.at);
  const found = words.find(([word]) => cursor.text.startsWith(word, start));
  if (found === undefined) return undefined;
  cursor.at = skipSeparator(cursor.text, start + found[0].length);
  const digits = takeDigits(cursor);
  return { phase: found[1], number: digits === '' ? '0' : digits };
}

/** `-N` or `[-_.]?(post|rev|r)[-_.]?N?`. */
function takePost(cursor: Cursor): string | undefined {
  if (cursor.text[cursor.at] === '-' && isDigit(cursor.text.charCodeAt(cursor.at + 1))) {
    cursor.at++;
    return takeDigits(cursor);
  }
  return takeMarked(cursor, postWords)?.number;
}

function takeLocal(cursor: Cursor): readonly string[] | undefined {
  if (cursor.text[cursor.at] !== '+') return undefined;
  const parts = cursor.text.slice(cursor.at + 1).split(/[._-]/);
  if (!parts.every((part) => /^[a-z0-9]+$/.test(part))) return undefined;
  cursor.at = cursor.text.length;
  return parts.map((part) => (isDigits(part) ? trimZeros(part) : part));
}
