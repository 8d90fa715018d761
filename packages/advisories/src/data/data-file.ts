import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { AssayError } from '@assay/contract';
import {
  type DataDescription,
  damaged,
  dataSchema,
  hashKey,
  type IndexPlace,
  largestEntry,
  magic,
  pageHeader,
  pageOf,
  pageSize,
  preambleSize,
  slotSize,
  slotsPerPage,
  unpack,
} from './format.ts';

const longestDescription = 16 * 1024 * 1024;

/** One data file, open for reading. A file that is replaced meanwhile stays readable: the descriptor keeps the old one. */
export class DataFile {
  readonly path: string;
  readonly description: DataDescription;
  readonly size: number;
  #descriptor: number | undefined;

  private constructor(path: string, descriptor: number, size: number, description: DataDescription) {
    this.path = path;
    this.#descriptor = descriptor;
    this.size = size;
    this.description = description;
  }

  /** Reads the two ends of the file and nothing between. Throws DB_MISSING, DB_INVALID, DB_NEWER, FILE_UNREADABLE. */
  static open(path: string): DataFile {
    const descriptor = openForReading(path);
    try {
      const stat = fstatSync(descriptor);
      if (!stat.isFile()) throw new AssayError('DB_INVALID', `${path} is not a file`);
      return new DataFile(path, descriptor, stat.size, readDescription(path, descriptor, stat.size));
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  /** Bytes at a place. Throws DB_INVALID where the file does not reach so far. */
  read(offset: number, length: number): Buffer {
    if (this.#descriptor === undefined) throw new AssayError('INTERNAL', `${this.path} was closed before this look-up`);
    if (!(offset >= 0 && length >= 0 && length <= largestEntry && offset + length <= this.size))
      throw damaged(this.path);
    const out = Buffer.allocUnsafe(length);
    if (readFully(this.#descriptor, out, offset) < length) throw damaged(this.path);
    return out;
  }

  /** The text of a key's entry; `undefined` for a key that the index does not hold. */
  find(index: IndexPlace, key: string): string | undefined {
    const { high, low } = hashKey(key);
    const last = index.pages + index.overflow;
    const wanted = Buffer.allocUnsafe(4);
    wanted.writeUInt32LE(low);
    const start = `[${JSON.stringify(key)},`;
    for (let at = pageOf(high, index.pages); at < last; at++) {
      const page = this.read(index.offset + at * pageSize, pageSize);
      if (crc32(page.subarray(4)) !== page.readUInt32LE(0)) throw damaged(this.path);
      const slots = page.readUInt16LE(4);
      const end = pageHeader + slots * slotSize;
      for (
        let slot = page.indexOf(wanted, pageHeader);
        slot >= 0 && slot < end;
        slot = page.indexOf(wanted, slot + 1)
      ) {
        if ((slot - pageHeader) % slotSize !== 0) continue;
        const text = this.unpackAt(page.readUIntLE(slot + 4, 6), page.readUInt32LE(slot + 10)).toString('utf8');
        if (text.startsWith(start)) return text;
      }
      if (slots < slotsPerPage) return undefined;
    }
    return undefined;
  }

  /** The bytes inside an envelope. */
  unpackAt(offset: number, length: number): Buffer {
    return unpack(this.read(offset, length), this.path);
  }

  close(): void {
    if (this.#descriptor === undefined) return;
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}

function openForReading(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : '';
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new AssayError('DB_MISSING', `there is no vulnerability data at ${path}`, { cause });
    }
    throw new AssayError('FILE_UNREADABLE', `cannot open ${path}`, { cause });
  }
}

/** Reads until the buffer is full or the file ends; how many bytes it got. */
export function readFully(descriptor: number, into: Buffer, offset: number): number {
  let done = 0;
  while (done < into.length) {
    const got = readSync(descriptor, into, done, into.length - done, offset + done);
    if (got === 0) break;
    done += got;
  }
  return done;
}

function readDescription(path: string, descriptor: number, size: number): DataDescription {
  const preamble = Buffer.alloc(preambleSize);
  const got = readFully(descriptor, preamble, 0);
  if (got < 16 || preamble.toString('latin1', 0, 8) !== magic) {
    throw new AssayError('DB_INVALID', size === 0 ? `${path} is empty` : `${path} is not a vulnerability data file`);
  }
  const schema = preamble.readUInt32LE(8);
  if (schema > dataSchema) {
    throw new AssayError('DB_NEWER', `${path} has schema ${schema}, this version reads up to ${dataSchema}`);
  }
  if (got < preambleSize || crc32(preamble.subarray(0, 60)) !== preamble.readUInt32LE(60)) throw damaged(path);
  const promised = Number(preamble.readBigUInt64LE(16));
  if (promised !== size) {
    const what = size < promised ? 'is cut off' : 'has bytes after its end';
    throw new AssayError('DB_INVALID', `${path} ${what}: it has ${size} bytes, ${promised} were written`);
  }
  const length = preamble.readUInt32LE(32);
  if (length > longestDescription) throw damaged(path);
  const text = Buffer.alloc(length);
  const at = Number(preamble.readBigUInt64LE(24));
  if (!(at + length <= size) || readFully(descriptor, text, at) < length) throw damaged(path);
  if (crc32(text) !== preamble.readUInt32LE(36)) throw damaged(path);
  // The checksum says that these are our own words; what look-ups count on is looked at all the same.
  const description = JSON.parse(text.toString('utf8')) as DataDescription;
  if (!isSound(description, size)) throw new AssayError('DB_INVALID', `${path} describes itself wrongly`);
  return description;
}

function isSound({ index, contentEnd, records, ecosystems, exploits }: DataDescription, size: number): boolean {
  return (
    Array.isArray(ecosystems) &&
    Number.isSafeInteger(records) &&
    contentEnd >= preambleSize &&
    index.offset === contentEnd &&
    endOfIndex(index) <= size &&
    (exploits === undefined || endOfIndex(exploits.index) <= size)
  );
}

/** The first byte after an index. */
export function endOfIndex(index: IndexPlace): number {
  return index.offset + (index.pages + index.overflow) * pageSize;
}

/** The 64 bytes that every file starts with. */
export function makePreamble(description: Buffer, at: number): Buffer {
  const out = Buffer.alloc(preambleSize);
  out.write(magic, 0, 'latin1');
  out.writeUInt32LE(dataSchema, 8);
  out.writeBigUInt64LE(BigInt(at + description.length), 16);
  out.writeBigUInt64LE(BigInt(at), 24);
  out.writeUInt32LE(description.length, 32);
  out.writeUInt32LE(crc32(description), 36);
  out.writeUInt32LE(crc32(out.subarray(0, 60)), 60);
  return out;
}
