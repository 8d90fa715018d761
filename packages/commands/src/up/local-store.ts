import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A store that `assay up` runs for this user. */
export interface LocalStore {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
}

/** Where a running store says how it is reached. */
export function localStoreFile(home: string): string {
  return join(home, 'up.json');
}

/** The store that runs now; `undefined` when none does. What a dead process left behind is no store. */
export async function findLocalStore(home: string): Promise<LocalStore | undefined> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(localStoreFile(home), 'utf8'));
  } catch {
    return undefined;
  }
  const { url, token, pid } = (value ?? {}) as Partial<Record<keyof LocalStore, unknown>>; // looked at before it is used
  if (typeof url !== 'string' || typeof token !== 'string' || typeof pid !== 'number') return undefined;
  return isAlive(pid) ? { url, token, pid } : undefined;
}

/** Says how a store is reached, to this user alone: it holds the token. */
export async function tellLocalStore(home: string, store: LocalStore): Promise<void> {
  await mkdir(home, { recursive: true });
  const path = localStoreFile(home);
  const part = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(part, `${JSON.stringify(store)}\n`, { mode: 0o600, flag: 'wx' });
  await rename(part, path);
}

/** Takes back what `tellLocalStore` said. */
export async function forgetLocalStore(home: string): Promise<void> {
  await rm(localStoreFile(home), { force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
