import { compareDigits, compareText, isDigits, trimZeros } from './digits.ts';

/** One identifier of a pre-release: a number without leading zeros, or text. */
export interface Identifier {
  readonly numeric: boolean;
  readonly text: string;
}

/** Reads dot-separated identifiers; numbers lose leading zeros. `undefined` when one is empty or has other characters. */
export function readIdentifiers(text: string, fold = false): readonly Identifier[] | undefined {
  const out: Identifier[] = [];
  for (const part of text.split('.')) {
    if (!/^[0-9A-Za-z-]+$/.test(part)) return undefined;
    const numeric = isDigits(part);
    out.push({ numeric, text: numeric ? trimZeros(part) : fold ? part.toUpperCase() : part });
  }
  return out;
}

/** Numbers as numbers and before text, text by code unit, more identifiers after fewer. Source: semver.org 2.0.0 item 11.4. */
export function compareIdentifiers(a: readonly Identifier[], b: readonly Identifier[]): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const left = a[i];
    const right = b[i];
    if (left === undefined || right === undefined) break;
    if (left.numeric !== right.numeric) return left.numeric ? -1 : 1;
    const difference = left.numeric ? compareDigits(left.text, right.text) : compareText(left.text, right.text);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** As `compareIdentifiers`; without a pre-release a version is newer than with one. */
export function comparePrerelease(a: readonly Identifier[] | undefined, b: readonly Identifier[] | undefined): number {
  if (a === undefined || b === undefined) return Number(b !== undefined) - Number(a !== undefined);
  return compareIdentifiers(a, b);
}

/** Compares number by number; what is missing counts as 0. */
export function compareNumbers(a: readonly string[], b: readonly string[]): number {
  const most = Math.max(a.length, b.length);
  for (let i = 0; i < most; i++) {
    const difference = compareDigits(a[i] ?? '0', b[i] ?? '0');
    if (difference !== 0) return difference;
  }
  return 0;
}
