import { AssayError } from '@assay/contract';

/** Levels inside one another that are read. Real documents have at most 11 (research/anchors-stores.md e.5). */
export const maxDepth = 1000;

/** What a value is made of, found without parsing it. */
export interface Scan {
  /** Just behind the value. */
  end: number;
  /** Members of all objects inside, duplicates counted each time. */
  members: number;
  /** Whether a string inside has an escape for NUL or half a surrogate pair. */
  awkward: boolean;
}

const quote = 0x22;
const backslash = 0x5c;

/** The first byte at or behind `at` that is not white space. */
export function skipSpace(bytes: Uint8Array, at: number): number {
  let i = at;
  for (let c = bytes[i]; c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09; c = bytes[++i]);
  return i;
}

/** A failure that names its place. */
export function invalidJson(at: number, why: string): AssayError {
  return new AssayError('SBOM_INVALID', `not valid JSON at byte ${at}: ${why}`);
}

/**
 * Finds the end of the value that starts at `at`, in linear time and constant memory. Only brackets and strings are looked at;
 * whoever wants the value parses the slice. Throws SBOM_INVALID, LIMIT_EXCEEDED.
 */
export function scanValue(bytes: Uint8Array, at: number): Scan {
  const scan: Scan = { end: at, members: 0, awkward: false };
  const size = bytes.length;
  let depth = 0;
  let i = at;
  for (; i < size; i++) {
    const c = bytes[i];
    if (c === quote) {
      i = endOfString(bytes, i, scan) - 1;
      if (depth === 0) break;
    } else if (c === 0x7b || c === 0x5b) {
      if (++depth > maxDepth)
        throw new AssayError('LIMIT_EXCEEDED', `more than ${maxDepth} levels inside one another at byte ${i}`);
    } else if (c === 0x7d || c === 0x5d) {
      if (depth === 0) break;
      if (--depth === 0) break;
    } else if (c === 0x3a) {
      scan.members++;
    } else if (depth === 0 && (c === 0x2c || c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09)) {
      break;
    }
  }
  if (depth > 0 || i === at - 1 || (i >= size && i === at)) throw invalidJson(size, 'the document ends too early');
  const last = bytes[i];
  const closes = last === 0x7d || last === 0x5d || last === quote;
  const first = bytes[at];
  scan.end = closes && (first === 0x7b || first === 0x5b || first === quote) ? i + 1 : i;
  if (scan.end === at) throw invalidJson(at, 'a value is missing');
  return scan;
}

/** Just behind the closing quote of the string that opens at `at`. */
export function endOfString(bytes: Uint8Array, at: number, scan: Scan): number {
  const size = bytes.length;
  for (let i = at + 1; i < size; i++) {
    const c = bytes[i];
    if (c === quote) return i + 1;
    if (c !== backslash) continue;
    i++;
    if (bytes[i] === 0x75) scan.awkward ||= isAwkwardEscape(bytes, i + 1);
  }
  throw invalidJson(at, 'a string does not end');
}

/** Whether the four digits at `at` are 0000 or D800–DFFF. */
function isAwkwardEscape(bytes: Uint8Array, at: number): boolean {
  const first = bytes[at] ?? 0;
  if (first === 0x30) return bytes[at + 1] === 0x30 && bytes[at + 2] === 0x30 && bytes[at + 3] === 0x30;
  const second = bytes[at + 1] ?? 0;
  return (first | 0x20) === 0x64 && (second === 0x38 || second === 0x39 || (second | 0x20) >= 0x61);
}
