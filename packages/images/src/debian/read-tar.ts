import { AssayError } from '@assay/contract';
import type { TreeEntry } from '../file-tree.ts';

const block = 512;
/** More than any package we name unpacks to. */
const entryLimit = 20_000;

/**
 * The entries of a whole tar in memory, by path from the root. Hard links become copies; devices and pipes have no place in a package.
 * Understands ustar and GNU's long names, which is what dpkg writes. Throws IMAGE_INPUT_INVALID.
 */
export function readTar(bytes: Uint8Array, what: string): ReadonlyMap<string, TreeEntry> {
  const tar = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = new Map<string, TreeEntry>();
  const invalid = (why: string) => new AssayError('IMAGE_INPUT_INVALID', `${what}: ${why}`);
  let longName: string | undefined;
  let longTarget: string | undefined;
  for (let at = 0; at + block <= tar.length; ) {
    const header = tar.subarray(at, at + block);
    if (header.every((byte) => byte === 0)) break;
    const size = octal(header, 124, 12);
    if (size === undefined || at + block + size > tar.length) throw invalid('a damaged tar entry');
    const content = tar.subarray(at + block, at + block + size);
    at += block + Math.ceil(size / block) * block;
    const type = String.fromCharCode(header[156] ?? 0);
    if (type === 'L') longName = text(content, 0, content.length);
    else if (type === 'K') longTarget = text(content, 0, content.length);
    else {
      const path = clean(longName ?? nameOf(header));
      const target = longTarget ?? text(header, 157, 100);
      longName = undefined;
      longTarget = undefined;
      if (path === '') continue;
      if (entries.size >= entryLimit) throw invalid(`more than ${entryLimit} entries`);
      const mode = (octal(header, 100, 8) ?? 0) & 0o1777;
      if (type === '0' || type === '\0') entries.set(path, { type: 'file', content, mode });
      else if (type === '5') entries.set(path, { type: 'folder', mode });
      else if (type === '2') entries.set(path, { type: 'link', target });
      else if (type === '1') {
        const original = entries.get(clean(target));
        if (original === undefined) throw invalid(`${path} is a link to ${target}, which is not there`);
        entries.set(path, original);
      } else throw invalid(`${path} is neither a file, a folder nor a link`);
    }
  }
  return entries;
}

function nameOf(header: Buffer): string {
  // GNU's own format keeps times where ustar keeps the first part of a long name.
  const prefix = header.toString('latin1', 257, 263) === 'ustar\0' ? text(header, 345, 155) : '';
  const name = text(header, 0, 100);
  return prefix === '' ? name : `${prefix}/${name}`;
}

function text(bytes: Buffer, start: number, length: number): string {
  const end = bytes.indexOf(0, start);
  return bytes.toString('utf8', start, end < 0 || end > start + length ? start + length : end);
}

function octal(bytes: Buffer, start: number, length: number): number | undefined {
  const digits = text(bytes, start, length).trim();
  return /^[0-7]{1,12}$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

const clean = (path: string) =>
  path
    .replace(/^\.?\/+/, '')
    .replace(/\/+$/, '')
    .replace(/^\.$/, '');
