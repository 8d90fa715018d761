import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { AssayError } from '@assay/contract';

/** The right to use a data folder. */
export interface DataLock {
  release(): void;
}

/** Locks that this process holds. One that names this process and is not among them is of an earlier process of the same number: in a container each is process 1. */
const held = new Set<string>();

/**
 * Takes the lock of a data folder, a file beside it. The embedded database has none of its own: two processes on one folder lose data. A lock is
 * never taken from a process that lives. Throws STORE_LOCKED.
 */
export function lockData(folder: string): DataLock {
  const path = `${folder}.lock`;
  mkdirSync(dirname(folder), { recursive: true });
  for (;;) {
    try {
      claim(path);
      held.add(path);
      return {
        release: () => {
          held.delete(path);
          rmSync(path, { force: true });
        },
      };
    } catch (error) {
      if (!isCode(error, 'EEXIST'))
        throw new AssayError('STORE_UNREACHABLE', `${path} cannot be written`, { cause: error });
    }
    removeDead(path, folder);
  }
}

/** Makes the lock whole or not at all: one without its owner's id would lock the folder for good. Throws EEXIST. */
function claim(path: string): void {
  const part = `${path}.${process.pid}`;
  writeFileSync(part, String(process.pid), { mode: 0o600 });
  try {
    linkSync(part, path);
  } finally {
    rmSync(part, { force: true });
  }
}

/** Removes the lock of a process that is gone. Renamed before it is removed: of two that see it, only one takes it away. */
function removeDead(path: string, folder: string): void {
  const owner = readOwner(path);
  if (owner === undefined) return;
  if (owner === 'unreadable' || isHeld(owner, path)) {
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

function isHeld(owner: number, path: string): boolean {
  return owner === process.pid ? held.has(path) : isAlive(owner);
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
