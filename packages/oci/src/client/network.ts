import type { X509Certificate } from 'node:crypto';
import { AssayError } from '@assay/contract';
import type { buildConnector, Dispatcher } from 'undici';
import type { RegistryOptions } from './options.ts';
import { findProxy } from './proxy.ts';

/** Whether the host is this machine. Source: RFC 6761 §6.3, RFC 1122 §3.2.1.3, RFC 4291 §2.5.3. */
export function isLoopback(host: string): boolean {
  const name = host.startsWith('[') ? host.slice(1, host.indexOf(']')) : (host.split(':')[0] ?? '');
  const lower = name.toLowerCase();
  return (
    lower === 'localhost' ||
    lower.endsWith('.localhost') ||
    lower === '::1' ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(lower)
  );
}

/** The undici functions we use; loaded when first needed, since most commands never touch the network. */
type Undici = typeof import('undici');

const usualConnectTimeout = 5_000;

/** A connection that was not there in time. */
class ConnectTimeout extends Error {
  readonly code = 'UND_ERR_CONNECT_TIMEOUT';
}

interface TlsSettings {
  readonly ca?: string[];
  readonly rejectUnauthorized?: false;
}

/** Connection pools, by proxy and by whether certificates are checked. */
export class Network {
  readonly #options: RegistryOptions;
  readonly #pools = new Map<string, Dispatcher>();
  readonly #abandon = new AbortController();
  #undici: Promise<Undici> | undefined;

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  /** Host and port of the proxy an address is reached through. Throws OPTION_INVALID. */
  proxyName(url: URL): string | undefined {
    return this.#proxyFor(url)?.host;
  }

  async request(
    url: URL,
    options: Omit<Dispatcher.RequestOptions, 'origin' | 'path'>,
    unverified: boolean,
  ): Promise<Dispatcher.ResponseData> {
    this.#undici ??= import('undici');
    const undici = await this.#undici;
    const proxy = this.#proxyFor(url);
    const key = `${unverified ? 'unverified' : 'verified'} ${proxy?.href ?? ''}`;
    let pool = this.#pools.get(key);
    if (pool === undefined) {
      pool = await this.#makePool(undici, proxy, unverified);
      this.#pools.set(key, pool);
    }
    return undici.request(url, { ...options, dispatcher: pool });
  }

  async close(): Promise<void> {
    this.#abandon.abort();
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    await Promise.all(pools.map((pool) => pool.destroy()));
  }

  #proxyFor(url: URL): URL | undefined {
    return isLoopback(url.host) ? undefined : findProxy(url, this.#options.proxy);
  }

  async #makePool(undici: Undici, proxy: URL | undefined, unverified: boolean): Promise<Dispatcher> {
    const { caPem, connectTimeoutMs = usualConnectTimeout } = this.#options;
    const ca = caPem === undefined ? undefined : await trusted(caPem);
    const tls: TlsSettings = { ...(ca !== undefined && { ca }), ...(unverified && { rejectUnauthorized: false }) };
    // Silence is timed by the caller, to the millisecond; undici's own timers are coarse.
    const common = { headersTimeout: 0, bodyTimeout: 0, allowH2: false };
    if (proxy === undefined) {
      const connect = undici.buildConnector({ ...tls, timeout: 0, allowH2: false });
      return new undici.Agent({ ...common, connect: within(connect, connectTimeoutMs, this.#abandon.signal) });
    }
    return new undici.ProxyAgent({
      ...common,
      uri: proxy.href,
      connectTimeout: connectTimeoutMs,
      requestTls: tls,
      // Only the registry's certificate may be taken unseen, not the proxy's.
      proxyTls: ca === undefined ? {} : { ca },
    });
  }
}

/** The usual authorities and those given. Throws OPTION_INVALID. */
async function trusted(pem: string): Promise<string[]> {
  const { getCACertificates } = await import('node:tls');
  return [...getCACertificates('default'), ...(await parseAuthorities(pem))];
}

/** The certificates of a PEM file, each of them sound. Throws OPTION_INVALID: Node itself passes over what it cannot read. */
async function parseAuthorities(pem: string): Promise<readonly string[]> {
  const { X509Certificate } = await import('node:crypto');
  const found = pem.match(/-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]+-----END (?:TRUSTED )?CERTIFICATE-----/g) ?? [];
  if (found.length === 0) throw new AssayError('OPTION_INVALID', 'the authorities to trust hold no certificate in PEM');
  return found.map((text, at) => {
    let certificate: X509Certificate;
    try {
      certificate = new X509Certificate(text);
    } catch (cause) {
      throw new AssayError('OPTION_INVALID', `certificate ${at + 1} of the authorities to trust is damaged`, { cause });
    }
    return certificate.toString();
  });
}

/** Connects within a time; a connection begun is given up when the network is closed, or it would keep the process alive. */
function within(
  connect: buildConnector.connector,
  milliseconds: number,
  abandon: AbortSignal,
): buildConnector.connector {
  return (options, callback) => {
    let stop = (): void => undefined;
    const settled: buildConnector.Callback = (...result) => {
      stop();
      callback(...result);
    };
    // The connector gives its socket back, which its type does not say.
    const socket: unknown = connect(options, settled);
    if (!isDestroyable(socket)) return;
    const giveUp = () => socket.destroy(new ConnectTimeout('no connection in time'));
    const timer = setTimeout(giveUp, milliseconds);
    abandon.addEventListener('abort', giveUp);
    stop = () => {
      clearTimeout(timer);
      abandon.removeEventListener('abort', giveUp);
    };
  };
}

function isDestroyable(value: unknown): value is { destroy(error: Error): void } {
  return typeof value === 'object' && value !== null && 'destroy' in value && typeof value.destroy === 'function';
}
