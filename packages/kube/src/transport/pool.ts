import type { Dispatcher, Pool } from 'undici';
import request from 'undici/lib/api/api-request.js';
import PoolOfConnections from 'undici/lib/dispatcher/pool.js';

/**
 * Pools by undici's parts and not by its index, which loads fetch, WebSockets and caches besides: 13 MiB of the 90 a controller may have.
 * The version is pinned; the tests over real sockets hold this.
 */
export function openPool(origin: string, options: Pool.Options): Dispatcher {
  return new PoolOfConnections(origin, options);
}

/** One request. */
export function requestOf(pool: Dispatcher, options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData> {
  return request.call(pool, options);
}

/** Makes pools behind an HTTP proxy. */
export type OpenProxy = (proxy: string, options: Pool.Options) => Dispatcher;

/** Few clusters are behind a proxy: only then the rest of undici is loaded. */
export async function loadProxy(): Promise<OpenProxy> {
  const { ProxyAgent } = await import('undici');
  return (proxy, { connect, ...options }) =>
    new ProxyAgent({
      ...options,
      uri: proxy,
      ...(typeof connect === 'object' && connect ? { requestTls: connect } : {}),
    });
}
