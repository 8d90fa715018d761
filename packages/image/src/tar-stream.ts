import { AssayError } from '@assay/contract';

/** What one tar entry is. `device` covers pipes too; `unknown` is no file at all (volume labels, multi-volume parts). */
export type TarEntryKind = 'file' | 'directory' | 'symlink' | 'hardlink' | 'device' | 'unknown';

/** One entry's header. */
export interface TarEntry {
  readonly kind: TarEntryKind;
  /** As written, decoded; `cleanPath` makes it safe. */
  readonly path: string;
  /** Bytes of content that follow; 0 for links and folders. */
  readonly size: number;
  readonly mode: number;
  /** Target of a link, as written. */
  readonly linkTarget: string;
  /** Whether the content is stored with holes left out: the bytes are then not the file. */
  readonly isSparse: boolean;
}

/** Takes entries as they stream by. */
export interface TarSink {
  /** A new entry. Returns whether its content is wanted. */
  entry(entry: TarEntry): boolean;
  /** Part of the content of the latest entry, when it was wanted. Returns whether the chunk may be kept: its memory then must live on. */
  content(chunk: Uint8Array): boolean;
  /** The latest wanted entry is complete. */
  endOfContent(): void;
}

const block = 512;
const maxExtendedHeader = 1024 * 1024;
const decoder = new TextDecoder('utf-8');

/** Values that a PAX header or a GNU long name sets for the next entry. */
interface Overrides {
  path?: string;
  linkTarget?: string;
  size?: number;
  isSparse?: boolean;
}

/**
 * Reads a tar stream pushed at it in chunks of any size, without copying content: ustar, PAX (local and global), GNU long names,
 * base-256 numbers. Throws LAYER_INVALID for what is not a tar, LIMIT_EXCEEDED for headers beyond a mebibyte.
 * Source: POSIX.1-2017 pax "ustar Interchange Format" and GNU tar manual "Basic Tar Format".
 */
export class TarReader {
  readonly #sink: TarSink;
  readonly #header = Buffer.alloc(block);
  #headerFill = 0;
  /** Content bytes still to come, then padding bytes still to come. */
  #content = 0;
  #padding = 0;
  #wanted = false;
  #extended: { readonly type: string; readonly chunks: Uint8Array[] } | undefined;
  #next: Overrides = {};
  #global: Overrides = {};
  /** Blocks of a sparse file's map still to come: they stand between header and content. */
  #inSparseMap = false;
  #isKept = false;
  #zeroBlocks = 0;
  #ended = false;
  #sawHeader = false;

  constructor(sink: TarSink) {
    this.#sink = sink;
  }

