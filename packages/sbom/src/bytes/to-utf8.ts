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

/** The length of the character at `at`; 0 when it is not one. Source: Unicode 15, table 3-7 "Well-Formed UTF-8 Byte Sequences". */
function characterLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const second = bytes[at + 1] ?? 0;
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < least || second > most) return 0;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  for (let i = at + 2; i < at + length; i++) if (((bytes[i] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}

function firstBadByte(bytes: Uint8Array): number {
  let at = 0;
  for (let length = 1; at < bytes.length && length > 0; at += length) length = characterLength(bytes, at);
  return at;
}
