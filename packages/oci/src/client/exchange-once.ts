import { Readable } from 'node:stream';
import { AssayError } from '@assay/contract';
import { readAll } from '../verified.ts';
import { type AnswerFacts, toConnectionFailure } from './failure.ts';
import type { Network } from './network.ts';
import { Transient } from './retry.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Made anew for each attempt. */
  readonly body?: () => Uint8Array | AsyncIterable<Uint8Array>;
  /** Longest silence, in milliseconds. */
  readonly patienceMs: number;
  readonly unverified: boolean;
  readonly signal?: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly url: URL;
  /** The value of a header, the first where it was sent twice. */
  header(name: string): string | undefined;
  /** Every value of a header. */
  headers(name: string): readonly string[];
  /** The body; to be read to its end or dropped. */
  readonly body: AsyncIterable<Uint8Array>;
  drop(): void;
}

const errorBodyLimit = 16 * 1024;

/** A server that has taken a large body may need a while to check it. Milliseconds. */
const patienceAfterUpload = 60_000;

/** Ends a request when the other side falls silent. */
class Patience {
  readonly #controller = new AbortController();
  readonly #milliseconds: number;
  #timer: NodeJS.Timeout | undefined;
  isOver = false;

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  start(milliseconds = this.#milliseconds): void {
    this.stop();
    this.#timer = setTimeout(() => {
      this.isOver = true;
      this.#controller.abort();
    }, milliseconds);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

/** One request, one answer: no redirects, no second attempt. Throws Transient, AssayError, or the signal's reason. */
export async function exchangeOnce(network: Network, request: HttpRequest): Promise<HttpAnswer> {
  const patience = new Patience(request.patienceMs);
  const signal = request.signal === undefined ? patience.signal : AbortSignal.any([request.signal, patience.signal]);
  const fail = (cause: unknown): unknown => {
    patience.stop();
    if (request.signal?.aborted === true) return request.signal.reason;
    if (cause instanceof AssayError || cause instanceof Transient) return cause;
    if (!patience.isOver) return toConnectionFailure(cause, request.url.host, network.proxyName(request.url));
    const seconds = request.patienceMs / 1000;
    return new Transient(
      new AssayError('REGISTRY_UNREACHABLE', `${request.url.host} was silent for ${seconds} seconds`, { cause }),
    );
  };
  request.signal?.throwIfAborted();
  patience.start();
  try {
    const { method, headers } = request;
    const body = request.body === undefined ? null : fed(request.body(), patience);
    const answer = await network.request(request.url, { method, headers, body, signal }, request.unverified);
    patience.stop();
    const headersOf = (name: string) => {
      const value = answer.headers[name];
      return value === undefined ? [] : typeof value === 'string' ? [value] : value;
    };
    return {
      status: answer.statusCode,
      url: request.url,
      header: (name) => headersOf(name)[0],
      headers: headersOf,
      body: received(answer.body, patience, fail),
      drop: () => {
        // A short body is read away, which keeps the connection for the next request; a longer one ends with its connection.
        patience.start();
        answer.body.on('error', () => undefined);
        answer.body.dump({ limit: errorBodyLimit, signal }).then(
          () => patience.stop(),
          () => patience.stop(),
        );
      },
    };
  } catch (error) {
    throw fail(error);
  }
}

/** A body on its way out: while parts go, the other side is not silent. */
function fed(body: Uint8Array | AsyncIterable<Uint8Array>, patience: Patience): Uint8Array | Readable {
  if (body instanceof Uint8Array) return body;
  const parts = async function* () {
    for await (const chunk of body) {
      patience.start();
      yield chunk;
    }
    patience.start(patienceAfterUpload);
  };
  return Readable.from(parts(), { objectMode: false });
}

async function* received(
  body: AsyncIterable<Uint8Array> & { destroy(): unknown; on(event: 'error', listener: () => void): unknown },
  patience: Patience,
  fail: (cause: unknown) => unknown,
): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      // Only waiting counts as silence, not what the reader does with the last part.
      patience.start();
      const next = await chunks.next();
      patience.stop();
      if (next.done === true) return;
      yield next.value;
    }
  } catch (error) {
    throw fail(error);
  } finally {
    patience.stop();
    body.on('error', () => undefined);
    body.destroy();
  }
}

/** What an unwanted answer says, read within bounds; its body is gone afterwards. */
export async function readFacts(answer: HttpAnswer): Promise<AnswerFacts> {
  const contentType = (answer.header('content-type') ?? '').toLowerCase();
  const facts = { status: answer.status, contentType };
  const bytes = await readAll(answer.body, errorBodyLimit).catch(() => undefined);
  answer.drop();
  if (bytes === undefined) return facts;
  const code = /"code"\s*:\s*"([A-Z_]{1,40})"/.exec(Buffer.from(bytes).toString('utf8'))?.[1];
  return code === undefined ? facts : { ...facts, code };
}
