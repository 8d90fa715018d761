import { compareDigits, compareText, isDigit, isLetter, trimZeros } from './digits.ts';
import type { OrderRules } from './order.ts';

/** The runs of digits and of letters of a version; separators only separate. */
export type GenericKey = readonly string[];

/**
 * The order for ecosystems without one of their own: runs of digits compare as numbers, runs of letters as text in lower case,
 * a number is newer than a word, and a word after the shared part makes a version older (`1.0rc1` < `1.0`), more numbers newer.
 */
export const generic: OrderRules<GenericKey> = {
  read: (text) => {
    const key = readRuns(text);
    return key.length === 0 ? undefined : key;
  },
  compare: (a, b) => {
    const shared = Math.min(a.length, b.length);
    for (let i = 0; i < shared; i++) {
      const difference = comparePart(a[i] ?? '', b[i] ?? '');
      if (difference !== 0) return difference;
    }
    if (a.length === b.length) return 0;
    return a.length > b.length ? tailSign(a[shared] ?? '') : -tailSign(b[shared] ?? '');
  },
};

function tailSign(part: string): number {
  return isDigit(part.charCodeAt(0)) ? 1 : -1;
}

function comparePart(a: string, b: string): number {
  const numberA = isDigit(a.charCodeAt(0));
  const numberB = isDigit(b.charCodeAt(0));
  if (numberA !== numberB) return numberA ? 1 : -1;
  return numberA ? compareDigits(a, b) : compareText(a, b);
}

function readRuns(text: string): string[] {
  const out: string[] = [];
  let at = text.length > 1 && (text[0] === 'v' || text[0] === 'V') && isDigit(text.charCodeAt(1)) ? 1 : 0;
  while (at < text.length) {
    const start = at;
    if (isDigit(text.charCodeAt(at))) {
      while (at < text.length && isDigit(text.charCodeAt(at))) at++;
      out.push(trimZeros(text.slice(start, at)));
    } else if (isLetter(text.charCodeAt(at))) {
      while (at < text.length && isLetter(text.charCodeAt(at))) at++;
      out.push(text.slice(start, at).toLowerCase());
    } else {
      at++;
    }
  }
  return out;
}
