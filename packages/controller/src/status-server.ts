import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An answer: a text, its type, and whether all is well. */
export interface Page {
  readonly isGood: boolean;
  readonly text: string;
  readonly type?: string;
}

export interface StatusServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves a few pages to probes and scrapers: GET of exactly these paths, nothing else. */
export async function serveStatus(
  port: number,
  pages: Readonly<Record<string, () => Page | Promise<Page>>>,
): Promise<StatusServer> {
  const server = createServer((request, response) => {
    const page = Object.hasOwn(pages, request.url ?? '') ? pages[request.url ?? ''] : undefined;
    const send = (status: number, text: string, type = 'text/plain; charset=utf-8'): void => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
      response.end(text);
    };
    if (page === undefined || request.method !== 'GET') return send(404, 'not found\n');
    Promise.resolve()
      .then(page)
      .then(({ isGood, text, type }) => send(isGood ? 200 : 503, text, type))
      .catch(() => send(500, 'failed\n'));
    return undefined;
  });
  // Probes are short; a client that dawdles is cut off.
  server.requestTimeout = 5_000;
  server.headersTimeout = 5_000;
  await listen(server, port);
  return {
    port: (server.address() as AddressInfo).port, // a server that listens on a port has one
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
