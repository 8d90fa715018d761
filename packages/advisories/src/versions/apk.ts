import { compareDigits, compareText, isDigit, trimZeros } from './digits.ts';
import type { OrderRules } from './order.ts';

// Token kinds: of two versions alike so far, the one whose next token stands earlier here is newer.
const first = 0;
const number = 1;
const letter = 2;
const suffix = 3;
const suffixNumber = 4;
const hash = 5;
const revision = 6;
const end = 7;

/** The tokens of a version in two lists of one length; the last kind is `end`. */
export interface ApkKey {
  readonly kinds: readonly number[];
  readonly values: readonly string[];
}

/** Suffixes from the oldest to the newest; the ones before `released` are older than no suffix at all. */
const suffixes = ['alpha', 'beta', 'pre', 'rc', '', 'cvs', 'svn', 'git', 'hg', 'p'];
const released = suffixes.indexOf('');

/**
 * Alpine's order: `digit{.digit}…{letter}{_suffix{number}}…{~hash}{-r#}`.
 * Source: apk-package(5) "pkgver" and apk-tools' test/version.data; digits after the letter as apk-tools 2 read them.
 */
export const apk: OrderRules<ApkKey> = {
  read: readTokens,
  compare: (a, b) => {
    for (let i = 0; ; i++) {
      const kind = a.kinds[i] ?? end;
      const other = b.kinds[i] ?? end;
      const value = a.values[i] ?? '';
      const otherValue = b.values[i] ?? '';
      if (kind !== other) {
        if (kind === suffix && suffixes.indexOf(value) < released) return -1;
        if (other === suffix && suffixes.indexOf(otherValue) < released) return 1;
        return other - kind;
      }
      if (kind === end) return 0;
      const difference = compareToken(kind, value, otherValue);
      if (difference !== 0) return difference;
    }
  },
};

function compareToken(kind: number, a: string, b: string): number {
  if (kind === suffix) return suffixes.indexOf(a) - suffixes.indexOf(b);
  if (kind === letter || kind === hash) return compareText(a, b);
  // After the first number a leading zero makes it a fraction: 1.02 < 1.1.
  if (kind === number && (a.startsWith('0') || b.startsWith('0'))) return compareText(a, b);
  return compareDigits(a, b);
}

function readTokens(text: string): ApkKey | undefined {
  const kinds: number[] = [];
  const values: string[] = [];
  let at = 0;
  let kind = -1;
  while (at < text.length) {
    const next = nextKind(text, at, kind);
    if (next === undefined) return undefined;
    const start = at + skipped(text, at, next);
    const stop = tokenEnd(text, start, next);
    const value = text.slice(start, stop);
    if (value === '' || (next === suffix && !isSuffix(value))) return undefined;
    kinds.push(next);
    values.push(next === first || next === suffixNumber || next === revision ? trimZeros(value) : value);
    kind = next;
    at = stop;
  }
  if (kinds.length === 0) return undefined;
  kinds.push(end);
  values.push('');
  return { kinds, values };
}

function nextKind(text: string, at: number, before: number): number | undefined {
  const code = text.charCodeAt(at);
  if (before === -1) return isDigit(code) ? first : undefined;
  if (code >= 97 && code <= 122) return before <= number ? letter : undefined;
  if (code === 46) return before <= number ? number : undefined;
  if (isDigit(code)) return before === suffix ? suffixNumber : before === letter ? number : undefined;
  if (code === 95) return before <= suffixNumber ? suffix : undefined;
  if (code === 126) return before < hash ? hash : undefined;
  if (code === 45) return before < revision && text.charCodeAt(at + 1) === 114 ? revision : undefined;
  return undefined;
}

/** How many characters only announce the token. */
function skipped(text: string, at: number, kind: number): number {
  if (kind === revision) return 2;
  if (kind === suffix || kind === hash) return 1;
  return kind === number && text.charCodeAt(at) === 46 ? 1 : 0;
}

function tokenEnd(text: string, start: number, kind: number): number {
  if (kind === letter) return start + 1;
  let at = start;
  while (at < text.length && belongs(text.charCodeAt(at), kind)) at++;
  return at;
}

function belongs(code: number, kind: number): boolean {
  if (kind === suffix) return code >= 97 && code <= 122;
  if (kind === hash) return isDigit(code) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70);
  return isDigit(code);
}

function isSuffix(text: string): boolean {
  return text !== '' && suffixes.includes(text);
}
