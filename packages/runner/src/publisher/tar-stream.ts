import { AssayError } from '@assay/contract';

const block = 512;

/** One entry of an archive. Owners and times are nobody's and never: they would make equal contents differ. */
export interface TarEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder';
  /** Permission bits. */
  readonly mode: number;
  /** Bytes; 0 for folders. */
  readonly size: number;
  content(): AsyncIterable<Uint8Array>;
}

/**
 * An archive in the ustar format, with pax headers where a name needs one. Source: POSIX.1-2017, pax, "ustar Interchange Format" and
 * "pax Extended Header". Throws CONTENT_TRUNCATED or CONTENT_MISMATCH for content that has not the promised size.
 */
export async function* tarStream(entries: Iterable<TarEntry>): AsyncGenerator<Uint8Array> {
  for (const entry of entries) {
    yield header(entry);
    let size = 0;
    for await (const chunk of entry.content()) {
      size += chunk.byteLength;
      if (size > entry.size) throw new AssayError('CONTENT_MISMATCH', `${entry.name} grew while it was packed`);
      yield chunk;
    }
    if (size < entry.size) throw new AssayError('CONTENT_TRUNCATED', `${entry.name} shrank while it was packed`);
    if (size % block !== 0) yield Buffer.alloc(block - (size % block));
  }
  yield Buffer.alloc(2 * block);
}

function header({ name, kind, mode, size }: TarEntry): Uint8Array {
  const parts = splitName(name);
  const type = kind === 'file' ? '0' : '5';
  if (parts !== undefined) return ustar(parts.name, parts.prefix, mode, size, type);
  const record = Buffer.from(paxRecord('path', name));
  const padding = Buffer.alloc((block - (record.byteLength % block)) % block);
  // Readers that know pax take the name from the record; for the others it is cut.
  const short = Buffer.from(name).subarray(0, 100);
  return Buffer.concat([
    ustar(Buffer.from('PaxHeaders.0/name'), Buffer.alloc(0), 0o600, record.byteLength, 'x'),
    record,
    padding,
    ustar(short, Buffer.alloc(0), mode, size, type),
  ]);
}

/** The name in ustar's two fields; undefined where it does not fit or is not ASCII. */
function splitName(text: string): { readonly name: Buffer; readonly prefix: Buffer } | undefined {
  if (!/^[\x20-\x7e]+$/.test(text)) return undefined;
  if (text.length <= 100) return { name: Buffer.from(text), prefix: Buffer.alloc(0) };
  for (let slash = text.indexOf('/'); slash > 0; slash = text.indexOf('/', slash + 1)) {
    if (slash > 155) break;
    const rest = text.slice(slash + 1);
    if (rest.length <= 100 && rest !== '')
      return { name: Buffer.from(rest), prefix: Buffer.from(text.slice(0, slash)) };
  }
  return undefined;
}

/** `LENGTH key=value\n`, where the length counts itself. */
function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest;
  while (length !== rest + String(length).length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

function ustar(name: Uint8Array, prefix: Uint8Array, mode: number, size: number, type: string): Uint8Array {
  const bytes = Buffer.alloc(block);
  const octal = (value: number, at: number, length: number) =>
    bytes.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
  bytes.set(name, 0);
  octal(mode, 100, 8);
  octal(0, 108, 8); // uid
  octal(0, 116, 8); // gid
  octal(size, 124, 12);
  octal(0, 136, 12); // mtime
  bytes.write('        ', 148, 'latin1'); // the checksum counts as spaces
  bytes.write(type, 156, 'latin1');
  bytes.write('ustar\x0000', 257, 'latin1');
  octal(0, 329, 8); // device numbers
  octal(0, 337, 8);
  bytes.set(prefix, 345);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return bytes;
}
