import type { DatabaseOptions } from '@assay/store';
import { emptyDatabase, findPostgres, startPostgres, storeThread, type TestPostgres } from '@assay/testkit';

/** A database that a suite runs on. */
export interface Engine {
  readonly name: string;
  create(): Promise<DatabaseOptions>;
  stop(): Promise<void>;
}

/** PGlite always; PostgreSQL where it is installed, which CI is. */
export function engines(): readonly Engine[] {
  const embedded: Engine = {
    name: 'PGlite',
    create: async () => ({ is: 'pglite', program: storeThread, empty: await emptyDatabase() }),
    stop: async () => undefined,
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
