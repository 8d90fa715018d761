import { inflateRawSync } from 'node:zlib';
import { AssayError } from '@assay/contract';

/** One file of a zip archive, as its central directory tells. */
export interface ZipEntry {
  /** As written, `/`-separated. It is a label only: nothing is ever extracted. */
  readonly path: string;
  readonly method: number;
  readonly encrypted: boolean;
  readonly compressedSize: number;
  readonly size: number;
  /** Of the local header, from the start of the file. */
  readonly offset: number;
}

/** What may still be spent on one file from outside and all archives inside it. The numbers go down. */
export interface ZipBudget {
  entries: number;
  archives: number;
  /** Bytes that may still be decompressed in all. */
  inflated: number;
}

const endSignature = 0x06054b50;
const end64Signature = 0x06064b50;
const locator64Signature = 0x07064b50;
const centralSignature = 0x02014b50;
const localSignature = 0x04034b50;

/** Whether the bytes start like a zip archive, an empty one too. */
export function isZip(bytes: Uint8Array): boolean {
  return (
    bytes[0] === 0x50 && bytes[1] === 0x4b && ((bytes[2] === 3 && bytes[3] === 4) || (bytes[2] === 5 && bytes[3] === 6))
  );
}

/**
 * The entries of a zip archive whose path `wanted` lets through. `bytes` is the whole archive, or its end when `base` says how many
 * bytes stand before it. Zip64, and a program in front of the archive (executable jars), are understood.
 * Throws FILE_UNREADABLE, LIMIT_EXCEEDED. Source: PKWARE APPNOTE 6.3.10, 4.3.
 */
export function readZipEntries(
  bytes: Uint8Array,
  wanted: (path: string) => boolean,
  budget: ZipBudget,
  base = 0,
): ZipEntry[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const directory = findDirectory(buffer, base);
  if (directory.entries > budget.entries) {
    throw new AssayError(
      'LIMIT_EXCEEDED',
      `${directory.entries} entries are over the limit of ${budget.entries} left for this file`,
    );
  }
  const out: ZipEntry[] = [];
  let at = directory.start;
  for (let i = 0; i < directory.entries; i++) {
    if (at + 46 > directory.end || buffer.readUInt32LE(at) !== centralSignature) {
      throw new AssayError(
        'FILE_UNREADABLE',
        `the zip directory promises ${directory.entries} entries and ends after ${i}`,
      );
    }
    const nameLength = buffer.readUInt16LE(at + 28);
    const extraLength = buffer.readUInt16LE(at + 30);
    const next = at + 46 + nameLength + extraLength + buffer.readUInt16LE(at + 32);
    if (next > directory.end)
      throw new AssayError('FILE_UNREADABLE', 'an entry goes past the end of the zip directory');
    const path = buffer.toString('utf8', at + 46, at + 46 + nameLength).replaceAll('\\', '/');
    if (wanted(path)) out.push(readEntry(buffer, at, path, directory.shift));
    at = next;
    budget.entries--;
  }
  return out;
}

interface Directory {
  readonly start: number;
  readonly end: number;
  readonly entries: number;
  /** Bytes in front of the archive that its offsets do not count. */
  readonly shift: number;
}

/** The end record lies at the end, before a comment of at most 65 535 bytes. */
function findDirectory(buffer: Buffer, base: number): Directory {
  const lowest = Math.max(0, buffer.length - 22 - 0xffff);
  for (let at = buffer.length - 22; at >= lowest; at--) {
    if (buffer[at] !== 0x50 || buffer.readUInt32LE(at) !== endSignature) continue;
    const comment = buffer.readUInt16LE(at + 20);
    if (at + 22 + comment > buffer.length) continue;
    return directoryOf(buffer, at, base);
  }
  throw new AssayError('FILE_UNREADABLE', 'not a zip archive, or its end is missing');
}

function directoryOf(buffer: Buffer, end: number, base: number): Directory {
  let entries = buffer.readUInt16LE(end + 10);
  let size = buffer.readUInt32LE(end + 12);
  let start = buffer.readUInt32LE(end + 16);
  let stop = end;
  const locator = end - 20;
  if ((entries === 0xffff || size === 0xffffffff || start === 0xffffffff) && locator >= 0) {
    const at = buffer.readUInt32LE(locator) === locator64Signature ? findEnd64(buffer, locator) : undefined;
    if (at !== undefined) {
      entries = safe(buffer.readBigUInt64LE(at + 32));
      size = safe(buffer.readBigUInt64LE(at + 40));
      start = safe(buffer.readBigUInt64LE(at + 48));
      stop = at;
    }
  }
  // The directory ends where its end record starts; if that is not where it says, something stands in front of the archive.
  const shift = base + stop - size - start;
  if (shift < 0 || size > base + stop)
    throw new AssayError('FILE_UNREADABLE', 'the zip directory lies outside the file');
  if (size > stop) throw new AssayError('LIMIT_EXCEEDED', `the zip directory has ${size} bytes, more than were kept`);
  return { start: stop - size, end: stop, entries, shift };
}

