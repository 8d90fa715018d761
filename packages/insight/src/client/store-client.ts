import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { getCACertificates } from 'node:tls';
import { Agent, type Dispatcher, request } from 'undici';
import { readTarget, type Target } from '../config/target.ts';
import { InsightError, type InsightWorld } from '../world.ts';
import { transportWords } from './transport-words.ts';

/** An answer larger than this is not one that people read. Bytes. */
const mostBytes = 256 * 1024 * 1024;

/** What is sent. */
export interface StoreRequest {
  readonly method: 'GET' | 'POST';
  /** Parts of the path; each is escaped. */
  readonly path: readonly string[];
  /** What is undefined is left out. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Whether the token goes along; it does unless this says no. */
  readonly isOpen?: boolean;
  /** A list that is not there is an empty one. */
  readonly isList?: boolean;
}

/** An answer of the store that is no error. */
export interface StoreAnswer {
  readonly status: number;
  readonly text: string;
}

/** Talks to one store. Throws InsightError with the store's words, or with what was in the way. */
export interface StoreClient {
  send(request: StoreRequest): Promise<StoreAnswer>;
  /** As `send`, read as JSON. */
  json(request: StoreRequest): Promise<{ readonly text: string; readonly value: unknown }>;
  close(): Promise<void>;
}

/** A client of the configured store. */
export async function openClient(world: InsightWorld): Promise<StoreClient> {
  const target = await readTarget(world.home, world.local);
  // A variable that is set to nothing says nothing. The store of this machine knows only its own token.
  const given = target === world.local ? undefined : world.token?.trim();
  return new HttpClient(target, given || target.accessToken, await agentOf(target), world.signal);
}

async function agentOf({ endpoint, caCert }: Target): Promise<Agent> {
  const limits = { headersTimeout: 120_000, bodyTimeout: 120_000, connectTimeout: 15_000 };
  if (!endpoint.startsWith('https:')) return new Agent(limits);
  const given = caCert === undefined ? [] : [await readAuthority(caCert)];
  return new Agent({ ...limits, connect: { ca: [...systemAuthorities(), ...given] } });
}

/** Node's own list and the machine's, which may know the company's authority. */
function systemAuthorities(): readonly string[] {
  return [...new Set([...getCACertificates('default'), ...getCACertificates('system')])];
}

async function readAuthority(path: string): Promise<string> {
  try {
    const text = await readFile(path, 'utf8');
    // Node passes over what is no certificate in silence; the next error would then be about the store.
    new X509Certificate(text);
    return text;
  } catch (cause) {
    throw new InsightError(`the CA certificate ${path} cannot be read: it must be a file of PEM certificates`, {
      cause,
    });
  }
}

class HttpClient implements StoreClient {
  readonly #target: Target;
  readonly #token: string | undefined;
  readonly #agent: Agent;
  readonly #signal: AbortSignal;

  constructor(target: Target, token: string | undefined, agent: Agent, signal: AbortSignal) {
    this.#target = target;
    this.#token = token;
    this.#agent = agent;
    this.#signal = signal;
  }

  async send(wish: StoreRequest): Promise<StoreAnswer> {
    const url = this.#urlOf(wish);
    const { status, text } = await this.#exchange(url, wish);
    if (status >= 200 && status < 300) return { status, text };
    if (status === 404 && wish.isList === true) return { status, text: '[]' };
    throw new InsightError(words(status, text));
  }

  async json(wish: StoreRequest): Promise<{ readonly text: string; readonly value: unknown }> {
    const { text } = await this.send(wish);
    try {
      return { text, value: JSON.parse(text) };
    } catch (cause) {
      throw new InsightError(`${this.#target.endpoint} did not answer as a Metadata Store: its answer is no JSON`, {
        cause,
      });
    }
  }

  close(): Promise<void> {
    return this.#agent.close();
  }

  /** Names in alphabetical order, as the old client sent them. */
  #urlOf({ path, query = {} }: StoreRequest): URL {
    const url = new URL(`${this.#target.endpoint}/${path.map(segmentOf).join('/')}`);
    for (const name of Object.keys(query).sort()) {
      const value = query[name];
      if (value !== undefined) url.searchParams.append(name, value);
    }
    return url;
  }

  async #exchange(url: URL, { method, headers = {}, body, isOpen }: StoreRequest): Promise<StoreAnswer> {
    const authorization =
      isOpen === true || this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` };
    try {
      const answer = await request(url, {
        method,
        dispatcher: this.#agent,
        signal: this.#signal,
        headers: { accept: 'application/json', ...headers, ...authorization },
        ...(body === undefined ? {} : { body }),
      });
      return { status: answer.statusCode, text: await limitedText(answer.body) };
    } catch (cause) {
      if (cause instanceof InsightError) throw cause;
      if (this.#signal.aborted) throw new InsightError('interrupted', { cause });
      throw new InsightError(transportWords(method, url, cause), { cause });
    }
  }
}

/** A name as one part of a path. URLs resolve dots even when they are escaped, so such a name would ask for something else. */
function segmentOf(name: string): string {
  if (name === '' || name === '.' || name === '..') throw new InsightError(`"${name}" cannot be asked for`);
  return encodeURIComponent(name);
}

async function limitedText(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > mostBytes) throw new InsightError(`the answer has more than ${mostBytes / 1024 / 1024} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What an error answer says: the store's own message; the words of a proxy with the status before them. */
function words(status: number, text: string): string {
  const message = messageOf(text);
  if (message !== undefined) return message;
  if (status === 404) return 'Not found';
  const line = /^\s*</.test(text) ? '' : (text.trim().split('\n', 1)[0] ?? '').slice(0, 300);
  return line === '' ? `the store answered with HTTP status ${status}` : `HTTP status ${status}: ${line}`;
}

function messageOf(text: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  // One endpoint's errors are printed as a list.
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof first !== 'object' || first === null) return undefined;
  const found = Object.entries(first).find(([key]) => key.toLowerCase() === 'message')?.[1];
  return typeof found === 'string' && found !== '' ? found : undefined;
}
