import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { KeychainWorld } from '../src/credentials/keychains/keychain.ts';

/** A request as the server saw it. */
export interface Asked {
  readonly method: string;
  /** As the client wrote it, before it was led to this machine. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Told {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * A real server on loopback that stands for every provider: requests to any address are led there, with the wished address in the header
 * `x-meant-for`. It answers as the test says and remembers what it was asked.
 */
export async function startProviders(
  answer: (asked: Asked) => Told,
  cloud: Readonly<Record<string, string>>,
): Promise<{ readonly asked: readonly Asked[]; readonly slept: readonly number[]; readonly world: KeychainWorld }> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const seen: Asked = {
        method: request.method ?? '',
        url: String(request.headers['x-meant-for']),
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      asked.push(seen);
      const { status = 200, headers = {}, body } = answer(seen);
      response.writeHead(status, headers).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo; // a TCP server that listens has one
  const slept: number[] = [];
  return {
    asked,
    slept,
    world: {
      cloud,
      signal: new AbortController().signal,
      now: () => new Date('2026-11-25T03:04:05Z'),
      sleep: async (milliseconds) => void slept.push(milliseconds),
      fetch: (url, init) => {
        const { pathname, search } = new URL(url);
        const headers = { ...(init.headers as Record<string, string>), 'x-meant-for': url }; // ours are plain objects
        return fetch(`http://127.0.0.1:${port}${pathname}${search}`, { ...init, headers });
      },
    },
  };
}
