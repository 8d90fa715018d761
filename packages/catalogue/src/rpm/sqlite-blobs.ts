import { AssayError } from '@assay/contract';

/** Source: sqlite.org/fileformat2.html, section 1.3 (header), 1.6 (b-tree pages), 1.5 (overflow pages), 2.1 (records). */
const magic = 'SQLite format 3\0';
const headerSize = 100;
const tableInterior = 0x05;
const tableLeaf = 0x0d;
const maxDepth = 40;

interface Page {
  readonly number: number;
  /** Where the b-tree header starts: behind the file's header on the first page. */
  readonly start: number;
  readonly bytes: Buffer;
}

/**
 * The first blob of every row of a table, read from the bytes of a database in memory: nothing is written, no SQL is run,
 * each page is read once. Throws FILE_UNREADABLE where the file is no database, has no such table, or leads astray.
 */
export function* sqliteBlobs(bytes: Uint8Array, table: string): Generator<Uint8Array> {
  const database = new Database(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  for (const row of database.rows(1)) {
    const [type, name, , root] = readRecord(row);
    if (type === 'table' && name === table && typeof root === 'number') {
      for (const payload of database.rows(root)) {
        const blob = readRecord(payload).find((value) => value instanceof Uint8Array);
        if (blob instanceof Uint8Array) yield blob;
      }
      return;
    }
  }
  throw damaged(`it has no table ${table}`);
}

class Database {
  readonly #bytes: Buffer;
  readonly #pageSize: number;
  readonly #usable: number;
  readonly #seen = new Set<number>();
  /** Bytes of rows on pages of the tree: each byte belongs to one row. */
  #taken = 0;

  constructor(bytes: Buffer) {
    if (bytes.length < headerSize || bytes.toString('latin1', 0, 16) !== magic)
      throw damaged('it is no SQLite database');
    const written = bytes.readUInt16BE(16);
    this.#pageSize = written === 1 ? 65_536 : written;
    this.#usable = this.#pageSize - (bytes[20] ?? 0);
    const isPowerOfTwo = (this.#pageSize & (this.#pageSize - 1)) === 0;
    if (this.#pageSize < 512 || !isPowerOfTwo || this.#usable < 480) throw damaged(`its page size is ${written}`);
    if (bytes.readUInt32BE(56) > 1) throw damaged('its texts are UTF-16');
    this.#bytes = bytes;
  }

  /** The payload of every row of the table whose tree starts at the page. */
  *rows(root: number, depth = 0): Generator<Buffer> {
    if (depth > maxDepth) throw damaged('its tree is too deep');
    const page = this.#page(root);
    const { bytes, start } = page;
    const kind = bytes[start];
    const count = bytes.readUInt16BE(start + 3);
    if (kind !== tableInterior && kind !== tableLeaf) throw damaged(`page ${root} is of no table`);
    const cells = start + (kind === tableInterior ? 12 : 8);
    if (cells + 2 * count > bytes.length) throw damaged(`page ${root} is cut`);
    for (let i = 0; i < count; i++) {
      const cell = bytes.readUInt16BE(cells + 2 * i);
      if (cell + 4 > bytes.length) throw damaged(`page ${root} has a row outside of itself`);
      if (kind === tableInterior) yield* this.rows(bytes.readUInt32BE(cell), depth + 1);
      else yield this.#payload(page, cell);
    }
    if (kind === tableInterior) yield* this.rows(bytes.readUInt32BE(start + 8), depth + 1);
  }

  #payload({ bytes, number }: Page, cell: number): Buffer {
    const size = readVarint(bytes, cell);
    const row = readVarint(bytes, size.end);
    if (size.value > this.#bytes.length) throw damaged(`page ${number} has a row larger than the file`);
    const local = this.#localSize(size.value);
    if (row.end + local > bytes.length) throw damaged(`page ${number} has a row outside of itself`);
    this.#taken += local;
    if (this.#taken > this.#bytes.length) throw damaged('its rows share their bytes');
    const first = bytes.subarray(row.end, row.end + local);
    if (local === size.value) return first;
    return this.#withOverflow(first, size.value, bytes.readUInt32BE(Math.min(row.end + local, bytes.length - 4)));
  }

  /** Bytes of a row that are on its own page. Source: fileformat2, "Cell payload overflow". */
  #localSize(size: number): number {
    const usable = this.#usable;
    const most = usable - 35;
    if (size <= most) return size;
    const least = Math.floor(((usable - 12) * 32) / 255) - 23;
    const wanted = least + ((size - least) % (usable - 4));
    return wanted <= most ? wanted : least;
  }

  #withOverflow(first: Buffer, size: number, firstPage: number): Buffer {
    const out = Buffer.allocUnsafe(size);
    out.set(first);
    let at = first.length;
    for (let next = firstPage; at < size; ) {
      const { bytes, number } = this.#page(next, false);
      const length = Math.min(size - at, this.#usable - 4);
      if (4 + length > bytes.length) throw damaged(`page ${number} is cut`);
      out.set(bytes.subarray(4, 4 + length), at);
      at += length;
      next = bytes.readUInt32BE(0);
    }
    return out;
  }

  #page(number: number, isTree = true): Page {
    if (this.#seen.has(number)) throw damaged(`page ${number} is used twice`);
    this.#seen.add(number);
    const offset = (number - 1) * this.#pageSize;
    const bytes = this.#bytes.subarray(offset, offset + this.#pageSize);
    if (number < 1 || offset >= this.#bytes.length || bytes.length < 512)
      throw damaged(`page ${number} is not in the file`);
    return { number, bytes, start: isTree && number === 1 ? headerSize : 0 };
  }
}

/** The values of a row: numbers, texts and blobs; `null` for the rest. Source: fileformat2, "Record format". */
function readRecord(payload: Buffer): (number | string | Uint8Array | null)[] {
  const header = readVarint(payload, 0);
  if (header.value > payload.length) throw damaged('a row is cut');
  const out: (number | string | Uint8Array | null)[] = [];
  let at = header.end;
  let data = header.value;
  while (at < header.value) {
    const type = readVarint(payload, at);
    at = type.end;
    const size = sizeOf(type.value);
    if (data + size > payload.length) throw damaged('a row is cut');
    out.push(readValue(payload, type.value, data, size));
    data += size;
  }
  return out;
}

const fixedSizes = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0];

function sizeOf(type: number): number {
  return type < 12 ? (fixedSizes[type] ?? 0) : Math.floor((type - 12) / 2);
}

function readValue(payload: Buffer, type: number, at: number, size: number): number | string | Uint8Array | null {
  if (type >= 1 && type <= 5) return payload.readIntBE(at, size);
  if (type === 8 || type === 9) return type - 8;
  if (type < 12) return null;
  return type % 2 === 0 ? payload.subarray(at, at + size) : payload.toString('utf8', at, at + size);
}

/** Big-endian, seven bits a byte, at most nine bytes, of which the last has eight. */
function readVarint(bytes: Buffer, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let i = 0; i < 9; i++) {
    const byte = bytes[start + i];
    if (byte === undefined) throw damaged('a number is cut');
    if (i === 8) return { value: value * 256 + byte, end: start + 9 };
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, end: start + i + 1 };
  }
  throw damaged('a number is too long');
}

function damaged(why: string): AssayError {
  return new AssayError('FILE_UNREADABLE', `the package database cannot be read: ${why}`);
}
