import type { Dispatcher } from 'undici';
import type { RegistryOptions } from './options.ts';

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

type Kind = 'usual' | 'direct' | 'unverified';

/** Connection pools: one for hosts to be trusted, one that skips proxies, one that accepts any certificate. */
export class Network {
  readonly #options: RegistryOptions;
  readonly #pools = new Map<Kind, Dispatcher>();
  #undici: Promise<Undici> | undefined;

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  async request(
    url: URL,
    options: Omit<Dispatcher.RequestOptions, 'origin' | 'path'>,
    unverified: boolean,
  ): Promise<Dispatcher.ResponseData> {
    this.#undici ??= import('undici');
    const undici = await this.#undici;
    const kind: Kind = isLoopback(url.host)
      ? unverified
        ? 'unverified'
        : 'direct'
      : unverified
        ? 'unverified'
        : 'usual';
    let pool = this.#pools.get(kind);
    if (pool === undefined) {
      pool = await makePool(undici, this.#options, kind);
      this.#pools.set(kind, pool);
    }
    return undici.request(url, { ...options, dispatcher: pool });
  }

  async close(): Promise<void> {
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    await Promise.all(pools.map((pool) => pool.destroy()));
  }
}

async function makePool(undici: Undici, options: RegistryOptions, kind: Kind): Promise<Dispatcher> {
  const { caPem, proxy } = options;
  let ca: string[] | undefined;
  if (caPem !== undefined) {
    const { getCACertificates } = await import('node:tls');
    ca = [...getCACertificates('default'), caPem];
  }
  const connect = { ...(ca !== undefined && { ca }), ...(kind === 'unverified' && { rejectUnauthorized: false }) };
  // Silence is timed by the caller, to the millisecond; undici's own timers are coarse.
  const common = { connect: { ...connect, timeout: 0 }, headersTimeout: 0, bodyTimeout: 0, allowH2: false };
  if (proxy === undefined || kind === 'direct') return new undici.Agent(common);
  const { httpProxy = '', httpsProxy = '', noProxy = '' } = proxy;
  // Empty words keep undici from reading the environment itself.
  return new undici.EnvHttpProxyAgent({ ...common, requestTls: connect, httpProxy, httpsProxy, noProxy });
}
