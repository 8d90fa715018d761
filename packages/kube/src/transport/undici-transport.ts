import { AssayError } from '@assay/contract';
import type { Dispatcher, Pool } from 'undici';
import { KubeError } from '../client/kube-error.ts';
import type { Credentials, ReadCredentials } from '../cluster/credentials.ts';
import { collectBody, parseBody } from './body.ts';
import { connectionError } from './connection-error.ts';
import { linesOf } from './lines.ts';
import { loadProxy, type OpenProxy, openPool, requestOf } from './pool.ts';
import type { ApiRequest, ApiResponse, ApiStream, Transport } from './transport.ts';

export interface UndiciTransportOptions {
  readonly server: URL;
  /** The credentials of now; `renew` forgets what was kept because the server refused it. */
  readonly credentials: ReadCredentials;
  readonly userAgent: string;
  /** Milliseconds. */
  readonly connectMs: number;
  readonly requestMs: number;
  readonly streamStartMs: number;
}

interface Connections {
  readonly fingerprint: string;
  readonly calls: Dispatcher;
  readonly streams: Dispatcher;
}

/** Requests at once; more wait. Streams have connections of their own, so that watches never starve calls. */
const callConnections = 16;
/** Longest keep-alive of an idle connection, below the usual limits of load balancers. */
const idleMs = 30_000;

/** A transport over HTTP/1.1. One stream per connection: a broken one takes no other with it. */
export class UndiciTransport implements Transport {
  readonly #options: UndiciTransportOptions;
  readonly #base: string;
  #connections: Connections | undefined;
  #openProxy: OpenProxy | undefined;
  #closed = false;

  constructor(options: UndiciTransportOptions) {
    this.#options = options;
    this.#base = options.server.pathname.replace(/\/+$/, '');
  }

  async request(request: ApiRequest): Promise<ApiResponse> {
    const timeout = AbortSignal.timeout(this.#options.requestMs);
    const signal = request.signal === undefined ? timeout : AbortSignal.any([request.signal, timeout]);
    try {
      const answer = await this.#send(request, signal, false);
      const json = parseBody(await collectBody(answer.body));
      return { status: answer.statusCode, headers: headersOf(answer.headers), json };
    } catch (error) {
      throw this.#failure(error, request);
    }
  }

  async stream(request: ApiRequest): Promise<ApiStream> {
    const starting = new AbortController();
    const timer = setTimeout(
      () => starting.abort(new DOMException('no answer', 'TimeoutError')),
      this.#options.streamStartMs,
    );
    const signal = request.signal === undefined ? starting.signal : AbortSignal.any([request.signal, starting.signal]);
    try {
      const answer = await this.#send(request, signal, true);
      const headers = headersOf(answer.headers);
      if (answer.statusCode >= 300) {
        const json = parseBody(await collectBody(answer.body));
        return { status: answer.statusCode, headers, json, lines: noLines() };
      }
      const lines = this.#lines(answer.body, request);
      return { status: answer.statusCode, headers, json: undefined, lines };
    } catch (error) {
      throw this.#failure(error, request);
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const connections = this.#connections;
    this.#connections = undefined;
    if (connections !== undefined) await Promise.all([connections.calls.destroy(), connections.streams.destroy()]);
  }

  async *#lines(body: Dispatcher.ResponseData['body'], request: ApiRequest): AsyncGenerator<string> {
    try {
      yield* linesOf(body);
    } catch (error) {
      throw this.#failure(error, request);
    } finally {
      // A reader that leaves early must not leave the connection open.
      body.on('error', () => undefined).destroy();
    }
  }

  /** Sends once, and once more with fresh credentials when the server does not know who we are. */
  async #send(request: ApiRequest, signal: AbortSignal, asStream: boolean): Promise<Dispatcher.ResponseData> {
    const first = await this.#sendWith(await this.#options.credentials(false), request, signal, asStream);
    if (first.statusCode !== 401) return first;
    await first.body.dump().catch(() => undefined);
    return this.#sendWith(await this.#options.credentials(true), request, signal, asStream);
  }

  async #sendWith(
    credentials: Credentials,
    request: ApiRequest,
    signal: AbortSignal,
    asStream: boolean,
  ): Promise<Dispatcher.ResponseData> {
    if (credentials.proxy !== undefined) this.#openProxy ??= await loadProxy();
    const connections = this.#connectionsFor(credentials);
    const query = request.query === undefined ? '' : new URLSearchParams(request.query).toString();
    const body = request.body === undefined ? null : JSON.stringify(request.body);
    return requestOf(asStream ? connections.streams : connections.calls, {
      origin: this.#options.server.origin,
      method: request.method,
      path: `${this.#base}${request.path}${query === '' ? '' : `?${query}`}`,
      headers: {
        accept: 'application/json',
        'user-agent': this.#options.userAgent,
        ...(body === null ? {} : { 'content-type': 'application/json' }),
        ...request.headers,
        ...credentials.headers,
      },
      body,
      signal,
    });
  }

  /** The connections for these credentials; new ones when a certificate was renewed. */
  #connectionsFor(credentials: Credentials): Connections {
    if (this.#closed) throw closedError();
    const before = this.#connections;
    if (before?.fingerprint === credentials.fingerprint) return before;
    const make = (connections: number | null): Dispatcher => this.#dispatcher(credentials, connections);
    const next = { fingerprint: credentials.fingerprint, calls: make(callConnections), streams: make(null) };
    this.#connections = next;
    // Answers under way are read to their end; watches come back by themselves with the new certificate.
    before?.calls.close().catch(() => undefined);
    before?.streams.close().catch(() => undefined);
    return next;
  }

  #dispatcher(credentials: Credentials, connections: number | null): Dispatcher {
    const connect = {
      ...credentials.tls,
      timeout: this.#options.connectMs,
      keepAlive: true,
      keepAliveInitialDelay: idleMs,
    };
    const options: Pool.Options = {
      connections,
      allowH2: false,
      keepAliveTimeout: idleMs,
      // Time is watched by signals and by the reader of a stream, who knows how often it must hear something.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect,
    };
    const { proxy } = credentials;
    if (proxy === undefined || this.#openProxy === undefined) return openPool(this.#options.server.origin, options);
    return this.#openProxy(proxy, options);
  }

  #failure(error: unknown, request: ApiRequest): unknown {
    // Ours already: of the answer, or of the credentials (KUBE_CONFIG_INVALID).
    if (error instanceof AssayError) return error;
    if (request.signal?.aborted === true) return request.signal.reason;
    return this.#closed ? closedError() : connectionError(error, this.#options.server.origin);
  }
}

function closedError(): KubeError {
  return new KubeError('KUBE_UNREACHABLE', 'the connection to the cluster was closed here', {
    status: 0,
    reason: 'Closed',
    retryable: false,
  });
}

function headersOf(headers: Dispatcher.ResponseData['headers']): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), typeof value === 'string' ? value : value.join(', ')]],
    ),
  );
}

async function* noLines(): AsyncGenerator<string> {}