  /** Whether the end marker was read; what follows is padding. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Takes the next bytes. Returns whether anybody may keep a part of the chunk. */
  write(chunk: Buffer): boolean {
    let at = 0;
    this.#isKept = false;
    while (at < chunk.length && !this.#ended) {
      if (this.#inSparseMap) at = this.#readHeader(chunk, at);
      else if (this.#content > 0) at = this.#readContent(chunk, at);
      else if (this.#padding > 0) {
        const skipped = Math.min(this.#padding, chunk.length - at);
        this.#padding -= skipped;
        at += skipped;
      } else at = this.#readHeader(chunk, at);
    }
    return this.#isKept;
  }

  /** Call after the last chunk. Throws LAYER_INVALID when the archive stops in the middle. A missing end marker alone is forgiven, as all tools do. */
  end(): void {
    const isInside = this.#content > 0 || this.#headerFill > 0 || this.#inSparseMap || this.#extended !== undefined;
    if (!this.#ended && isInside) {
      throw new AssayError('LAYER_INVALID', 'the tar archive ends in the middle of an entry');
    }
  }

  #readContent(chunk: Buffer, at: number): number {
    const taken = Math.min(this.#content, chunk.length - at);
    this.#content -= taken;
    if (this.#extended !== undefined) {
      this.#extended.chunks.push(chunk.subarray(at, at + taken));
      if (this.#content > 0) this.#isKept = true;
    } else if (this.#wanted && this.#sink.content(chunk.subarray(at, at + taken))) this.#isKept = true;
    if (this.#content === 0) this.#finishContent();
    return at + taken;
  }

  #finishContent(): void {
    const extended = this.#extended;
    if (extended !== undefined) {
      this.#extended = undefined;
      this.#applyExtended(extended.type, Buffer.concat(extended.chunks));
    } else if (this.#wanted) {
      this.#wanted = false;
      this.#sink.endOfContent();
    }
  }

  #readHeader(chunk: Buffer, at: number): number {
    if (this.#headerFill === 0 && chunk.length - at >= block) {
      this.#parseHeader(chunk, at);
      return at + block;
    }
    const taken = Math.min(block - this.#headerFill, chunk.length - at);
    chunk.copy(this.#header, this.#headerFill, at, at + taken);
    this.#headerFill += taken;
    if (this.#headerFill === block) {
      this.#headerFill = 0;
      this.#parseHeader(this.#header, 0);
    }
    return at + taken;
  }

  #parseHeader(bytes: Buffer, at: number): void {
    if (this.#inSparseMap) {
      this.#inSparseMap = bytes[at + 504] !== 0;
      if (!this.#inSparseMap && this.#content === 0) this.#finishContent();
      return;
    }
    if (isZeroBlock(bytes, at)) {
      this.#zeroBlocks++;
      if (this.#zeroBlocks === 2) this.#ended = true;
      return;
    }
    this.#zeroBlocks = 0;
    checkSum(bytes, at, this.#sawHeader);
    this.#sawHeader = true;
    const type = bytes[at + 156] ?? 0;
    if (type === 0x78 || type === 0x67 || type === 0x4c || type === 0x4b) {
      // x, g, L, K: the content describes the next entry.
      const length = readNumber(bytes, at + 124, 12);
      if (length > maxExtendedHeader)
        throw new AssayError(
          'LIMIT_EXCEEDED',
          `a tar extended header of ${length} bytes is over the limit of ${maxExtendedHeader}`,
        );
      this.#extended = { type: String.fromCharCode(type), chunks: [] };
      this.#expect(length);
      if (length === 0) this.#finishContent();
      return;
    }
    const overrides = { ...this.#global, ...this.#next };
    this.#next = {};
    const size = overrides.size ?? readNumber(bytes, at + 124, 12);
    const entry = toEntry(bytes, at, type, size, overrides);
    this.#wanted = this.#sink.entry(entry);
    // Links, folders and devices have no content, whatever their size field says.
    this.#expect(entry.kind === 'file' || entry.kind === 'unknown' ? size : 0);
    this.#inSparseMap = type === 0x53 && bytes[at + 482] !== 0;
    if (this.#content === 0 && !this.#inSparseMap) this.#finishContent();
  }

  #expect(size: number): void {
    this.#content = size;
    this.#padding = (block - (size % block)) % block;
  }

  #applyExtended(type: string, content: Buffer): void {
    if (type === 'L') this.#next.path = untilNul(content);
    else if (type === 'K') this.#next.linkTarget = untilNul(content);
    else if (type === 'x') this.#next = { ...this.#next, ...readPax(content) };
    else this.#global = { ...this.#global, ...readPax(content) };
  }
}

function toEntry(bytes: Buffer, at: number, type: number, size: number, overrides: Overrides): TarEntry {
  const path = overrides.path ?? headerPath(bytes, at);
  // Old archives have no type, and mark folders by a trailing slash alone.
  const kind = type === 0 && path.endsWith('/') ? 'directory' : kindOf(type);
  return {
    kind,
    path,
    size: kind === 'file' ? size : 0,
    mode: readNumber(bytes, at + 100, 8) & 0o7777,
    linkTarget: kind === 'symlink' || kind === 'hardlink' ? (overrides.linkTarget ?? text(bytes, at + 157, 100)) : '',
    isSparse: overrides.isSparse === true || type === 0x53,
  };
}

function kindOf(type: number): TarEntryKind {
  switch (type) {
    case 0:
    case 0x30: // 0 regular
    case 0x37: // 7 contiguous
      return 'file';
    case 0x31:
      return 'hardlink';
    case 0x32:
      return 'symlink';
    case 0x35:
      return 'directory';
    case 0x53: // S: GNU sparse, content with holes left out
      return 'file';
    case 0x33: // 3 character device
    case 0x34: // 4 block device
    case 0x36: // 6 pipe
      return 'device';
    default:
      return 'unknown';
  }
}

function headerPath(bytes: Buffer, at: number): string {
  const name = text(bytes, at, 100);
  // "ustar" then NUL: POSIX, with a prefix; GNU writes "ustar " and keeps times there.
  const posix = bytes[at + 257] === 0x75 && bytes[at + 261] === 0x72 && bytes[at + 262] === 0;
  if (!posix || bytes[at + 345] === 0) return name;
  return `${text(bytes, at + 345, 155)}/${name}`;
}

function text(bytes: Buffer, from: number, length: number): string {
  let end = from;
  let ascii = true;
  while (end < from + length && bytes[end] !== 0) {
    if ((bytes[end] ?? 0) > 0x7f) ascii = false;
    end++;
  }
  return ascii ? bytes.toString('latin1', from, end) : decoder.decode(bytes.subarray(from, end));
}

function untilNul(content: Buffer): string {
  const nul = content.indexOf(0);
  return decoder.decode(nul < 0 ? content : content.subarray(0, nul));
}

/** Octal text, or base-256 when the first bit is set. */
function readNumber(bytes: Buffer, from: number, length: number): number {
  const first = bytes[from] ?? 0;
  let value = 0;
  if ((first & 0x80) !== 0) {
    if (first !== 0x80) throw new AssayError('LAYER_INVALID', 'a tar header has a negative or absurd size');
    for (let i = from + 1; i < from + length; i++) value = value * 256 + (bytes[i] ?? 0);
    if (!Number.isSafeInteger(value)) throw new AssayError('LAYER_INVALID', 'a tar header has an absurd size');
    return value;
  }
  for (let i = from; i < from + length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte >= 0x30 && byte <= 0x37) value = value * 8 + byte - 0x30;
    else if (byte === 0 || (byte === 0x20 && value > 0)) break;
    else if (byte !== 0x20) throw new AssayError('LAYER_INVALID', 'a tar header has a number that is not octal');
  }
  return value;
}

function isZeroBlock(bytes: Buffer, at: number): boolean {
  if (bytes[at] !== 0) return false;
  for (let i = at; i < at + block; i++) if (bytes[i] !== 0) return false;
  return true;
}

function checkSum(bytes: Buffer, at: number, inside: boolean): void {
  let sum = 256; // eight spaces where the checksum itself stands
  let signed = 256;
  for (let i = at; i < at + 148; i++) {
    const byte = bytes[i] ?? 0;
    sum += byte;
    if (byte > 0x7f) signed -= 256;
  }
  for (let i = at + 156; i < at + block; i++) {
    const byte = bytes[i] ?? 0;
    sum += byte;
    if (byte > 0x7f) signed -= 256;
  }
  // Some old writers summed signed bytes.
  const want = Number.parseInt(
    bytes
      .toString('latin1', at + 148, at + 156)
      .replaceAll('\0', ' ')
      .trim(),
    8,
  );
  if (want !== sum && want !== sum + signed - 256) {
    throw new AssayError(
      'LAYER_INVALID',
      inside ? 'a tar header has a wrong checksum' : 'the content is not a tar archive',
    );
  }
}

/** PAX records: `LENGTH KEY=VALUE\n`, the length counting itself. */
function readPax(content: Buffer): Overrides {
  const out: Overrides = {};
  let at = 0;
  while (at < content.length && content[at] !== 0) {
    const space = content.indexOf(0x20, at);
    const length = space < 0 ? Number.NaN : Number(content.toString('latin1', at, space));
    if (!Number.isInteger(length) || length < 5 || at + length > content.length || content[at + length - 1] !== 0x0a) {
      throw new AssayError('LAYER_INVALID', 'a tar extended header is malformed');
    }
    // Looked for in the record only: past its end the search would cost the square of the header.
    const record = content.subarray(space + 1, at + length - 1);
    const equals = record.indexOf(0x3d);
    if (equals > 0) applyPax(out, record.toString('latin1', 0, equals), record.subarray(equals + 1));
    at += length;
  }
  return out;
}

function applyPax(out: Overrides, key: string, value: Buffer): void {
  if (value.length === 0) return; // an empty value takes an earlier one back; nobody takes a global one back
  if (key === 'path') out.path = decoder.decode(value);
  else if (key === 'GNU.sparse.name') {
    out.path = decoder.decode(value);
    out.isSparse = true;
  } else if (key === 'GNU.sparse.map' || key === 'GNU.sparse.major') out.isSparse = true;
  else if (key === 'linkpath') out.linkTarget = decoder.decode(value);
  else if (key === 'size') {
    const size = Number(value.toString('latin1'));
    if (!Number.isSafeInteger(size) || size < 0)
      throw new AssayError('LAYER_INVALID', 'a tar extended header has a size that is not a number');
    out.size = size;
  }
}
