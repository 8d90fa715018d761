import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyDatabase, findPostgres, startPostgres, storeThread, type TestPostgres } from '@assay/testkit';
import type { DatabaseOptions } from '../src/index.ts';

/** A kind of database that a suite runs on. */
export interface Engine {
  readonly name: string;
  /** A new, empty database that outlives the process which uses it. */
  create(): Promise<DatabaseOptions>;
  stop(): Promise<void>;
}

/** PGlite always; PostgreSQL where it is installed, which CI is. */
export function engines(): readonly Engine[] {
  const folders: string[] = [];
  const embedded: Engine = {
    name: 'PGlite',
    create: async () => {
      const folder = mkdtempSync(join(tmpdir(), 'assay-store-'));
      folders.push(folder);
      const empty = await emptyDatabase();
      return { is: 'pglite', folder: join(folder, 'database'), program: storeThread, empty };
    },
    stop: async () => {
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    },
  };
  const programs = findPostgres();
  if (programs === undefined) {
    if (process.env.CI === 'true') throw new Error('PostgreSQL 15 or newer is not installed');
    process.stderr.write('left out: the store on PostgreSQL: the server is not installed\n');
    return [embedded];
  }
  let server: Promise<TestPostgres> | undefined;
  const real: Engine = {
    name: 'PostgreSQL',
    create: async () => {
      server ??= startPostgres(programs);
      return { is: 'postgresql', url: await (await server).createDatabase() };
    },
    stop: async () => (await server)?.stop(),
  };
  return [embedded, real];
}
