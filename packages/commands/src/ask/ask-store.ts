import { readFile } from 'node:fs/promises';
import { AssayError } from '@assay/contract';
import { plainText } from '@assay/output';
import { Option } from 'commander';
import { request } from 'undici';
import { findLocalStore } from '../up/local-store.ts';
import type { World } from '../world.ts';

/** Which store is asked. */
export interface StoreWords {
  readonly store?: string;
  readonly tokenFile?: string;
  readonly json?: boolean;
}

export const storeOption = (): Option =>
  new Option('--store <URL>', 'the store to ask; else the one that `assay up` runs');
export const tokenFileOption = (): Option =>
  new Option('--token-file <FILE>', 'the token for --store; else METADATA_STORE_ACCESS_TOKEN');

/** Answers larger than this are not for people. Bytes. */
const mostBytes = 256 * 1024 * 1024;

/** Asks a store for JSON. Gives `undefined` for what it does not have; an answer has the shape of `/api/v2/openapi.json`. Throws STORE_UNREACHABLE, STORE_ANSWER. */
export type AskStore = (path: readonly string[], query?: Readonly<Record<string, string>>) => Promise<unknown>;

/** A way to ask the store that the words name. Throws STORE_UNREACHABLE when none is named and none runs. */
export async function askStore(world: World, words: StoreWords): Promise<AskStore> {
  const { url, token } = await whichStore(world, words);
  return async (path, query = {}) => {
    const target = new URL(`${url.replace(/\/+$/, '')}/${path.map(encodeURIComponent).join('/')}`);
    for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value);
    const { status, text } = await exchange(target, token, world.signal);
    if (status === 404) return undefined;
    if (status !== 200)
      throw new AssayError('STORE_ANSWER', `${target.origin} answers ${status}: ${plainText(saying(text))}`);
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new AssayError('STORE_ANSWER', `${target.origin} does not answer with JSON`, { cause });
    }
  };
}

/** What a problem says; of anything else the start. */
function saying(text: string): string {
  try {
    const { detail } = JSON.parse(text) as { readonly detail?: unknown }; // looked at before it is used
    if (typeof detail === 'string') return detail.slice(0, 300);
  } catch {
    // No JSON: then the text itself.
  }
  return text.slice(0, 200);
}

async function whichStore(world: World, { store, tokenFile }: StoreWords) {
  if (store !== undefined) {
    if (!/^https?:\/\//.test(store) || !URL.canParse(store))
      throw new AssayError('OPTION_INVALID', `--store ${JSON.stringify(store.slice(0, 100))} is no URL`);
    const token = tokenFile === undefined ? world.storeToken : (await readFile(tokenFile, 'utf8')).trim();
    return { url: store, token };
  }
  const local = await findLocalStore(world.settings.home);
  if (local !== undefined) return { url: local.url, token: local.token };
  throw new AssayError('STORE_UNREACHABLE', 'no store runs on this machine', {
    hint: `Start one with: ${world.called} up, or name another with --store URL.`,
  });
}

async function exchange(url: URL, token: string | undefined, signal: AbortSignal) {
  try {
    const answer = await request(url, {
      signal,
      headers: { accept: 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    });
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of answer.body) {
      size += chunk.length;
      if (size > mostBytes) throw new AssayError('LIMIT_EXCEEDED', `the answer of ${url.origin} has more than 256 MiB`);
      chunks.push(chunk);
    }
    return { status: answer.statusCode, text: Buffer.concat(chunks).toString('utf8') };
  } catch (cause) {
    if (cause instanceof AssayError) throw cause;
    if (signal.aborted) throw new AssayError('INTERRUPTED', 'the question was stopped', { cause });
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AssayError('STORE_UNREACHABLE', `${url.origin} cannot be reached: ${why}`, { cause });
  }
}