/** The zip64 end record stands right before its locator, unless it has fields nobody uses. */
function findEnd64(buffer: Buffer, locator: number): number | undefined {
  for (const at of [safe(buffer.readBigUInt64LE(locator + 8)), locator - 56]) {
    if (at >= 0 && at + 56 <= locator && buffer.readUInt32LE(at) === end64Signature) return at;
  }
  return undefined;
}

function safe(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER))
    throw new AssayError('FILE_UNREADABLE', 'a size in the zip archive that no file can have');
  return Number(value);
}

function readEntry(buffer: Buffer, at: number, path: string, shift: number): ZipEntry {
  let compressedSize = buffer.readUInt32LE(at + 20);
  let size = buffer.readUInt32LE(at + 24);
  let offset = buffer.readUInt32LE(at + 42);
  const extraStart = at + 46 + buffer.readUInt16LE(at + 28);
  const extraEnd = extraStart + buffer.readUInt16LE(at + 30);
  // The zip64 field holds, in this order, only those of the three that did not fit.
  for (let field = extraStart; field + 4 <= extraEnd; field += 4 + buffer.readUInt16LE(field + 2)) {
    if (buffer.readUInt16LE(field) !== 1) continue;
    let value = field + 4;
    const next = (): number => {
      if (value + 8 > extraEnd)
        throw new AssayError(
          'FILE_UNREADABLE',
          `the zip64 field of ${JSON.stringify(path.slice(0, 100))} is too short`,
        );
      value += 8;
      return safe(buffer.readBigUInt64LE(value - 8));
    };
    if (size === 0xffffffff) size = next();
    if (compressedSize === 0xffffffff) compressedSize = next();
    if (offset === 0xffffffff) offset = next();
  }
  return {
    path,
    method: buffer.readUInt16LE(at + 10),
    encrypted: (buffer.readUInt16LE(at + 8) & 1) === 1,
    compressedSize,
    size,
    offset: offset + shift,
  };
}

/**
 * The bytes of one entry, at most `limit`. A stored entry is a view of the archive, not a copy. An entry that gives more
 * than its directory promises is refused: that is how bombs hide. Throws FILE_UNREADABLE, LIMIT_EXCEEDED.
 */
export function readZipEntry(bytes: Uint8Array, entry: ZipEntry, limit: number, budget: ZipBudget): Uint8Array {
  const name = JSON.stringify(entry.path.slice(0, 200));
  if (entry.encrypted) throw new AssayError('FILE_UNREADABLE', `${name} is encrypted`);
  if (entry.size > limit)
    throw new AssayError('LIMIT_EXCEEDED', `${name} has ${entry.size} bytes, the limit is ${limit}`);
  const data = compressedBytes(bytes, entry, name);
  if (entry.method === 0) {
    if (entry.compressedSize !== entry.size) throw new AssayError('FILE_UNREADABLE', `${name} says two sizes`);
    return data;
  }
  if (entry.method !== 8)
    throw new AssayError('FILE_UNREADABLE', `${name} is compressed by method ${entry.method}, which is not read`);
  if (entry.size > budget.inflated) {
    throw new AssayError('LIMIT_EXCEEDED', `${name} would go over what may be decompressed of one file`);
  }
  budget.inflated -= entry.size;
  let out: Buffer;
  try {
    // One chunk of the promised size, so that nothing is joined and copied at the end.
    out = inflateRawSync(data, { maxOutputLength: Math.max(1, entry.size), chunkSize: Math.max(64, entry.size) });
  } catch (error) {
    throw new AssayError('FILE_UNREADABLE', `${name} cannot be decompressed to the ${entry.size} bytes it promises`, {
      cause: error,
    });
  }
  if (out.length !== entry.size) {
    throw new AssayError('FILE_UNREADABLE', `${name} has ${out.length} bytes instead of the ${entry.size} it promises`);
  }
  return out;
}

function compressedBytes(bytes: Uint8Array, entry: ZipEntry, name: string): Uint8Array {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { offset } = entry;
  if (offset + 30 > buffer.length || buffer.readUInt32LE(offset) !== localSignature) {
    throw new AssayError('FILE_UNREADABLE', `${name} is not where the zip directory says`);
  }
  const start = offset + 30 + buffer.readUInt16LE(offset + 26) + buffer.readUInt16LE(offset + 28);
  if (start + entry.compressedSize > buffer.length)
    throw new AssayError('FILE_UNREADABLE', `${name} goes past the end of the archive`);
  return bytes.subarray(start, start + entry.compressedSize);
}
