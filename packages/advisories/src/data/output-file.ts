import { createHash, type Hash, randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AssayError } from '@assay/contract';
import { readFully } from './data-file.ts';

const bufferSize = 1024 * 1024;

/**
 * A file that is not there until it is whole: written beside its place under another name, then renamed.
 * Throws CACHE_UNWRITABLE where the disk is full or the folder cannot be written.
 */
export class OutputFile {
  readonly path: string;
  readonly temporary: string;
  /** Bytes written so far. */
  position = 0;
  readonly #descriptor: number;
  readonly #buffer = Buffer.allocUnsafe(bufferSize);
  #filled = 0;
  #hash: Hash = createHash('sha256');
  #open = true;

  constructor(path: string) {
    this.path = path;
    const folder = dirname(path);
    this.temporary = join(folder, `.${basename(path)}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`);
    this.#descriptor = guard(path, () => {
      mkdirSync(folder, { recursive: true });
      removeLeftovers(path);
      return openSync(this.temporary, 'wx', 0o644);
    });
  }

  /** Appends bytes; where they start. */
  write(bytes: Uint8Array): number {
    const start = this.position;
    this.#hash.update(bytes);
    let at = 0;
    while (at < bytes.length) {
      if (this.#filled === bufferSize) this.#flush();
      const part = bytes.subarray(at, at + bufferSize - this.#filled);
      this.#buffer.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
    }
    this.position += bytes.length;
    return start;
  }

  /** Hex digest of what was written since the last call. */
  digest(): string {
    const hash = this.#hash;
    this.#hash = createHash('sha256');
    return hash.digest('hex');
  }

  /** Writes over bytes at the start, which the digest does not cover. */
  writeFirst(bytes: Uint8Array): void {
    this.#flush();
    guard(this.path, () => writeSync(this.#descriptor, bytes, 0, bytes.length, 0));
  }

  /** Makes the file appear under its name, replacing the one before. */
  commit(): void {
    this.#flush();
    guard(this.path, () => {
      fsyncSync(this.#descriptor);
      closeSync(this.#descriptor);
      this.#open = false;
      renameSync(this.temporary, this.path);
    });
  }

  /** Leaves nothing behind; without effect after `commit`. */
  discard(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#descriptor);
    rmSync(this.temporary, { force: true });
  }

  #flush(): void {
    guard(this.path, () => {
      let done = 0;
      while (done < this.#filled) done += writeSync(this.#descriptor, this.#buffer, done, this.#filled - done);
    });
    this.#filled = 0;
  }
}

/** Bytes to be read back soon, in a file that has no name: nothing is left however this process ends. */
export class SpoolFile {
  position = 0;
  readonly #path: string;
  readonly #descriptor: number;
  readonly #buffer = Buffer.allocUnsafe(bufferSize);
  #filled = 0;
  #open = true;

  /** Lies beside `near`, since the folder for temporary files may be in memory. */
  constructor(near: string) {
    this.#path = near;
    const temporary = join(dirname(near), `.${basename(near)}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`);
    this.#descriptor = guard(near, () => {
      mkdirSync(dirname(near), { recursive: true });
      const descriptor = openSync(temporary, 'wx+', 0o600);
      unlinkSync(temporary);
      return descriptor;
    });
  }

  /** Appends text; where it starts. Its length is `position` afterwards minus that. */
  write(text: string): number {
    const start = this.position;
    const bytes = Buffer.from(text);
    if (this.#filled + bytes.length > bufferSize) this.#flush();
    if (bytes.length > bufferSize) this.#put(bytes);
    else {
      bytes.copy(this.#buffer, this.#filled);
      this.#filled += bytes.length;
    }
    this.position += bytes.length;
    return start;
  }

  read(offset: number, length: number): Buffer {
    if (this.#filled > 0) this.#flush();
    const out = Buffer.allocUnsafe(length);
    if (readFully(this.#descriptor, out, offset) < length) throw new AssayError('INTERNAL', 'a spool file ends early');
    return out;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#descriptor);
  }

  #flush(): void {
    this.#put(this.#buffer.subarray(0, this.#filled));
    this.#filled = 0;
  }

  #put(bytes: Buffer): void {
    guard(this.#path, () => {
      let done = 0;
      while (done < bytes.length) done += writeSync(this.#descriptor, bytes, done, bytes.length - done);
    });
  }
}

function guard<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof AssayError) throw cause;
    throw unwritable(path, cause);
  }
}

/** CACHE_UNWRITABLE, with the system's reason. */
export function unwritable(path: string, cause: unknown): AssayError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const why = code === 'ENOSPC' ? 'the disk is full' : code === '' ? 'it failed' : code;
  return new AssayError('CACHE_UNWRITABLE', `cannot write ${path}: ${why}`, { cause });
}

/** What processes that were killed left beside the file. */
function removeLeftovers(path: string): void {
  const prefix = `.${basename(path)}.`;
  for (const name of readdirSync(dirname(path))) {
    if (!name.startsWith(prefix) || !name.endsWith('.tmp')) continue;
    const pid = Number(name.slice(prefix.length).split('.')[0]);
    if (Number.isInteger(pid) && pid > 0 && !isAlive(pid)) rmSync(join(dirname(path), name), { force: true });
  }
}

/** Whether a process of this machine runs under the number. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
