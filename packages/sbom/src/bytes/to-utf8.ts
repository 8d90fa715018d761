import { isUtf8 } from 'node:buffer';
import { AssayError } from '@assay/contract';

/**
 * The text as UTF-8 without byte order mark. UTF-16 is known by its mark. Throws SBOM_INVALID with the offset of the first
 * byte that is not UTF-8. For XML see also the encoding it declares.
 */
export function toUtf8(bytes: Uint8Array): Uint8Array {
  const [a, b, c] = bytes;
  if (a === 0xff && b === 0xfe) return fromUtf16(bytes, 'utf-16le');
  if (a === 0xfe && b === 0xff) return fromUtf16(bytes, 'utf-16be');
  const text = a === 0xef && b === 0xbb && c === 0xbf ? bytes.subarray(3) : bytes;
  if (!isUtf8(text)) {
    throw new AssayError('SBOM_INVALID', `not UTF-8 at byte ${firstBadByte(text) + (bytes.length - text.length)}`);
  }
  return text;
}

function fromUtf16(bytes: Uint8Array, encoding: 'utf-16le' | 'utf-16be'): Uint8Array {
  try {
    return new TextEncoder().encode(new TextDecoder(encoding, { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new AssayError('SBOM_INVALID', `not ${encoding.toUpperCase()}, as its byte order mark says`, { cause });
  }
}

/** By halving: the start of the text up to a whole character is UTF-8 or not. */
function firstBadByte(bytes: Uint8Array): number {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    if (isUtf8(bytes.subarray(good, wholeCharacters(bytes, good, middle)))) {
      const next = wholeCharacters(bytes, good, middle);
      if (next === good) break;
      good = next;
    } else bad = middle;
  }
  return good;
}

/** The end of the last whole character that ends at or before `at`. */
function wholeCharacters(bytes: Uint8Array, from: number, at: number): number {
  for (let i = at; i > from && i > at - 4; i--) {
    if (((bytes[i] ?? 0) & 0xc0) !== 0x80) return i;
  }
  return at;
}
