import { type DatabaseOptions, openStore, type Store } from '@assay/store';
import { emptyDatabase, storeThread } from '@assay/testkit';
import type { FastifyInstance } from 'fastify';
import { createStoreLog, createStoreServer, oneToken, type StoreServerOptions } from '../src/index.ts';

/** A store and its API in this process; requests are handed in without a socket. */
export interface RunningStore {
  readonly store: Store;
  readonly server: FastifyInstance;
  /** Lines of the log. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  ask(method: 'GET' | 'POST', url: string, more?: AskOptions): Promise<Answer>;
  close(): Promise<void>;
}

export interface AskOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | object;
  /** `null` sends none. */
  readonly token?: string | null;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of an answer
  readonly json: any;
}

export const writeToken = 'token-that-may-write';

export async function startStore(
  database?: DatabaseOptions,
  more: Partial<StoreServerOptions> = {},
): Promise<RunningStore> {
  const embedded = { is: 'pglite', program: storeThread, empty: await emptyDatabase() } as const;
  const store = await openStore({ database: database ?? embedded, program: storeThread });
  const lines: Readonly<Record<string, unknown>>[] = [];
  const log = createStoreLog({
    level: 'default',
    logger: 'MetadataStore',
    hostname: 'metadata-store-app-x',
    write: (line) => lines.push(JSON.parse(line)),
    now: () => new Date(),
  });
  const authenticator = oneToken(writeToken, 'write', 'tester');
  const server = createStoreServer({ store, authenticator, log, ...more });
  await server.ready();
  return {
    store,
    server,
    lines,
    ask: async (method, url, { headers = {}, body, token = writeToken } = {}) => {
      const isObject = typeof body === 'object' && !(body instanceof Uint8Array);
      const payload = isObject ? JSON.stringify(body) : body instanceof Uint8Array ? Buffer.from(body) : body;
      const answer = await server.inject({
        method,
        url,
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(isObject ? { 'content-type': 'application/json' } : {}),
          ...headers,
        },
        ...(payload === undefined ? {} : { payload }),
      });
      const isJson = /json/.test(String(answer.headers['content-type'] ?? ''));
      return {
        status: answer.statusCode,
        headers: answer.headers,
        text: answer.body,
        json: isJson && answer.body !== '' ? JSON.parse(answer.body) : undefined,
      };
    },
    close: async () => {
      await server.close();
      await store.close();
    },
  };
}
