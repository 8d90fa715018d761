import { compareDigits, isDigit, isDigits, isLetter, trimZeros } from './digits.ts';
import type { OrderRules } from './order.ts';

export interface RpmKey {
  readonly epoch: string;
  readonly version: string;
  /** Absent when nobody said; older than any release, so that a fix named without release covers all of them. */
  readonly release: string | undefined;
}

/** rpm's order of `[epoch:]version[-release]`. Source: rpm-version(7) and rpm's tests/rpmvercmp.at. A missing epoch is 0. */
export const rpm: OrderRules<RpmKey> = {
  read: (text) => {
    const colon = text.indexOf(':');
    const epoch = colon < 0 ? '0' : text.slice(0, colon);
    if (epoch !== '' && !isDigits(epoch)) return undefined;
    const dash = text.lastIndexOf('-');
    const version = text.slice(colon + 1, dash > colon ? dash : undefined);
    if (!hasAlphanumeric(version) || /\s/.test(text)) return undefined;
    return {
      epoch: epoch === '' ? '0' : trimZeros(epoch),
      version,
      release: dash > colon && dash < text.length - 1 ? text.slice(dash + 1) : undefined,
    };
  },
  compare: (a, b) => {
    const difference = compareDigits(a.epoch, b.epoch) || compareSegments(a.version, b.version);
    if (difference !== 0) return difference;
    if (a.release === undefined || b.release === undefined)
      return Number(a.release !== undefined) - Number(b.release !== undefined);
    return compareSegments(a.release, b.release);
  },
};

// What can follow the part two versions share, the oldest first: `~`, nothing, `^`, letters, digits.
const tilde = 0;
const end = 1;
const caret = 2;
const letters = 3;
const digits = 4;

function compareSegments(a: string, b: string): number {
  let i = 0;
  let j = 0;
  for (;;) {
    i = skipSeparators(a, i);
    j = skipSeparators(b, j);
    const kind = kindAt(a, i);
    const difference = kind - kindAt(b, j);
    if (difference !== 0) return difference;
    if (kind === end) return 0;
    const endA = segmentEnd(a, i, kind);
    const endB = segmentEnd(b, j, kind);
    const order = kind >= letters ? compareSegment(a.slice(i, endA), b.slice(j, endB), kind) : 0;
    if (order !== 0) return order;
    i = endA;
    j = endB;
  }
}

function compareSegment(a: string, b: string, kind: number): number {
  if (kind === digits) return compareDigits(trimZeros(a), trimZeros(b));
  return a === b ? 0 : a < b ? -1 : 1;
}

function kindAt(text: string, at: number): number {
  if (at >= text.length) return end;
  const code = text.charCodeAt(at);
  if (code === 126) return tilde;
  if (code === 94) return caret;
  return isDigit(code) ? digits : letters;
}

function segmentEnd(text: string, start: number, kind: number): number {
  let at = start + 1;
  if (kind === digits) while (at < text.length && isDigit(text.charCodeAt(at))) at++;
  else if (kind === letters) while (at < text.length && isLetter(text.charCodeAt(at))) at++;
  return at;
}

function skipSeparators(text: string, start: number): number {
  let at = start;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (isDigit(code) || isLetter(code) || code === 126 || code === 94) break;
    at++;
  }
  return at;
}

function hasAlphanumeric(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (isDigit(code) || isLetter(code)) return true;
  }
  return false;
}
