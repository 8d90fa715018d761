import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** What came in. */
export interface Seen {
  readonly method: string;
  /** Path with its query, as it was on the wire. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What goes out: a value is sent as JSON with status 200. */
export class Reply {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    this.status = status;
    this.body = typeof body === 'string' ? body : JSON.stringify(body);
    this.headers = { 'content-type': 'application/json', ...headers };
  }
}

/** A server that answers `METHOD /path?query` from a table, and 404 to everything else. */
export interface FakeStore {
  readonly endpoint: string;
  readonly seen: Seen[];
  close(): Promise<void>;
}

/** Starts a fake store on 127.0.0.1. */
export async function startFakeStore(
  table: Readonly<Record<string, unknown>>,
  tls?: { readonly key: string; readonly cert: string },
): Promise<FakeStore> {
  const seen: Seen[] = [];
  const listener: RequestListener = async (request, response) => {
    const parts: Uint8Array[] = [];
    for await (const part of request) parts.push(part);
    const method = request.method ?? '';
    const url = request.url ?? '';
    seen.push({ method, url, headers: request.headers, body: Buffer.concat(parts).toString('utf8') });
    const found = table[`${method} ${url}`];
    const reply =
      found instanceof Reply
        ? found
        : found === undefined
          ? new Reply(404, { message: 'Not found' })
          : new Reply(200, found);
    response.writeHead(reply.status, reply.headers).end(reply.body);
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
