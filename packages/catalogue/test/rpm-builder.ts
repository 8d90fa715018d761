import { DatabaseSync } from 'node:sqlite';

/** Tag to value: a number is INT32, a text STRING, a list STRING_ARRAY. Source: rpm's documentation, "RPM v4 header format". */
export type RpmTags = Readonly<Record<number, number | string | readonly string[]>>;

export const rpmTag = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  summary: 1004,
  vendor: 1011,
  license: 1014,
  arch: 1022,
  sourceRpm: 1044,
  provideName: 1047,
  requireName: 1049,
  modularity: 5096,
} as const;

/** The header of a package as rpm's databases keep it: two counts, the index, the data, all big-endian. */
export function buildHeader(tags: RpmTags): Buffer {
  const entries = Object.entries(tags);
  const index = Buffer.alloc(8 + 16 * entries.length);
  let data = Buffer.alloc(0);
  entries.forEach(([tag, value], i) => {
    const number = Buffer.alloc(4);
    if (typeof value === 'number') {
      number.writeUInt32BE(value);
      data = Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]); // numbers are aligned
    }
    const texts = typeof value === 'string' ? [value] : typeof value === 'number' ? [] : value;
    const type = typeof value === 'number' ? 4 : typeof value === 'string' ? 6 : 8;
    const fields = [Number(tag), type, data.length, Math.max(1, texts.length)];
    fields.forEach((field, at) => {
      index.writeUInt32BE(field, 8 + 16 * i + 4 * at);
    });
    data = Buffer.concat([
      data,
      typeof value === 'number' ? number : Buffer.from(texts.map((text) => `${text}\0`).join('')),
    ]);
  });
  index.writeUInt32BE(entries.length, 0);
  index.writeUInt32BE(data.length, 4);
  return Buffer.concat([index, data]);
}

/** `rpmdb.sqlite` as rpm creates it, written by SQLite itself. Source: rpm's lib/backend/sqlite.c. */
export function buildSqlite(headers: readonly Uint8Array[], pageSize = 4096): Buffer {
  const database = new DatabaseSync(':memory:');
  try {
    database.exec(`PRAGMA page_size = ${pageSize}`);
    database.exec('CREATE TABLE IF NOT EXISTS Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)');
    database.exec('CREATE TABLE IF NOT EXISTS Name (key TEXT NOT NULL, hnum INTEGER NOT NULL, idx INTEGER NOT NULL)');
    const insert = database.prepare('INSERT INTO Packages (blob) VALUES (?)');
    for (const header of headers) insert.run(header);
    return Buffer.from(database.serialize());
  } finally {
    database.close();
  }
}

/** `Packages.db` of SUSE: slots in the first page, packages in blocks of 16 bytes. Source: rpm's lib/backend/ndb/rpmpkg.c. */
export function buildNdb(headers: readonly Uint8Array[]): Buffer {
  const slots = Buffer.alloc(4096);
  slots.write('RpmP');
  slots.writeUInt32LE(1, 12); // pages of slots
  for (let at = 32; at < slots.length; at += 16) slots.write('Slot', at);
  const blobs: Buffer[] = [];
  let block = slots.length / 16;
  headers.forEach((header, i) => {
    const blocks = Math.ceil((16 + header.length + 12) / 16);
    const blob = Buffer.alloc(blocks * 16);
    blob.write('BlbS');
    blob.writeUInt32LE(i + 1, 4);
    blob.writeUInt32LE(header.length, 12);
    blob.set(header, 16);
    blob.write('BlbE', blob.length - 12);
    blobs.push(blob);
    // One slot in two stays free, as after a package was removed.
    const slot = 32 + 32 * i;
    slots.writeUInt32LE(i + 1, slot + 4);
    slots.writeUInt32LE(block, slot + 8);
    slots.writeUInt32LE(blocks, slot + 12);
    block += blocks;
  });
  return Buffer.concat([slots, ...blobs]);
}

/**
 * `Packages` of older rpm: a hash database of Berkeley DB with all pairs on one page and long values on pages of their own.
 * Source: Berkeley DB's dbinc/db_page.h.
 */
export function buildBerkeley(headers: readonly Uint8Array[], { bigEndian = false } = {}): Buffer {
  const pageSize = 4096;
  const room = pageSize - 26;
  const u16 = (page: Buffer, at: number, value: number): void => {
    if (bigEndian) page.writeUInt16BE(value, at);
    else page.writeUInt16LE(value, at);
  };
  const u32 = (page: Buffer, at: number, value: number): void => {
    if (bigEndian) page.writeUInt32BE(value, at);
    else page.writeUInt32LE(value, at);
  };
  const meta = Buffer.alloc(pageSize);
  const hash = Buffer.alloc(pageSize);
  const pages: Buffer[] = [meta, hash];
  u32(meta, 12, 0x061561);
  u32(meta, 16, 9);
  u32(meta, 20, pageSize);
  meta[25] = 8; // P_HASHMETA
  hash[25] = 13; // P_HASH
  let end = pageSize;
  let items = 0;
  const item = (bytes: Uint8Array): void => {
    end -= bytes.length;
    hash.set(bytes, end);
    u16(hash, 26 + 2 * items++, end);
  };
  const key = (number: number): void => {
    const bytes = Buffer.alloc(5);
    bytes[0] = 1; // H_KEYDATA
    u32(bytes, 1, number);
    item(bytes);
  };
  key(0);
  item(Buffer.from([1, headers.length, 0, 0, 0])); // the counter
  headers.forEach((header, i) => {
    key(i + 1);
    if (header.length < 400) {
      item(Buffer.concat([Buffer.from([1]), header]));
      return;
    }
    const long = Buffer.alloc(12);
    long[0] = 3; // H_OFFPAGE
    u32(long, 4, pages.length);
    u32(long, 8, header.length);
    item(long);
    for (let at = 0; at < header.length; at += room) {
      const page = Buffer.alloc(pageSize);
      const part = header.subarray(at, at + room);
      page[25] = 7; // P_OVERFLOW
      u16(page, 22, part.length);
      if (at + room < header.length) u32(page, 16, pages.length + 1);
      page.set(part, 26);
      pages.push(page);
    }
  });
  u16(hash, 20, items);
  u32(meta, 32, pages.length - 1);
  return Buffer.concat(pages);
}
