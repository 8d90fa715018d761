import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { AssayError } from '@assay/contract';

/** The right to use a data folder. */
export interface DataLock {
  release(): void;
}

/**
 * Takes the lock of a data folder, a file beside it. The embedded database has none of its own: two processes on one folder lose data. A lock is
 * never taken from a process that lives. Throws STORE_LOCKED.
 */
export function lockData(folder: string): DataLock {
  const path = `${folder}.lock`;
  mkdirSync(dirname(folder), { recursive: true });
  for (;;) {
    try {
      const file = openSync(path, 'wx', 0o600);
      writeSync(file, String(process.pid));
      closeSync(file);
      return { release: () => rmSync(path, { force: true }) };
    } catch (error) {
      if (!isCode(error, 'EEXIST'))
        throw new AssayError('STORE_UNREACHABLE', `${path} cannot be written`, { cause: error });
    }
    removeDead(path, folder);
  }
}

/** Removes the lock of a process that is gone. Renamed before it is removed: of two that see it, only one takes it away. */
function removeDead(path: string, folder: string): void {
  const owner = readOwner(path);
  if (owner === undefined) return;
  if (owner === 'unreadable' || isAlive(owner)) {
    const who = owner === 'unreadable' ? 'a process that has not said its id yet' : `process ${owner}`;
    throw new AssayError('STORE_LOCKED', `${folder} is in use by ${who}`);
  }
  const stale = `${path}.stale-${process.pid}`;
  try {
    renameSync(path, stale);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return;
    throw error;
  }
  if (readOwner(stale) === owner) rmSync(stale, { force: true });
  else renameSync(stale, path);
}

/** `undefined` when there is no lock any more. */
function readOwner(path: string): number | 'unreadable' | undefined {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : 'unreadable';
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isCode(error, 'EPERM');
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
