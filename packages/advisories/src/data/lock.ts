import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AssayError } from '@assay/contract';
import { isAlive, unwritable } from './output-file.ts';

/** The holder says that it lives this often; milliseconds. */
const beat = 5_000;
/** A lock that was silent for so long belongs to nobody, on whichever machine; milliseconds. */
const silence = 120_000;
const pollEvery = 50;

/**
 * Does work that writes `path` while no other process does; waits for one that is at it. A lock of a process that died is taken over.
 * Readers need no lock. Throws INTERRUPTED, CACHE_UNWRITABLE, and what the work throws.
 */
export async function withLock<T>(path: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`;
  const own = `${process.pid} ${hostname()} ${randomBytes(8).toString('hex')}`;
  while (!take(lock, own)) {
    const abandoned = findAbandoned(lock);
    if (abandoned !== undefined) removeAbandoned(lock, abandoned);
    else
      await delay(pollEvery, undefined, signal === undefined ? {} : { signal }).catch((cause: unknown) =>
        stopped(cause),
      );
  }
  const timer = setInterval(() => touch(lock), beat);
  timer.unref();
  try {
    return await work();
  } finally {
    clearInterval(timer);
    if (read(lock) === own) rmSync(lock, { force: true });
  }
}

function take(lock: string, own: string): boolean {
  try {
    mkdirSync(dirname(lock), { recursive: true });
    writeFileSync(lock, own, { flag: 'wx' });
    return true;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') return false;
    throw unwritable(lock, cause);
  }
}

/** The words of a lock that belongs to nobody any more; `undefined` while somebody holds it. */
function findAbandoned(lock: string): string | undefined {
  const holder = read(lock);
  if (holder === undefined) return undefined;
  const [pid, host] = holder.split(' ');
  const age = ageOf(lock);
  // A holder writes its name right after it made the file.
  const abandoned = host === undefined ? age > 2_000 : age > silence || (host === hostname() && !isAlive(Number(pid)));
  return abandoned ? holder : undefined;
}

/** Of two that find it abandoned only one can rename it; the other may catch the lock that the first took next, and puts it back. */
function removeAbandoned(lock: string, words: string): void {
  const aside = `${lock}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    renameSync(lock, aside);
    if (read(aside) !== words) linkSync(aside, lock);
  } catch {
    // Somebody else was faster; the next round looks again.
  }
  rmSync(aside, { force: true });
}

function read(lock: string): string | undefined {
  try {
    return readFileSync(lock, 'utf8');
  } catch {
    return undefined;
  }
}

function ageOf(lock: string): number {
  try {
    return Date.now() - statSync(lock).mtimeMs;
  } catch {
    return 0;
  }
}

function touch(lock: string): void {
  try {
    const now = new Date();
    utimesSync(lock, now, now);
  } catch {
    // Somebody removed it; the work goes on, and its rename is atomic still.
  }
}

function stopped(cause: unknown): never {
  throw new AssayError('INTERRUPTED', 'stopped while another process was writing the vulnerability data', { cause });
}
