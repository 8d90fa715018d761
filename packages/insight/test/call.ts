import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInsight } from '../src/index.ts';
import { type FakeStore, startFakeStore } from './fake-store.ts';

/** What a call printed, and its exit code. */
export interface Told {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A user: a home folder, a token, and what is typed when a question is asked. */
export interface User {
  readonly home: string;
  readonly token?: string;
  /** Without it there is no terminal. */
  readonly types?: string;
}

/** One call as a user makes it. */
export async function call(user: User, ...words: readonly string[]): Promise<Told> {
  let out = '';
  let err = '';
  const stream = (take: (text: string) => void) => ({
    columns: 80,
    isTerminal: false,
    write: async (text: string) => take(text),
  });
  const world = {
    stdout: stream((text) => {
      out += text;
    }),
    stderr: stream((text) => {
      err += text;
    }),
    stdin: typed(user.types ?? ''),
    isInteractive: user.types !== undefined,
    signal: new AbortController().signal,
    home: user.home,
    version: '1.2.3',
    ...(user.token === undefined ? {} : { token: user.token }),
  };
  const code = await runInsight(words, world);
  return { code, out, err };
}

async function* typed(text: string): AsyncGenerator<Uint8Array> {
  if (text !== '') yield Buffer.from(text);
}

/** Gives a user without a target, and takes the home folder away afterwards. */
export async function withUser<T>(act: (user: User) => Promise<T>): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'insight-'));
  try {
    return await act({ home, token: 'secret-token' });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** Gives a user whose target is a store that answers from a table. */
export async function withStore<T>(
  table: Readonly<Record<string, unknown>>,
  act: (user: User, store: FakeStore) => Promise<T>,
): Promise<T> {
  const store = await startFakeStore(table);
  try {
    return await withUser(async (user) => {
      await call(user, 'config', 'set-target', store.endpoint);
      return act(user, store);
    });
  } finally {
    await store.close();
  }
}
