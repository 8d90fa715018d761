import type { FileHandle } from 'node:fs/promises';
import { AssayError } from '@assay/contract';
import type { LocalFiles } from '../local-files.ts';
import { readChunks } from '../read-chunks.ts';
import { blockBytes, isEmptyBlock, parsePax, parseTarHeader, type TarHeader } from './tar-header.ts';

/** Docker's own images have a few dozen entries; the limit protects from a tar of a million empty ones. */
const entryLimit = 100_000;
const linkLimit = 16;
const longNameLimit = 64 * 1024;
const windowBytes = 64 * 1024;

type Entry = { readonly offset: number; readonly size: number } | { readonly link: string };

/** A path inside the archive in its plain form; undefined for one that would leave it. */
function cleanPath(path: string): string | undefined {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}

function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

/** Reads headers through a small window: most lie far apart, in hostile archives side by side. */
class HeaderWindow {
  readonly #file: FileHandle;
  #start = 0;
  #bytes: Uint8Array = new Uint8Array(0);

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Up to `length` bytes at `offset`; fewer at the end of the file. */
  async at(offset: number, length: number): Promise<Uint8Array> {
    if (offset < this.#start || offset + length > this.#start + this.#bytes.byteLength) {
      const buffer = Buffer.allocUnsafeSlow(Math.max(length, windowBytes));
      const { bytesRead } = await this.#file.read(buffer, 0, buffer.byteLength, offset);
      this.#start = offset;
      this.#bytes = buffer.subarray(0, bytesRead);
    }
    return this.#bytes.subarray(offset - this.#start, offset - this.#start + length);
  }
}

interface LongNames {
  name?: string;
  link?: string;
  size?: number;
}

async function readLongNames(
  window: HeaderWindow,
  header: TarHeader,
  offset: number,
  archive: string,
): Promise<LongNames> {
  if (header.size > longNameLimit)
    throw new AssayError('LIMIT_EXCEEDED', `${archive} has a name longer than ${longNameLimit} bytes`);
  const bytes = await window.at(offset, header.size);
  if (header.type === 'L' || header.type === 'K') {
    const value = Buffer.from(bytes).toString('utf8').replace(/\0+$/, '');
    return header.type === 'L' ? { name: value } : { link: value };
  }
  const pax = parsePax(bytes);
  const [name, link, size] = [pax.get('path'), pax.get('linkpath'), pax.get('size')];
  return {
    ...(name !== undefined && { name }),
    ...(link !== undefined && { link }),
    ...(size !== undefined && /^\d{1,15}$/.test(size) && { size: Number(size) }),
  };
}

/** Notes where each file of the archive lies. Reads headers only. Throws LAYOUT_INVALID, LIMIT_EXCEEDED, CONTENT_TRUNCATED. */
async function indexTar(file: FileHandle, end: number, archive: string): Promise<ReadonlyMap<string, Entry>> {
  const entries = new Map<string, Entry>();
  const window = new HeaderWindow(file);
  let offset = 0;
  let headers = 0;
  let long: LongNames = {};
  while (offset < end) {
    const block = await window.at(offset, blockBytes);
    if (block.byteLength === blockBytes && isEmptyBlock(block)) break;
    const header = parseTarHeader(block, archive);
    headers += 1;
    if (headers > entryLimit) throw new AssayError('LIMIT_EXCEEDED', `${archive} has more than ${entryLimit} entries`);
    const start = offset + blockBytes;
    const size = long.size ?? header.size;
    const isData = header.type !== '1' && header.type !== '2' && header.type !== '5';
    const length = isData ? size : 0;
    if (start + length > end)
      throw new AssayError(
        'CONTENT_TRUNCATED',
        `${archive} ends in the middle of ${(long.name ?? header.name).slice(0, 200)}`,
      );
    offset = start + Math.ceil(length / blockBytes) * blockBytes;

    if (header.type === 'L' || header.type === 'K' || header.type === 'x') {
      long = { ...long, ...(await readLongNames(window, header, start, archive)) };
      continue;
    }
    // A name that would leave the archive is nobody's: it stays unlisted.
    const path = cleanPath(long.name ?? header.name);
    if (path !== undefined) note(entries, path, header.type, { offset: start, size }, long.link ?? header.link);
    if (header.type !== 'g') long = {};
  }
  return entries;
}

function note(entries: Map<string, Entry>, path: string, type: string, data: Entry, link: string): void {
  if (type === '0') entries.set(path, data);
  // A hard link names its target from the top of the archive, a symbolic one from its own folder.
  const target = type === '1' ? cleanPath(link) : cleanPath(`${folderOf(path)}/${link}`);
  if ((type === '1' || (type === '2' && !link.startsWith('/'))) && target !== undefined)
    entries.set(path, { link: target });
}

/** The files inside an uncompressed tar, read in place. Takes over the handle. */
export async function openTar(file: FileHandle, name: string): Promise<LocalFiles> {
  const entries = await indexTar(file, (await file.stat()).size, name);

  const find = (path: string) => {
    let entry = entries.get(path);
    for (let hops = 0; entry !== undefined && 'link' in entry; hops += 1) {
      if (hops > linkLimit) throw new AssayError('LAYOUT_INVALID', `${name}: ${path} is a link that leads nowhere`);
      entry = entries.get(entry.link);
    }
    return entry;
  };

  return {
    name,
    findSize: async (path) => find(path)?.size,
    async *read(path, signal) {
      const entry = find(path);
      if (entry === undefined) throw new AssayError('LAYOUT_INVALID', `${name} has no ${path.slice(0, 200)}`);
      yield* readChunks(file, { start: entry.offset, length: entry.size, name: path }, signal);
    },
    close: () => file.close(),
  };
}
