import { compareDigits, isDigit, isDigits, isLetter, trimZeros } from './digits.ts';
import type { OrderRules } from './order.ts';

export interface DebKey {
  readonly epoch: string;
  readonly upstream: string;
  /** `''` when absent, which compares as `0`. */
  readonly revision: string;
}

/** Debian's order. Source: Debian Policy 5.6.12 "Version". Characters dpkg only warns about are let through, spaces are not. */
export const deb: OrderRules<DebKey> = {
  read: (text) => {
    if (!isPrintable(text)) return undefined;
    const colon = text.indexOf(':');
    const epoch = colon < 0 ? '0' : text.slice(0, colon);
    if (!isDigits(epoch)) return undefined;
    const dash = text.lastIndexOf('-');
    const hasRevision = dash > colon;
    if (dash === text.length - 1) return undefined;
    const upstream = text.slice(colon + 1, hasRevision ? dash : undefined);
    if (!hasDigit(upstream)) return undefined;
    return { epoch: trimZeros(epoch), upstream, revision: hasRevision ? text.slice(dash + 1) : '' };
  },
  compare: (a, b) =>
    compareDigits(a.epoch, b.epoch) || compareRuns(a.upstream, b.upstream) || compareRuns(a.revision, b.revision),
};

/** opam's order: Debian's, without epoch and revision. Source: the opam manual, "Version ordering". */
export const opam: OrderRules<string> = {
  read: (text) => (isPrintable(text) && hasDigit(text) ? text : undefined),
  compare: compareRuns,
};

/** By turns what is not a digit (character by character, `~` before the end, letters before the rest), then a number. */
function compareRuns(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a.charCodeAt(i))) || (j < b.length && !isDigit(b.charCodeAt(j)))) {
      const difference = weight(a, i) - weight(b, j);
      if (difference !== 0) return difference;
      i++;
      j++;
    }
    while (a.charCodeAt(i) === 48) i++;
    while (b.charCodeAt(j) === 48) j++;
    let first = 0;
    while (i < a.length && j < b.length && isDigit(a.charCodeAt(i)) && isDigit(b.charCodeAt(j))) {
      if (first === 0) first = a.charCodeAt(i) - b.charCodeAt(j);
      i++;
      j++;
    }
    if (i < a.length && isDigit(a.charCodeAt(i))) return 1;
    if (j < b.length && isDigit(b.charCodeAt(j))) return -1;
    if (first !== 0) return first;
  }
  return 0;
}

function weight(text: string, at: number): number {
  if (at >= text.length) return 0;
  const code = text.charCodeAt(at);
  if (isDigit(code)) return 0;
  if (isLetter(code)) return code;
  return code === 126 ? -1 : code + 256;
}

/** Only visible ASCII, at least one character. */
function isPrintable(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code <= 32 || code >= 127) return false;
  }
  return text !== '';
}

function hasDigit(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (isDigit(text.charCodeAt(i))) return true;
  return false;
}
