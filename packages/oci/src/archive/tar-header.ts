import { AssayError } from '@assay/contract';

export const blockBytes = 512;

/** One header block of a tar archive. Sources: POSIX.1-1988 ustar, GNU tar "Basic Tar Format". */
export interface TarHeader {
  readonly name: string;
  readonly size: number;
  /** `0` file, `1` hard link, `2` symbolic link, `L`/`K` GNU long name/link, `x`/`g` pax. */
  readonly type: string;
  readonly link: string;
}

function text(block: Uint8Array, start: number, length: number): string {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return Buffer.from(end < 0 ? field : field.subarray(0, end)).toString('utf8');
}

/** Octal digits, or GNU's base-256 for what does not fit. */
function number(block: Uint8Array, start: number, length: number): number {
  const first = block[start] ?? 0;
  if ((first & 0x80) === 0) return Number.parseInt(text(block, start, length).trim() || '0', 8);
  let value = first & 0x7f;
  for (const byte of block.subarray(start + 1, start + length)) value = value * 256 + byte;
  return value;
}

/** Whether the block's checksum is right: the only sign that bytes are a tar at all, since old archives have no magic. */
export function isTarHeader(block: Uint8Array): boolean {
  if (block.byteLength < blockBytes) return false;
  let sum = 0;
  for (let at = 0; at < blockBytes; at += 1) sum += at >= 148 && at < 156 ? 32 : (block[at] ?? 0);
  return sum === number(block, 148, 8);
}

export function isEmptyBlock(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}

/** Reads a header block. Throws LAYOUT_INVALID. */
export function parseTarHeader(block: Uint8Array, archive: string): TarHeader {
  const size = number(block, 124, 12);
  if (!isTarHeader(block) || !Number.isSafeInteger(size) || size < 0) {
    throw new AssayError('LAYOUT_INVALID', `${archive} is not a tar archive, or a damaged one`);
  }
  const isUstar = text(block, 257, 6) === 'ustar';
  const prefix = isUstar ? text(block, 345, 155) : '';
  const name = text(block, 0, 100);
  const type = String.fromCharCode(block[156] ?? 0);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    size,
    type: type === '\0' || type === '7' ? '0' : type,
    link: text(block, 157, 100),
  };
}

/** The records of a pax header we use. Each is `LENGTH KEY=VALUE\n`, the length counting itself. Source: POSIX.1-2001 pax. */
export function parsePax(bytes: Uint8Array): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  let at = 0;
  while (at < bytes.byteLength) {
    const space = bytes.indexOf(0x20, at);
    if (space < 0 || space - at > 10) break;
    const length = Number.parseInt(Buffer.from(bytes.subarray(at, space)).toString('latin1'), 10);
    if (!Number.isSafeInteger(length) || length <= space - at || at + length > bytes.byteLength) break;
    const record = Buffer.from(bytes.subarray(space + 1, at + length - 1)).toString('utf8');
    const equals = record.indexOf('=');
    if (equals > 0) records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}
