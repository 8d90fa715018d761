import {
  closeSync,
  constants,
  type Dir,
  type Dirent,
  fstatSync,
  lstatSync,
  opendirSync,
  openSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { join, relative, sep } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { AssayError, type Rejected } from '@assay/contract';
import { checkRanges } from './second-look.ts';
import {
  type FileHeader,
  type FileReader,
  type FileSelector,
  type FileView,
  isSecondLook,
  type SelectedFile,
} from './view.ts';

export interface ReadFolderOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly entries: number; readonly path: string }) => void;
}

const maxEntries = 5_000_000;
/** Folders found and not yet listed. */
const maxPending = 500_000;
const maxDepth = 256;
const chunkSize = 1024 * 1024;
const headSize = 4096;
/** Entries between two looks at the signal and the event loop. */
const turn = 2048;
/** Version control and kernel folders hold nothing that is installed. */
const skippedFolders = new Set(['.git', '.hg', '.svn', '.bzr']);
const kernelFolders = new Set(['proc', 'sys', 'dev']);
/** Extensions of programs and libraries; other files without the executable bit are not opened to look at their head. */
const binaryExtension = /\.(?:exe|dll|so|dylib|bin|elf|node|wasm)$/i;

/** Never through a link that was put in a file's place meanwhile, never waiting for the other end of a pipe. */
const openFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Reads the files under a folder that the selector wants; a single file is a folder of one. Links of folders are not followed: what they lead to inside the folder
 * is met under its own name. A link of a file is read when its name is wanted and its target's is not; one that leads out of the folder is `rejected`,
 * as is every file that cannot be read. Pipes, sockets and devices are never opened. The process is kept responsive, but single files are read in one go.
 * Throws FILE_NOT_FOUND and FILE_UNREADABLE for the folder itself, LIMIT_EXCEEDED for more than 5 million entries.
 */
export async function readFolder<T>(
  root: string,
  selector: FileSelector<T>,
  options: ReadFolderOptions = {},
): Promise<FileView<T>> {
  options.signal?.throwIfAborted();
  const walk = new FolderWalk(root, selector);
  try {
    walk.start();
    while (walk.step()) {
      options.onProgress?.({ entries: walk.entries, path: walk.at });
      await nextTurn();
      options.signal?.throwIfAborted();
    }
  } finally {
    walk.close();
  }
  return walk.view();
}

interface Listed {
  readonly path: string;
  readonly depth: number;
}

class FolderWalk<T> {
  readonly #root: string;
  #realRoot = '';
  readonly #selector: FileSelector<T>;
  readonly #pending: Listed[] = [];
  #open: { readonly folder: Listed; readonly handle: Dir } | undefined;
  readonly #files: SelectedFile<T>[] = [];
  readonly #rejected: Rejected[] = [];
  readonly #head = Buffer.allocUnsafe(headSize);
  entries = 0;
  /** Path of the latest file. */
  at = '';

  constructor(root: string, selector: FileSelector<T>) {
    this.#root = root;
    this.#selector = selector;
  }

  start(): void {
    const stat = statRoot(this.#root);
    this.#realRoot = realpathSync(this.#root);
    if (stat.isDirectory()) this.#pending.push({ path: '', depth: 0 });
    else if (stat.isFile()) {
      this.entries = 1;
      const path = this.#realRoot.slice(this.#realRoot.lastIndexOf(sep) + 1);
      this.#guard(path, () => this.#file(this.#realRoot, path));
    } else throw new AssayError('FILE_UNREADABLE', `neither a file nor a folder: ${this.#root}`);
  }

  /** Handles some entries; false when all are done. */
  step(): boolean {
    for (let i = 0; i < turn; i++) {
      const open = this.#open ?? this.#openNext();
      if (open === undefined) {
        if (this.#pending.length === 0) return false;
        continue;
      }
      const entry = this.#next(open.folder.path, open.handle);
      if (entry === null) this.close();
      else {
        if (++this.entries > maxEntries)
          throw new AssayError('LIMIT_EXCEEDED', `${this.#root} has more than ${maxEntries} entries`);
        this.#entry(open.folder, entry);
      }
    }
    return true;
  }

  close(): void {
    const open = this.#open;
    this.#open = undefined;
    open?.handle.closeSync();
  }

  view(): FileView<T> {
    this.#files.sort((a, b) => (a.path < b.path ? -1 : 1));
    return { files: this.#files, rejected: this.#rejected, entries: this.entries };
  }

  #openNext(): { readonly folder: Listed; readonly handle: Dir } | undefined {
    const folder = this.#pending.pop();
    if (folder === undefined) return undefined;
    try {
      const real = join(this.#root, folder.path);
      // A link in the place of the folder that was there a moment ago would lead elsewhere.
      if (folder.path !== '' && !lstatSync(real).isDirectory()) return undefined;
      this.#open = { folder, handle: opendirSync(real, { bufferSize: 256 }) };
    } catch (error) {
      this.#cannotList(folder.path, error);
    }
    return this.#open;
  }

  #next(path: string, handle: Dir): Dirent | null {
    try {
      return handle.readSync();
    } catch (error) {
      this.#cannotList(path, error);
      return null;
    }
  }

  #cannotList(path: string, error: unknown): void {
    if (path === '')
      throw new AssayError('FILE_UNREADABLE', `the folder cannot be listed: ${this.#root}`, { cause: error });
    this.#rejected.push({ at: path, why: `the folder cannot be listed: ${codeOf(error)}` });
  }

  #entry(folder: Listed, entry: Dirent): void {
    const path = folder.path === '' ? entry.name : `${folder.path}/${entry.name}`;
    if (entry.isDirectory()) this.#folder(folder, entry.name, path);
    else if (entry.isFile()) {
      this.at = path;
      this.#guard(path, () => this.#file(join(this.#root, path), path));
    } else if (entry.isSymbolicLink()) this.#guard(path, () => this.#link(join(this.#root, path), path));
  }

