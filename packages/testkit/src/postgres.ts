import { execFile, execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeEmptyDatabase } from '@assay/store';
import pg from 'pg';

/** The file that the threads of a store run in tests. */
export const storeThread = new URL('./store-thread.ts', import.meta.url);

/** The embedded database's empty beginning, made once for all suites of this machine. */
export async function emptyDatabase(): Promise<string> {
  const path = join(tmpdir(), `assay-empty-database-${pgliteVersion()}.tar.zst`);
  if (!existsSync(path)) await makeEmptyDatabase(path);
  return path;
}

function pgliteVersion(): string {
  const manifest = new URL('../../../node_modules/@electric-sql/pglite/package.json', import.meta.url);
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version; // npm wrote it
}

/** A real PostgreSQL on a temporary folder. */
export interface TestPostgres {
  /** The address of a new, empty database. */
  createDatabase(): Promise<string>;
  stop(): Promise<void>;
}

/** Where Debian puts the server's programs; `undefined` when there is none. */
export function findPostgres(): string | undefined {
  const stem = '/usr/lib/postgresql';
  if (!existsSync(stem)) return undefined;
  const versions = readdirSync(stem).filter((name) => Number(name) >= 15);
  const folder = versions.map((name) => join(stem, name, 'bin')).find((path) => existsSync(join(path, 'initdb')));
  return folder;
}

const run = promisify(execFile);

/** Starts a server on a free port of the loopback address. It refuses to run as root, so root starts it as nobody. */
export async function startPostgres(programs: string): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-postgres-'));
  const isRoot = process.getuid?.() === 0;
  const nobody = { uid: 65534, gid: 65534 };
  if (isRoot) chownSync(folder, nobody.uid, nobody.gid);
  const options = { cwd: folder, env: { PATH: process.env.PATH ?? '', LANG: 'C.UTF-8' }, ...(isRoot ? nobody : {}) };
  const data = join(folder, 'data');
  const port = await freePort();
  await run(join(programs, 'initdb'), ['-D', data, '-U', 'store', '-A', 'trust', '--locale=C.UTF-8'], options);
  const settings = `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1`;
  await run(join(programs, 'pg_ctl'), ['-D', data, '-w', '-o', settings, '-l', join(folder, 'log'), 'start'], options);
  const address = (database: string): string => `postgres://store@127.0.0.1:${port}/${database}`;
  let made = 0;
  return {
    async createDatabase() {
      const client = new pg.Client(address('postgres'));
      await client.connect();
      const name = `test_${process.pid}_${made++}`;
      await client.query(`create database ${name}`);
      await client.end();
      return address(name);
    },
    async stop() {
      execFileSync(join(programs, 'pg_ctl'), ['-D', data, '-m', 'immediate', 'stop'], { ...options, stdio: 'ignore' });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
