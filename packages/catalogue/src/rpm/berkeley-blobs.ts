import { AssayError } from '@assay/contract';

/** Source: Berkeley DB's dbinc/db_page.h: page headers, page types, items of a hash page. */
const hashMagic = 0x061561;
const pageHeader = 26;
const hashMetadata = 8;
const overflow = 7;
const unsortedHash = 2;
const sortedHash = 13;
const onPage = 1;
const offPage = 3;
const maxPageSize = 65_536;

/**
 * The packages' headers in a hash database of Berkeley DB, `Packages`: the values of all pairs; the value of key 0, a counter,
 * is too short to be one. Throws FILE_UNREADABLE.
 */
export function* berkeleyBlobs(file: Uint8Array): Generator<Uint8Array> {
  const database = new Database(Buffer.from(file.buffer, file.byteOffset, file.byteLength));
  for (let page = 1; page <= database.lastPage; page++) yield* database.values(page);
}

class Database {
  readonly #bytes: Buffer;
  readonly #isLittleEndian: boolean;
  readonly #pageSize: number;
  readonly lastPage: number;
  /** Pages of long values: each belongs to one. */
  readonly #seen = new Set<number>();
  /** Bytes of items: each byte belongs to one. */
  #taken = 0;

  constructor(bytes: Buffer) {
    if (bytes.length < 512) throw damaged('it is no hash database of Berkeley DB');
    this.#bytes = bytes;
    this.#isLittleEndian = bytes.readUInt32LE(12) === hashMagic;
    if (!this.#isLittleEndian && bytes.readUInt32BE(12) !== hashMagic) {
      throw damaged('it is no hash database of Berkeley DB');
    }
    this.#pageSize = this.#u32(20);
    const isPowerOfTwo = (this.#pageSize & (this.#pageSize - 1)) === 0;
    if (this.#pageSize < 512 || this.#pageSize > maxPageSize || !isPowerOfTwo)
      throw damaged(`its page size is ${this.#pageSize}`);
    if (bytes[24] !== 0) throw damaged('it is encrypted');
    if (bytes[25] !== hashMetadata) throw damaged('it is of another kind');
    this.lastPage = Math.min(this.#u32(32), Math.floor(bytes.length / this.#pageSize) - 1);
  }

  /** The values on one page; none for pages of other kinds. */
  *values(page: number): Generator<Buffer> {
    const start = page * this.#pageSize;
    const type = this.#bytes[start + 25];
    if (type !== unsortedHash && type !== sortedHash) return;
    const items = this.#u16(start + 20);
    if (pageHeader + 2 * items > this.#pageSize) throw damaged(`page ${page} is cut`);
    // Keys and values take turns; items are written from the page's end to its start.
    for (let i = 1; i < items; i += 2) {
      const at = this.#u16(start + pageHeader + 2 * i);
      const end = this.#u16(start + pageHeader + 2 * (i - 1));
      if (at < pageHeader || end <= at || end > this.#pageSize)
        throw damaged(`page ${page} has an item outside of itself`);
      this.#taken += end - at;
      if (this.#taken > this.#bytes.length) throw damaged('its items share their bytes');
      const kind = this.#bytes[start + at];
      if (kind === onPage) yield this.#bytes.subarray(start + at + 1, start + end);
      else if (kind === offPage && at + 12 <= this.#pageSize)
        yield this.#long(this.#u32(start + at + 4), this.#u32(start + at + 8));
      else throw damaged(`page ${page} has an item of an unknown kind`);
    }
  }

  /** A value on pages of its own. */
  #long(first: number, size: number): Buffer {
    if (size > this.#bytes.length) throw damaged('a package is larger than the file');
    const out = Buffer.allocUnsafe(size);
    let filled = 0;
    for (let page = first; filled < size; ) {
      const start = page * this.#pageSize;
      if (page < 1 || page > this.lastPage || this.#bytes[start + 25] !== overflow)
        throw damaged(`page ${page} is not in the file`);
      if (this.#seen.has(page)) throw damaged(`page ${page} is used twice`);
      this.#seen.add(page);
      const length = Math.min(this.#u16(start + 22), this.#pageSize - pageHeader, size - filled);
      if (length === 0) throw damaged(`page ${page} is empty`);
      out.set(this.#bytes.subarray(start + pageHeader, start + pageHeader + length), filled);
      filled += length;
      page = this.#u32(start + 16);
    }
    return out;
  }

  #u16(at: number): number {
    return this.#isLittleEndian ? this.#bytes.readUInt16LE(at) : this.#bytes.readUInt16BE(at);
  }

  #u32(at: number): number {
    return this.#isLittleEndian ? this.#bytes.readUInt32LE(at) : this.#bytes.readUInt32BE(at);
  }
}

function damaged(why: string): AssayError {
  return new AssayError('FILE_UNREADABLE', `the package database cannot be read: ${why}`);
}
