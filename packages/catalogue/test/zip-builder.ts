import { crc32, deflateRawSync } from 'node:zlib';

/** One entry of a zip archive to be built; what is not said is as an ordinary tool writes it. */
export interface ZipPart {
  readonly path: string;
  readonly data: string | Uint8Array;
  /** Deflated unless this is true. */
  readonly stored?: boolean;
  /** Sizes after the data instead of before it, as `jar` writes. */
  readonly streamed?: boolean;
  /** Says so in the flags; the data is left as it is. */
  readonly encrypted?: boolean;
  /** What the directory says instead of the truth. */
  readonly claimedSize?: number;
  readonly method?: number;
  readonly extra?: Uint8Array;
}

export interface ZipShape {
  /** Writes the sizes and the end as zip64. */
  readonly zip64?: boolean;
  /** Bytes before the archive, as of a shell script that starts it. */
  readonly prefix?: string;
  readonly comment?: string;
}

/** The bytes of a zip archive. Source: PKWARE APPNOTE 6.3.10, 4.3. */
export function buildZip(parts: readonly ZipPart[], shape: ZipShape = {}): Buffer {
  const chunks: Buffer[] = [Buffer.from(shape.prefix ?? '')];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const part of parts) {
    const local = localEntry(part);
    directory.push(centralEntry(part, local, offset, shape.zip64 === true));
    chunks.push(local.bytes);
    offset += local.bytes.length;
  }
  const central = Buffer.concat(directory);
  return Buffer.concat([...chunks, central, endOf(parts.length, central.length, offset, shape)]);
}

interface LocalEntry {
  readonly bytes: Buffer;
  readonly method: number;
  readonly crc: number;
  readonly compressed: number;
  readonly size: number;
}

function localEntry(part: ZipPart): LocalEntry {
  const data = Buffer.from(part.data);
  const method = part.method ?? (part.stored ? 0 : 8);
  const body = part.stored ? data : deflateRawSync(data);
  const crc = crc32(data);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(flagsOf(part), 6);
  header.writeUInt16LE(method, 8);
  if (!part.streamed) {
    header.writeUInt32LE(crc, 14);
    header.writeUInt32LE(body.length, 18);
    header.writeUInt32LE(data.length, 22);
  }
  const name = Buffer.from(part.path);
  const extra = Buffer.from(part.extra ?? []);
  header.writeUInt16LE(name.length, 26);
  header.writeUInt16LE(extra.length, 28);
  const descriptor = Buffer.alloc(part.streamed ? 16 : 0);
  if (part.streamed) {
    descriptor.writeUInt32LE(0x08074b50, 0);
    descriptor.writeUInt32LE(crc, 4);
    descriptor.writeUInt32LE(body.length, 8);
    descriptor.writeUInt32LE(data.length, 12);
  }
  const bytes = Buffer.concat([header, name, extra, body, descriptor]);
  return { bytes, method, crc, compressed: body.length, size: data.length };
}

function flagsOf(part: ZipPart): number {
  return (part.encrypted ? 1 : 0) | (part.streamed ? 8 : 0);
}

function centralEntry(part: ZipPart, local: LocalEntry, offset: number, zip64: boolean): Buffer {
  const header = Buffer.alloc(46);
  const name = Buffer.from(part.path);
  const size = part.claimedSize ?? local.size;
  const extra = zip64 ? zip64Field([size, local.compressed, offset]) : Buffer.alloc(0);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(flagsOf(part), 8);
  header.writeUInt16LE(local.method, 10);
  header.writeUInt32LE(local.crc, 16);
  header.writeUInt32LE(zip64 ? 0xffffffff : local.compressed, 20);
  header.writeUInt32LE(zip64 ? 0xffffffff : size, 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt32LE(zip64 ? 0xffffffff : offset, 42);
  return Buffer.concat([header, name, extra]);
}

function zip64Field(values: readonly number[]): Buffer {
  const field = Buffer.alloc(4 + 8 * values.length);
  field.writeUInt16LE(1, 0);
  field.writeUInt16LE(8 * values.length, 2);
  for (const [index, value] of values.entries()) field.writeBigUInt64LE(BigInt(value), 4 + 8 * index);
  return field;
}

function endOf(entries: number, size: number, start: number, shape: ZipShape): Buffer {
  const comment = Buffer.from(shape.comment ?? '');
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(shape.zip64 ? 0xffff : entries, 8);
  end.writeUInt16LE(shape.zip64 ? 0xffff : entries, 10);
  end.writeUInt32LE(shape.zip64 ? 0xffffffff : size, 12);
  end.writeUInt32LE(shape.zip64 ? 0xffffffff : start, 16);
  end.writeUInt16LE(comment.length, 20);
  if (!shape.zip64) return Buffer.concat([end, comment]);
  const end64 = Buffer.alloc(56);
  end64.writeUInt32LE(0x06064b50, 0);
  end64.writeBigUInt64LE(44n, 4);
  end64.writeBigUInt64LE(BigInt(entries), 24);
  end64.writeBigUInt64LE(BigInt(entries), 32);
  end64.writeBigUInt64LE(BigInt(size), 40);
  end64.writeBigUInt64LE(BigInt(start), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(start + size), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([end64, locator, end, comment]);
}
