import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { AssayError } from '@assay/contract';

// The data file: docs/decisions/0004-vulnerability-data-file.md. All numbers are little-endian.
//   preamble (64 bytes) | blocks of records | entries by key | index pages | exploit entries | exploit index | description (JSON)

/** Goes up with every change that an older reader would misread, and with every change of an order of versions: ranges are stored sorted. */
export const dataSchema = 1;
export const magic = 'ASSAYVDB';
export const preambleSize = 64;

/** One index page: checksum, number of slots, then slots. One read and one checksum answer whether a key is known. */
export const pageSize = 512;
export const pageHeader = 16;
export const slotSize = 16;
export const slotsPerPage = (pageSize - pageHeader) / slotSize;

/** Checksum, size before compression, and whether it is compressed. */
export const envelopeHeader = 9;
/** No entry or block is larger than this when unpacked; bytes. */
export const largestEntry = 256 * 1024 * 1024;

export interface IndexPlace {
  /** Where the first page starts, bytes from the start of the file. */
  readonly offset: number;
  /** Pages that keys are spread over; `overflow` more follow. */
  readonly pages: number;
  readonly overflow: number;
}

/** What is known of exploitation: a part of its own, so that it outlives the advisories around it. */
export interface ExploitPlace {
  readonly offset: number;
  readonly length: number;
  readonly index: IndexPlace;
  /** SHA-256 of the entries, hex. */
  readonly digest: string;
  readonly kev?: { readonly asOf: string; readonly entries: number };
  readonly epss?: { readonly asOf: string; readonly entries: number };
}

/** The file's description of itself. */
export interface DataDescription {
  readonly kind: 'starter' | 'full';
  readonly asOf: string;
  readonly records: number;
  readonly withdrawn: number;
  readonly ecosystems: readonly EcosystemDescription[];
  /** End of blocks and entries. */
  readonly contentEnd: number;
  readonly index: IndexPlace;
  /** SHA-256 of blocks, entries and index, hex. */
  readonly digest: string;
  readonly exploits?: ExploitPlace;
  /** What it was made of, so that unchanged sources need no second build. */
  readonly inputs?: string;
}

export interface EcosystemDescription {
  /** As records write it, without suffix. */
  readonly name: string;
  readonly records: number;
  /** The newest record's date. */
  readonly asOf: string;
  /** Releases in the form of `ecosystemKey`. */
  readonly releases: readonly string[];
}

/** Two independent 32-bit hashes of a key: the first chooses the page, the second the slot. After Bob Jenkins' and Austin Appleby's mixers. */
export function hashKey(key: string): { readonly high: number; readonly low: number } {
  let a = 0x9747b28c;
  let b = 0x3c6ef372;
  for (let i = 0; i < key.length; i++) {
    const code = key.charCodeAt(i);
    a = Math.imul(a ^ code, 0x85ebca6b);
    a = (a << 13) | (a >>> 19);
    b = Math.imul(b ^ code, 0xc2b2ae35);
    b = (b << 15) | (b >>> 17);
  }
  return { high: mix(a ^ key.length), low: mix(b + Math.imul(a, 5)) };
}

function mix(seed: number): number {
  let h = seed ^ (seed >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The page a key's slot is looked for first. */
export function pageOf(high: number, pages: number): number {
  return Math.floor((high / 2 ** 32) * pages);
}

/** Opening a compressed envelope costs more than reading so many bytes. */
const smallest = 4096;

/** Puts text into an envelope, compressed where that pays. */
export function pack(text: string): Buffer {
  const raw = Buffer.from(text);
  const small = raw.length > smallest ? deflateRawSync(raw, { level: 6 }) : raw;
  const compressed = small.length < raw.length;
  const body = compressed ? small : raw;
  const out = Buffer.allocUnsafe(envelopeHeader + body.length);
  out.writeUInt32LE(raw.length, 4);
  out[8] = compressed ? 1 : 0;
  body.copy(out, envelopeHeader);
  out.writeUInt32LE(crc32(out.subarray(4)), 0);
  return out;
}

/** Opens an envelope. Throws DB_INVALID where its bytes are not those that were written. */
export function unpack(bytes: Buffer, path: string): Buffer {
  const size = bytes.length < envelopeHeader ? largestEntry + 1 : bytes.readUInt32LE(4);
  if (size > largestEntry || crc32(bytes.subarray(4)) !== bytes.readUInt32LE(0)) throw damaged(path);
  const body = bytes.subarray(envelopeHeader);
  return bytes[8] === 1 ? inflateRawSync(body, { maxOutputLength: Math.max(1, size) }) : body;
}

/** DB_INVALID, for a place whose checksum is wrong. */
export function damaged(path: string): AssayError {
  return new AssayError('DB_INVALID', `${path} is damaged: a part of it is not what was written`);
}
