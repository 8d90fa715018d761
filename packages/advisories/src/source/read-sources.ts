import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AssayError } from '@assay/contract';
import { ZipFile } from './zip-file.ts';

/** The text of one file that should hold a record, or why it is not read. */
export interface SourceText {
  /** `FILE` or `ARCHIVE!FILE`, for messages. */
  readonly at: string;
  /** Name of the archive's or file's folder: the ecosystem, in the layout of the public export. */
  readonly group: string;
  readonly text: string | undefined;
  readonly why?: string;
}

/** Largest record that is read; bytes. The largest real ones (kernel bulletins) have about 5 MB. */
const largestRecord = 32 * 1024 * 1024;
/** Bytes that all archives together may unpack to: forty times the public export. */
const mostUnpacked = 64 * 1024 ** 3;
const deepestFolder = 64;

/**
 * The records of sources, one at a time: folders of `ECOSYSTEM/all.zip` or of JSON files at any depth, archives, single files (`.json`,
 * or `.jsonl` with a record a line). Other files in folders are passed over. Throws FILE_NOT_FOUND, FILE_UNREADABLE,
 * ADVISORY_INVALID for a damaged archive, LIMIT_EXCEEDED.
 */
export function* readSources(sources: readonly string[]): Generator<SourceText> {
  const budget = { left: mostUnpacked };
  for (const source of sources) {
    const kind = statOf(source);
    if (kind === 'folder') {
      for (const path of walk(source, 0)) yield* readFile(path, budget);
    } else yield* readFile(source, budget);
  }
}

function statOf(path: string): 'folder' | 'file' {
  try {
    return statSync(path).isDirectory() ? 'folder' : 'file';
  } catch (cause) {
    throw new AssayError('FILE_NOT_FOUND', `there is no ${path}`, { cause });
  }
}

/** Files that may hold records, in the order of their names, so that the answer does not depend on the disk. */
function* walk(folder: string, depth: number): Generator<string> {
  if (depth > deepestFolder)
    throw new AssayError('LIMIT_EXCEEDED', `${folder} is more than ${deepestFolder} folders deep`);
  const entries = unreadableAs(folder, () => readdirSync(folder, { withFileTypes: true }));
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== '.git') yield* walk(path, depth + 1);
    } else if (/\.(?:json|jsonl|ndjson|zip)$/i.test(entry.name) && isFile(path)) yield path;
  }
}

/** Links to files count, as mounted volumes are made of them; links to folders do not, for they may lead round. */
function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function* readFile(path: string, budget: { left: number }): Generator<SourceText> {
  const group = basename(dirname(path));
  if (startsLikeZip(path)) {
    yield* readArchive(path, group, budget);
    return;
  }
  if (/\.zip$/i.test(path))
    throw new AssayError('ADVISORY_INVALID', `${path}: not a zip archive from its first byte on`);
  const size = statSync(path).size;
  if (/\.(?:jsonl|ndjson)$/i.test(path)) {
    if (size > 16 * largestRecord) throw new AssayError('LIMIT_EXCEEDED', `${path} has ${size} bytes`);
    const lines = unreadableAs(path, () => readFileSync(path, 'utf8')).split('\n');
    for (const [i, line] of lines.entries()) {
      if (line.trim() !== '') yield { at: `${path}:${i + 1}`, group, text: line };
    }
    return;
  }
  if (size > largestRecord) yield { at: path, group, text: undefined, why: tooLarge(size) };
  else yield { at: path, group, text: unreadableAs(path, () => readFileSync(path, 'utf8')) };
}

function* readArchive(path: string, group: string, budget: { left: number }): Generator<SourceText> {
  const zip = unreadableAs(path, () => new ZipFile(path));
  try {
    for (const entry of zip.list()) {
      const at = `${path}!${entry.path.slice(0, 300)}`;
      if (!/\.json$/i.test(entry.path)) continue;
      if (entry.size > largestRecord) yield { at, group, text: undefined, why: tooLarge(entry.size) };
      else if (entry.encrypted) yield { at, group, text: undefined, why: 'is encrypted' };
      else if (entry.method !== 0 && entry.method !== 8) {
        yield { at, group, text: undefined, why: `is compressed by method ${entry.method}, which is not read` };
      } else {
        budget.left -= entry.size;
        if (budget.left < 0)
          throw new AssayError('LIMIT_EXCEEDED', `${path} unpacks to more than ${mostUnpacked} bytes`);
        yield { at, group, text: zip.read(entry).toString('utf8') };
      }
    }
  } finally {
    zip.close();
  }
}

function tooLarge(size: number): string {
  return `has ${size} bytes, at most ${largestRecord} are read`;
}

/** Whether the file starts as a zip archive does, an empty one too. */
export function startsLikeZip(path: string): boolean {
  const start = readStart(path, 4);
  return start.length === 4 && (start.readUInt32LE(0) === 0x04034b50 || start.readUInt32LE(0) === 0x06054b50);
}

/** The first bytes of a file. Throws FILE_NOT_FOUND, FILE_UNREADABLE. */
export function readStart(path: string, length: number): Buffer {
  return unreadableAs(path, () => {
    const descriptor = openSync(path, 'r');
    try {
      const out = Buffer.alloc(length);
      return out.subarray(0, readSync(descriptor, out, 0, length, 0));
    } finally {
      closeSync(descriptor);
    }
  });
}

function unreadableAs<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof AssayError) throw cause;
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    throw new AssayError(
      missing ? 'FILE_NOT_FOUND' : 'FILE_UNREADABLE',
      `${missing ? 'there is no' : 'cannot read'} ${path}`,
      {
        cause,
      },
    );
  }
}