  #folder(parent: Listed, name: string, path: string): void {
    if (skippedFolders.has(name) || (parent.depth === 0 && this.#realRoot === '/' && kernelFolders.has(name))) return;
    if (parent.depth >= maxDepth) {
      this.#rejected.push({ at: path.slice(0, 200), why: `deeper than ${maxDepth} folders` });
      return;
    }
    this.#pending.push({ path, depth: parent.depth + 1 });
    if (this.#pending.length > maxPending)
      throw new AssayError('LIMIT_EXCEEDED', `${this.#root} has more than ${maxPending} folders beside each other`);
  }

  #link(link: string, path: string): void {
    if (this.#selector.byPath({ path, size: 0, mode: 0o777 }) === undefined) return;
    const real = realTarget(link);
    if (real === undefined) return;
    const inside = relative(this.#realRoot, real);
    if (inside === '..' || inside.startsWith(`..${sep}`)) {
      this.#rejected.push({ at: path, why: 'a link that leads out of the folder is not followed' });
      return;
    }
    const stat = lstatSync(real);
    if (!stat.isFile()) return;
    const target = { path: inside.replaceAll(sep, '/'), size: stat.size, mode: stat.mode & 0o7777 };
    if (this.#selector.byPath(target) === undefined) this.#file(real, path);
  }

  #file(real: string, path: string): void {
    const stat = lstatSync(real);
    if (!stat.isFile()) return;
    const file = { path, size: stat.size, mode: stat.mode & 0o7777 };
    const reader = this.#selector.byPath(file);
    const mayBeBinary =
      file.size > 0 && ((file.mode & 0o111) !== 0 || !/\.[^/.]{1,8}$/.test(path) || binaryExtension.test(path));
    if (reader === undefined && !mayBeBinary) return;
    const descriptor = openSync(real, openFlags);
    try {
      if (!fstatSync(descriptor).isFile()) return;
      const chosen = reader ?? this.#selector.byHead(file, readAt(descriptor, this.#head, 0));
      if (chosen === undefined) return;
      const value = readWhole(descriptor, file, chosen);
      if (value !== undefined) this.#files.push({ path, size: file.size, value });
    } finally {
      closeSync(descriptor);
    }
  }

  #guard(path: string, act: () => void): void {
    try {
      act();
    } catch (error) {
      const why = error instanceof AssayError ? error.detail : `cannot be read: ${codeOf(error)}`;
      this.#rejected.push({ at: path, why });
    }
  }
}

function statRoot(root: string): ReturnType<typeof statSync> & object {
  try {
    return statSync(root);
  } catch (error) {
    const isMissing = codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
    if (isMissing) throw new AssayError('FILE_NOT_FOUND', `no such file or folder: ${root}`, { cause: error });
    throw new AssayError('FILE_UNREADABLE', `cannot be read (${codeOf(error)}): ${root}`, { cause: error });
  }
}

/** Where a link ends; `undefined` when nothing is there. */
function realTarget(link: string): string | undefined {
  try {
    return realpathSync(link);
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    if (codeOf(error) === 'ELOOP')
      throw new AssayError('FILE_UNREADABLE', 'its links lead in a circle', { cause: error });
    throw error;
  }
}

/** Feeds the bytes the file had when it was met: one that grows meanwhile is read to that size, one that shrinks to its end. */
function readWhole<T>(descriptor: number, file: FileHeader, reader: FileReader<T>): T | undefined {
  for (let at = 0; at < file.size; ) {
    // Readers may keep what they are given, so each gets a buffer of its own.
    const read = readAt(descriptor, Buffer.allocUnsafe(Math.min(chunkSize, file.size - at)), at);
    if (read.length === 0) break;
    reader.write(read);
    at += read.length;
  }
  const value = reader.end();
  if (!isSecondLook(value)) return value;
  checkRanges(value.ranges);
  const part = ({ offset, length }: { readonly offset: number; readonly length: number }): Buffer =>
    readAt(descriptor, Buffer.allocUnsafe(Math.max(0, Math.min(length, file.size - offset))), offset);
  return value.then(value.ranges.map(part));
}

/** Fills the buffer from the file; shorter at the file's end. */
function readAt(descriptor: number, buffer: Buffer, offset: number): Buffer {
  let filled = 0;
  while (filled < buffer.length) {
    const read = readSync(descriptor, buffer, filled, buffer.length - filled, offset + filled);
    if (read === 0) break;
    filled += read;
  }
  return buffer.subarray(0, filled);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
