import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { AssayError } from '@assay/contract';
import { openStore } from '@assay/store';
import {
  createStoreLog,
  createStoreServer,
  createToken,
  firstOf,
  oneToken,
  openDoor,
  storedKeys,
} from '@assay/store-api';
import type { World } from '../world.ts';
import { findLocalStore, forgetLocalStore, tellLocalStore } from './local-store.ts';

export interface UpWords {
  readonly data?: string;
  readonly host: string;
  readonly port: number;
  /** commander's form of `--no-auth`. */
  readonly auth: boolean;
  readonly quiet?: boolean;
}

/** `assay up`: the store on this machine, until it is stopped. */
export async function up(world: World, words: UpWords): Promise<number> {
  if (!/^(?:localhost|127(?:\.\d{1,3}){3}|::1|\[::1\])$/.test(words.host))
    throw new AssayError('OPTION_INVALID', `--host ${words.host} is not an address of this machine alone`, {
      hint: 'assay up speaks plain HTTP and listens on loopback only; assay-store serves others, over TLS.',
    });
  const { home } = world.settings;
  const other = await findLocalStore(home);
  if (other !== undefined)
    throw new AssayError('STORE_LOCKED', `a store runs already: ${other.url} (process ${other.pid})`);
  const folder = resolve(words.data ?? join(home, 'store'));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const token = await readToken(join(folder, 'token'));
  const { program, emptyDatabase: empty } = world;
  const place = { folder: join(folder, 'database'), program };
  const database = { is: 'pglite', ...place, ...(empty === undefined ? {} : { empty }) } as const;
  const store = await openStore({ database, program, now: () => world.now() });
  try {
    const authenticator = words.auth
      ? firstOf([oneToken(token, 'write', 'local'), storedKeys(store.queries)])
      : openDoor;
    const log = createStoreLog({
      level: 'minimum',
      logger: 'MetadataStore',
      hostname: hostname(),
      write: (line) => void world.stderr.write(line),
      now: () => world.now(),
    });
    const server = createStoreServer({ store, authenticator, log, isLocalOnly: true });
    try {
      const url = await listen(server.listen({ host: words.host.replace(/[[\]]/g, ''), port: words.port }), words);
      await tellLocalStore(home, { url, token, pid: process.pid });
      await world.stdout.write(toldText(world, url, words.auth ? token : undefined, folder));
      await untilStopped(world.signal);
    } finally {
      await forgetLocalStore(home);
      await server.close();
    }
  } finally {
    await store.close();
  }
  return 0;
}

/** The token of a data folder stays the same from start to start. */
async function readToken(path: string): Promise<string> {
  try {
    const kept = (await readFile(path, 'utf8')).trim();
    if (/^assay_[\w-]{40,}$/.test(kept)) return kept;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT'))
      throw new AssayError('FILE_UNREADABLE', `${path} cannot be read`, { cause: error });
  }
  const token = createToken();
  await writeFile(path, `${token}\n`, { mode: 0o600 });
  await chmod(path, 0o600);
  return token;
}

async function listen(started: Promise<string>, { port }: UpWords): Promise<string> {
  try {
    return await started;
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE')) throw cause;
    throw new AssayError('OPTION_INVALID', `port ${port} is in use`, { cause, hint: 'Name another with --port.' });
  }
}

function toldText({ called }: World, url: string, token: string | undefined, folder: string): string {
  const lines = [
    `The store is ready: ${url}`,
    token === undefined ? 'No token is wanted (--no-auth).' : `Token: ${token}`,
    `Data:  ${folder}`,
    '',
    `While it runs, \`${called} scan IMAGE\` stores its results here, and \`${called} insight …\` asks it.`,
    'It is for one machine: the database is embedded and writes without fsync. For a team, run assay-store with DATABASE_URL.',
    'Ctrl-C stops it.',
  ];
  return `${lines.join('\n')}\n`;
}

function untilStopped(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });
}
