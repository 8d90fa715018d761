import { AssayError } from '@assay/contract';
import type { Dispatcher } from 'undici';

/** How the network is reached; the same words as the registry client's. */
export interface SourceNetwork {
  /** Certificate authorities to trust besides the usual ones, PEM. */
  readonly caPem?: string;
  /** In the place of the environment's HTTP_PROXY and friends. */
  readonly proxy?: { readonly httpProxy?: string; readonly httpsProxy?: string; readonly noProxy?: string };
}

export interface SourceAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Read it to its end, or `dump` it. */
  readonly body: AsyncIterable<Uint8Array> & { dump(): Promise<void> };
}

const mostRedirects = 5;
/** Milliseconds. */
const connectTimeout = 5_000;

/** GET requests to a source of data, redirects followed. Made for one update; `close` it. */
export class HttpSource {
  readonly #network: SourceNetwork;
  #dispatcher: Dispatcher | undefined;
  #loopback: Dispatcher | undefined;

  constructor(network: SourceNetwork) {
    this.#network = network;
  }

  /** Rejects with undici's error where the connection fails. Throws DB_SOURCE for a redirect that leads nowhere. */
  async get(
    url: URL,
    headers: Readonly<Record<string, string>>,
    patienceMs: number,
    signal: AbortSignal | undefined,
  ): Promise<SourceAnswer> {
    const patience = new Patience(patienceMs, signal);
    const undici = await import('undici');
    let at = url;
    for (let redirects = 0; ; redirects++) {
      const dispatcher = isLoopback(at.hostname) ? await this.#direct() : await this.#usual();
      patience.wait();
      const answer = await undici
        .request(at, {
          dispatcher,
          // As it is stored: ranges and digests are of those bytes.
          headers: { 'accept-encoding': 'identity', 'user-agent': 'assay', ...headers },
          signal: patience.signal,
        })
        .finally(() => patience.rest());
      const { statusCode: status, body } = answer;
      const location = answer.headers.location;
      if (![301, 302, 303, 307, 308].includes(status) || typeof location !== 'string') {
        return {
          status,
          headers: answer.headers,
          body: { [Symbol.asyncIterator]: () => patient(body, patience), dump: () => body.dump() },
        };
      }
      await body.dump();
      const next = URL.canParse(location, at.href) ? new URL(location, at) : undefined;
      const worse = at.protocol === 'https:' && next?.protocol !== 'https:';
      if (redirects >= mostRedirects || next === undefined || worse || !/^https?:$/.test(next.protocol)) {
        throw new AssayError(
          'DB_SOURCE',
          `${url.href} redirects to where it cannot be followed: ${location.slice(0, 200)}`,
        );
      }
      at = next;
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#dispatcher?.destroy(), this.#loopback?.destroy()]);
  }

  async #usual(): Promise<Dispatcher> {
    if (this.#dispatcher === undefined) {
      const { EnvHttpProxyAgent } = await import('undici');
      const { proxy } = this.#network;
      const ca = await this.#authorities();
      const connect = ca === undefined ? {} : { ca };
      this.#dispatcher = new EnvHttpProxyAgent({
        connect: { ...connect, timeout: connectTimeout },
        requestTls: connect,
        // Silence is timed by `Patience`, to the millisecond; undici's own timers are coarse.
        headersTimeout: 0,
        bodyTimeout: 0,
        // Empty words keep undici from reading the environment itself.
        ...(proxy && {
          httpProxy: proxy.httpProxy ?? '',
          httpsProxy: proxy.httpsProxy ?? '',
          noProxy: proxy.noProxy ?? '',
        }),
      });
    }
    return this.#dispatcher;
  }

  async #direct(): Promise<Dispatcher> {
    if (this.#loopback === undefined) {
      const { Agent } = await import('undici');
      const ca = await this.#authorities();
      this.#loopback = new Agent({
        connect: { ...(ca !== undefined && { ca }), timeout: connectTimeout },
        headersTimeout: 0,
        bodyTimeout: 0,
      });
    }
    return this.#loopback;
  }

  async #authorities(): Promise<string[] | undefined> {
    if (this.#network.caPem === undefined) return undefined;
    const { getCACertificates } = await import('node:tls');
    return [...getCACertificates('default'), this.#network.caPem];
  }
}

function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  return name === 'localhost' || name.endsWith('.localhost') || name === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(name);
}

/** Gives a request up when nothing has come for some time. */
class Patience {
  readonly signal: AbortSignal;
  readonly #silence = new AbortController();
  readonly #milliseconds: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(milliseconds: number, signal: AbortSignal | undefined) {
    this.#milliseconds = milliseconds;
    this.signal = signal === undefined ? this.#silence.signal : AbortSignal.any([signal, this.#silence.signal]);
  }

  wait(): void {
    const seconds = this.#milliseconds / 1000;
    this.rest();
    this.#timer = setTimeout(
      () => this.#silence.abort(new Silence(`nothing came for ${seconds} s`)),
      this.#milliseconds,
    );
  }

  /** Only waiting counts as silence, not what the reader does with the last part. */
  rest(): void {
    clearTimeout(this.#timer);
  }
}

/** The server said nothing for longer than the patience. */
export class Silence extends Error {
  override readonly name = 'Silence';
}

async function* patient(body: AsyncIterable<Uint8Array>, patience: Patience): AsyncGenerator<Uint8Array> {
  try {
    patience.wait();
    for await (const chunk of body) {
      patience.rest();
      yield chunk;
      patience.wait();
    }
  } finally {
    patience.rest();
  }
}
