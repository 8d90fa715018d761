import type { Stats } from 'node:fs';
import { lstat, readdir, readlink, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { AssayError } from '@assay/contract';
import { bundleFormat } from '@assay/pipeline';
import { systemCode } from '../file-system.ts';
import type { PublishLimits } from '../settings.ts';

/** One file the scanner left. */
export interface ResultFile {
  /** Relative to the results folder, `/`-separated. */
  readonly name: string;
  /** Where its bytes lie. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
  readonly modifiedAt: Date;
}

/** Something in the results folder that is not published, and why. */
export interface LeftOut {
  readonly name: string;
  readonly why: string;
}

/** What the results folder holds, in the order in which it is packed. */
export interface Collected {
  readonly files: readonly ResultFile[];
  /** Names of the folders below. */
  readonly folders: readonly string[];
  readonly leftOut: readonly LeftOut[];
}

/** How overlayfs and image readers spell "remove that file": such a file would not come out of the bundle again. */
const removalMark = '.wh.';

/**
 * Every regular file below the results folder, links inside it followed. What lies outside is not read: a link that leads there is refused.
 * Throws RESULTS_EMPTY, RESULTS_REFUSED, RESULTS_TOO_LARGE, FILE_UNREADABLE.
 */
export async function collectFiles(resultsPath: string, limits: PublishLimits): Promise<Collected> {
  const root = await realpath(resultsPath).catch((cause: unknown) => {
    if (systemCode(cause) === 'ENOENT')
      throw new AssayError('RESULTS_EMPTY', `results folder ${resultsPath} does not exist`, { cause });
    throw unreadable(resultsPath, cause);
  });
  const walk = new Walk(root, limits);
  await walk.folder('', 0);
  if (walk.files.length === 0) throw new AssayError('RESULTS_EMPTY', `results folder ${resultsPath} is empty`);
  return walk;
}

class Walk implements Collected {
  readonly files: ResultFile[] = [];
  readonly folders: string[] = [];
  readonly leftOut: LeftOut[] = [];
  readonly #root: string;
  readonly #limits: PublishLimits;
  #bytes = 0;

  constructor(root: string, limits: PublishLimits) {
    this.#root = root;
    this.#limits = limits;
  }

  async folder(name: string, depth: number): Promise<void> {
    if (depth > this.#limits.depth)
      throw new AssayError('RESULTS_TOO_LARGE', `${show(name)} lies deeper than ${this.#limits.depth} folders`);
    const path = join(this.#root, name);
    const names = await readdir(path).catch((cause: unknown) => {
      throw unreadable(name === '' ? this.#root : name, cause);
    });
    for (const each of names.sort(compareBytes)) await this.#entry(name === '' ? each : `${name}/${each}`, depth);
  }

  async #entry(name: string, depth: number): Promise<void> {
    const path = join(this.#root, name);
    const found = await lstat(path).catch((cause: unknown) => {
      throw unreadable(name, cause);
    });
    if (name === bundleFormat.folder) {
      this.#leaveOut(name, 'the publisher writes the folder of that name itself');
      return;
    }
    if (name.slice(name.lastIndexOf('/') + 1).startsWith(removalMark))
      throw new AssayError(
        'RESULTS_REFUSED',
        `${show(name)}: in an image, a name that begins with .wh. removes a file`,
      );
    if (found.isFile()) this.#file(name, path, found);
    else if (found.isSymbolicLink()) await this.#link(name, path);
    else if (found.isDirectory()) {
      this.#count(name);
      this.folders.push(name);
      await this.folder(name, depth + 1);
    } else this.#leaveOut(name, 'neither a file nor a folder');
  }

  #file(name: string, path: string, found: Stats): void {
    this.#count(name);
    const { fileBytes, totalBytes } = this.#limits;
    if (found.size > fileBytes)
      throw new AssayError(
        'RESULTS_TOO_LARGE',
        `${show(name)} has ${found.size} bytes; one file may have ${fileBytes}`,
      );
    this.#bytes += found.size;
    if (this.#bytes > totalBytes)
      throw new AssayError('RESULTS_TOO_LARGE', `the results have more than ${totalBytes} bytes in all`);
    this.files.push({ name, path, size: found.size, mode: found.mode & 0o7777, modifiedAt: found.mtime });
  }

  async #link(name: string, path: string): Promise<void> {
    const target = await realpath(path).catch(() => undefined);
    // Where it leads to nothing, its own words tell whether it would lead outside.
    const leads = target ?? resolve(dirname(path), await readlink(path).catch(() => ''));
    if (leads !== this.#root && !leads.startsWith(this.#root + sep))
      throw new AssayError('RESULTS_REFUSED', `${show(name)} is a link that leaves the results folder`);
    if (target === undefined) return this.#leaveOut(name, 'a link to nothing');
    const found = await stat(target);
    // A folder's files are found where they really lie.
    if (found.isFile()) this.#file(name, target, found);
    else this.#leaveOut(name, 'a link to something that is no file');
  }

  #leaveOut(name: string, why: string): void {
    this.#count(name);
    this.leftOut.push({ name, why });
  }

  #count(name: string): void {
    if (this.files.length + this.folders.length + this.leftOut.length >= this.#limits.files)
      throw new AssayError(
        'RESULTS_TOO_LARGE',
        `there are more than ${this.#limits.files} files, ${show(name)} is one more`,
      );
  }
}

function unreadable(name: string, cause: unknown): AssayError {
  const code = systemCode(cause);
  const why = code === 'EACCES' || code === 'EPERM' ? 'permission denied' : code || 'it failed';
  return new AssayError('FILE_UNREADABLE', `cannot read ${show(name)}: ${why}`, { cause });
}

/** By the bytes of their names, as imgpkg walks. */
function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function show(name: string): string {
  return JSON.stringify(name.length > 120 ? `${name.slice(0, 120)}…` : name);
}
