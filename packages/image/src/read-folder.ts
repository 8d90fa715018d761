import { closeSync, type Dirent, opendirSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { AssayError, type Rejected } from '@assay/contract';
import { RangeReader } from './second-look.ts';
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

/**
 * Reads the files under a folder that the selector wants. Links are not followed: what they lead to inside the folder is met under its own name,
 * and what lies outside was not asked for. Throws FILE_NOT_FOUND, FILE_UNREADABLE for the folder itself; a file that cannot be read is `rejected`.
 */
export async function readFolder<T>(
  root: string,
  selector: FileSelector<T>,
  options: ReadFolderOptions = {},
): Promise<FileView<T>> {
  const walk = new FolderWalk(root, selector);
  walk.start();
  while (walk.step()) {
    options.signal?.throwIfAborted();
    options.onProgress?.({ entries: walk.entries, path: walk.at });
    await nextTurn();
  }
  options.signal?.throwIfAborted();
  return walk.view();
}

class FolderWalk<T> {
  readonly #root: string;
  readonly #selector: FileSelector<T>;
  readonly #pending: { readonly path: string; readonly depth: number }[] = [];
  #listed:
    | { readonly folder: { readonly path: string; readonly depth: number }; readonly entries: Dirent[]; next: number }
    | undefined;
  readonly #files: SelectedFile<T>[] = [];
  readonly #rejected: Rejected[] = [];
  readonly #chunk = Buffer.allocUnsafe(chunkSize);
  entries = 0;
  at = '';

  constructor(root: string, selector: FileSelector<T>) {
    this.#root = root;
    this.#selector = selector;
  }

  start(): void {
    let stat: ReturnType<typeof statSync>;
    try {
      stat = statSync(this.#root);
    } catch (error) {
      throw new AssayError('FILE_NOT_FOUND', `no such folder: ${this.#root}`, { cause: error });
    }
    if (stat.isFile())
      this.#file(this.#root, {
        path: this.#root.slice(this.#root.lastIndexOf('/') + 1),
        size: stat.size,
        mode: stat.mode & 0o7777,
      });
    else if (stat.isDirectory()) this.#pending.push({ path: '', depth: 0 });
    else throw new AssayError('FILE_UNREADABLE', `neither a file nor a folder: ${this.#root}`);
  }

  /** Handles some entries; false when all are done. */
  step(): boolean {
    for (let i = 0; i < turn; i++) {
      while (this.#listed === undefined || this.#listed.next >= this.#listed.entries.length) {
        const folder = this.#pending.pop();
        if (folder === undefined) return false;
        this.#listed = { folder, entries: this.#list(folder.path), next: 0 };
      }
      const entry = this.#listed.entries[this.#listed.next++];
      if (entry !== undefined) this.#entry(this.#listed.folder, entry);
    }
    return true;
  }

  view(): FileView<T> {
    this.#files.sort((a, b) => (a.path < b.path ? -1 : 1));
    return { files: this.#files, rejected: this.#rejected, entries: this.entries };
  }

  #list(path: string): Dirent[] {
    const out: Dirent[] = [];
    try {
      const folder = opendirSync(join(this.#root, path), { bufferSize: 256 });
      try {
        for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) {
          out.push(entry);
          if (++this.entries > maxEntries)
            throw new AssayError('LIMIT_EXCEEDED', `${this.#root} has more than ${maxEntries} entries`);
        }
      } finally {
        folder.closeSync();
      }
    } catch (error) {
      if (error instanceof AssayError) throw error;
      if (path === '')
        throw new AssayError('FILE_UNREADABLE', `the folder cannot be listed: ${this.#root}`, { cause: error });
      this.#rejected.push({ at: path, why: `the folder cannot be listed: ${codeOf(error)}` });
    }
    return out;
  }

  #entry(folder: { readonly path: string; readonly depth: number }, entry: Dirent): void {
    const path = folder.path === '' ? entry.name : `${folder.path}/${entry.name}`;
    if (entry.isDirectory()) {
      if (skippedFolders.has(entry.name) || (folder.depth === 0 && this.#root === '/' && kernelFolders.has(entry.name)))
        return;
      if (folder.depth >= maxDepth)
        this.#rejected.push({ at: path.slice(0, 200), why: `deeper than ${maxDepth} folders` });
      else this.#pending.push({ path, depth: folder.depth + 1 });
    } else if (entry.isFile()) {
      this.at = path;
      const real = join(this.#root, path);
      try {
        const stat = statSync(real);
        this.#file(real, { path, size: stat.size, mode: stat.mode & 0o7777 });
      } catch (error) {
        this.#rejected.push({ at: path, why: `cannot be read: ${codeOf(error)}` });
      }
    }
  }

  #file(real: string, file: FileHeader): void {
    let reader = this.#selector.byPath(file);
    const mayBeBinary =
      file.size > 0 &&
      ((file.mode & 0o111) !== 0 || !/\.[^/.]{1,8}$/.test(file.path) || binaryExtension.test(file.path));
    if (reader === undefined && !mayBeBinary) return;
    const descriptor = openSync(real, 'r');
    try {
      if (reader === undefined) {
        const read = readSync(descriptor, this.#chunk, 0, Math.min(headSize, chunkSize), 0);
        reader = this.#selector.byHead(file, this.#chunk.subarray(0, read));
      }
      if (reader !== undefined) this.#read(descriptor, file, reader);
    } finally {
      closeSync(descriptor);
    }
  }

  #read(descriptor: number, file: FileHeader, reader: FileReader<T>): void {
    try {
      // Readers may keep what they are given, so each gets a buffer of its own.
      for (let at = 0; ; ) {
        const chunk = Buffer.allocUnsafe(Math.max(1, Math.min(chunkSize, file.size - at)));
        const read = readSync(descriptor, chunk, 0, chunk.length, at);
        if (read === 0) break;
        reader.write(chunk.subarray(0, read));
        at += read;
        if (at >= file.size) break;
      }
      let value = reader.end();
      if (isSecondLook(value)) {
        const ranges = new RangeReader(value.ranges);
        for (const { offset, length } of value.ranges) {
          const part = Buffer.alloc(Math.max(0, Math.min(length, file.size - offset)));
          readSync(descriptor, part, 0, part.length, offset);
          ranges.skipTo(offset);
          ranges.write(part);
        }
        value = value.then(ranges.parts());
      }
      if (value !== undefined) this.#files.push({ path: file.path, size: file.size, value });
    } catch (error) {
      this.#rejected.push({
        at: file.path,
        why: error instanceof AssayError ? error.detail : `cannot be read: ${codeOf(error)}`,
      });
    }
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
