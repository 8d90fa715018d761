import { compareDigits, isDigits, trimZeros } from './digits.ts';
import type { OrderRules } from './order.ts';

/** A version that is nothing but numbers. */
export type NumbersKey = readonly string[];

/** R's order: numbers between `.` or `-`; of two alike so far the longer is newer. Source: R's manual page "numeric_version". */
export const cran: OrderRules<NumbersKey> = { read: (text) => readNumbers(text.replaceAll('-', '.')), compare };

/** Haskell's order: numbers between dots, compared as a list. Source: the Package Versioning Policy, "Version numbers". */
export const hackage: OrderRules<NumbersKey> = { read: readNumbers, compare };

function readNumbers(text: string): NumbersKey | undefined {
  const parts = text.split('.');
  return parts.every(isDigits) ? parts.map(trimZeros) : undefined;
}

function compare(a: NumbersKey, b: NumbersKey): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = compareDigits(a[i] ?? '0', b[i] ?? '0');
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
