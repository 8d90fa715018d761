import { closeSync, fstatSync, openSync } from 'node:fs';
import { crc32, inflateRawSync } from 'node:zlib';
import { AssayError } from '@assay/contract';
import { readFully } from '../data/data-file.ts';

/** One file of an archive, as its directory tells. */
export interface ZipEntry {
  /** A label only: nothing is ever extracted. */
  readonly path: string;
  readonly method: number;
  readonly encrypted: boolean;
  readonly checksum: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly offset: number;
}

const endSignature = 0x06054b50;
const end64Signature = 0x06064b50;
const centralSignature = 0x02014b50;
const localSignature = 0x04034b50;
const endSize = 22;
/** A page of the directory is read at once; bytes. */
const directoryPage = 1024 * 1024;
const mostEntries = 4_000_000;

/**
 * A zip archive on disk, of any size, read entry by entry. Anything that is not as its directory promises is ADVISORY_INVALID with
 * the file and the place. Source: PKWARE APPNOTE 6.3.10, 4.3.
 */
export class ZipFile {
  readonly path: string;
  readonly entries: number;
  readonly #descriptor: number;
  readonly #size: number;
  readonly #directory: { readonly start: number; readonly end: number };

  constructor(path: string) {
    this.path = path;
    this.#descriptor = openSync(path, 'r');
    try {
      this.#size = fstatSync(this.#descriptor).size;
      const { entries, start, end } = this.#findDirectory();
      this.entries = entries;
      this.#directory = { start, end };
    } catch (error) {
      closeSync(this.#descriptor);
      throw error;
    }
  }

  /** All entries but folders, in the directory's order. */
  *list(): Generator<ZipEntry> {
    const { start, end } = this.#directory;
    let page = Buffer.alloc(0);
    let at = 0;
    let next = start;
    for (let i = 0; i < this.entries; i++) {
      if (page.length - at < 70_000 && next < end) {
        const more = this.#read(next, Math.min(directoryPage, end - next));
        page = Buffer.concat([page.subarray(at), more]);
        next += more.length;
        at = 0;
      }
      if (at + 46 > page.length || page.readUInt32LE(at) !== centralSignature) {
        throw this.#invalid(`its directory promises ${this.entries} entries and ends after ${i}`);
      }
      const nameLength = page.readUInt16LE(at + 28);
      const extraLength = page.readUInt16LE(at + 30);
      const length = 46 + nameLength + extraLength + page.readUInt16LE(at + 32);
      if (at + length > page.length) throw this.#invalid(`entry ${i} of its directory is cut off`);
      const entry = readEntry(page.subarray(at, at + length), nameLength, extraLength);
      at += length;
      if (!entry.path.endsWith('/')) yield entry;
    }
  }

  /** The bytes of an entry, checked against size and checksum. Throws ADVISORY_INVALID. The caller has looked at `size`, `method` and `encrypted`. */
  read(entry: ZipEntry): Buffer {
    const header = this.#read(entry.offset, 30);
    if (header.length < 30 || header.readUInt32LE(0) !== localSignature) {
      throw this.#invalid(`entry ${label(entry.path)} is not at byte ${entry.offset} where its directory says`);
    }
    const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
    const data = this.#read(start, entry.compressedSize);
    if (data.length < entry.compressedSize) throw this.#invalid(`it ends inside entry ${label(entry.path)}`);
    const bytes = entry.method === 0 ? data : this.#inflate(entry, data);
    if (bytes.length !== entry.size || crc32(bytes) !== entry.checksum) {
      throw this.#invalid(`entry ${label(entry.path)} is damaged: its checksum is wrong`);
    }
    return bytes;
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #inflate(entry: ZipEntry, data: Buffer): Buffer {
    try {
      return inflateRawSync(data, { maxOutputLength: Math.max(1, entry.size), chunkSize: Math.max(64, entry.size) });
    } catch (cause) {
      const why = `entry ${label(entry.path)} cannot be unpacked to the ${entry.size} bytes it promises`;
      throw new AssayError('ADVISORY_INVALID', `${this.path}: ${why}`, { cause });
    }
  }

  /** The end record lies at the end, before a comment of at most 65 535 bytes. */
  #findDirectory(): { readonly entries: number; readonly start: number; readonly end: number } {
    const tailStart = Math.max(0, this.#size - endSize - 0xffff);
    const tail = this.#read(tailStart, this.#size - tailStart);
    for (let at = tail.length - endSize; at >= 0; at--) {
      if (tail.readUInt32LE(at) !== endSignature || at + endSize + tail.readUInt16LE(at + 20) > tail.length) continue;
      let entries = tail.readUInt16LE(at + 10);
      let size = tail.readUInt32LE(at + 12);
      let start = tail.readUInt32LE(at + 16);
      if (entries === 0xffff || size === 0xffffffff || start === 0xffffffff) {
        ({ entries, size, start } = this.#findDirectory64(tailStart + at) ?? { entries, size, start });
      }
      if (entries > mostEntries) throw this.#invalid(`it promises ${entries} entries, at most ${mostEntries} are read`);
      if (start + size > tailStart + at) throw this.#invalid('its directory lies outside of the file');
      return { entries, start, end: start + size };
    }
    throw this.#invalid(
      this.#size === 0 ? 'the file is empty' : `it is cut off: no end of the archive before byte ${this.#size}`,
    );
  }

  #findDirectory64(
    end: number,
  ): { readonly entries: number; readonly size: number; readonly start: number } | undefined {
    const locator = this.#read(Math.max(0, end - 20), 20);
    const at = locator.length === 20 ? Number(locator.readBigUInt64LE(8)) : 0;
    if (at + 56 > this.#size) return undefined;
    const record = this.#read(at, 56);
    if (record.length < 56 || record.readUInt32LE(0) !== end64Signature) return undefined;
    const number = (offset: number): number => Number(record.readBigUInt64LE(offset));
    return { entries: number(32), size: number(40), start: number(48) };
  }

  #read(offset: number, length: number): Buffer {
    const bounded = Math.max(0, Math.min(length, this.#size - offset));
    const out = Buffer.allocUnsafe(bounded);
    return out.subarray(0, readFully(this.#descriptor, out, offset));
  }

  #invalid(why: string): AssayError {
    return new AssayError('ADVISORY_INVALID', `${this.path}: ${why}`);
  }
}

function label(path: string): string {
  return JSON.stringify(path.slice(0, 200));
}

function readEntry(bytes: Buffer, nameLength: number, extraLength: number): ZipEntry {
  let compressedSize = bytes.readUInt32LE(20);
  let size = bytes.readUInt32LE(24);
  let offset = bytes.readUInt32LE(42);
  const extraEnd = 46 + nameLength + extraLength;
  // The zip64 field holds, in this order, only those of the three that did not fit.
  for (let field = 46 + nameLength; field + 4 <= extraEnd; field += 4 + bytes.readUInt16LE(field + 2)) {
    if (bytes.readUInt16LE(field) !== 1) continue;
    let value = field + 4;
    const next = (): number => {
      if (value + 8 > extraEnd) return Number.MAX_SAFE_INTEGER;
      value += 8;
      return Number(bytes.readBigUInt64LE(value - 8));
    };
    if (size === 0xffffffff) size = next();
    if (compressedSize === 0xffffffff) compressedSize = next();
    if (offset === 0xffffffff) offset = next();
  }
  return {
    path: bytes.toString('utf8', 46, 46 + nameLength).replaceAll('\\', '/'),
    method: bytes.readUInt16LE(10),
    encrypted: (bytes.readUInt16LE(8) & 1) === 1,
    checksum: bytes.readUInt32LE(16),
    compressedSize,
    size,
    offset,
  };
}
