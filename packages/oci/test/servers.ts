import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createNetServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Clock, RegistryOptions, RegistryRepository } from '../src/client/options.ts';
import {
  createRegistry,
  type EmbeddedRegistry,
  type EmbeddedRegistryOptions,
  openRegistry,
  parseReference,
} from '../src/index.ts';

// Read once: some tests point the process's own folder for temporary files elsewhere.
const scratch = tmpdir();

/** A folder that is gone when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(scratch, 'assay-oci-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The embedded registry over real HTTP, closed when the test ends. */
export async function startRegistry(
  options: Partial<EmbeddedRegistryOptions> = {},
): Promise<EmbeddedRegistry & { readonly folder: string }> {
  const folder = options.folder ?? (await temporaryFolder());
  const registry = await createRegistry({ ...options, folder });
  await registry.listen();
  onTestFinished(() => registry.close());
  return { ...registry, folder, url: registry.url, host: registry.host };
}

/** A request as a server saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
}

export interface TestServer {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  readonly seen: readonly SeenRequest[];
}

export type Handler = (request: IncomingMessage, response: ServerResponse, number: number) => void;

async function listen(server: Server | ReturnType<typeof createNetServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port; // a TCP server that listens has one
}

/** A server that answers as the test says; `number` counts the requests apart from probes of `/v2/`. */
export async function startServer(
  handler: Handler,
  tls?: { readonly cert: string; readonly key: string },
  options: { readonly answersRoot?: boolean } = {},
): Promise<TestServer> {
  const seen: SeenRequest[] = [];
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    const url = request.url ?? '';
    if (options.answersRoot !== false && url === '/v2/' && request.headers.authorization === undefined) {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      return;
    }
    seen.push({ method: request.method ?? '', url, headers: request.headers });
    handler(request, response, seen.length);
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  const port = await listen(server);
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { host: `127.0.0.1:${port}`, port, url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`, seen };
}

/** A server below HTTP: takes connections and does with them what the test says. */
export async function startSocketServer(onSocket: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createNetServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  const port = await listen(server);
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return `127.0.0.1:${port}`;
}

/** Time that passes when somebody sleeps, and not otherwise. */
export function testClock(): Clock & { readonly slept: number[] } {
  const slept: number[] = [];
  let now = Date.UTC(2026, 10, 25);
  return {
    slept,
    now: () => now,
    sleep: async (milliseconds) => {
      slept.push(milliseconds);
      now += milliseconds;
    },
  };
}

/** A repository of a test server, closed when the test ends; waits take no time. */
export function openTest(reference: string, options: RegistryOptions = {}): RegistryRepository {
  const repository = openRegistry(parseReference(reference), { clock: testClock(), ...options });
  onTestFinished(() => repository.close());
  return repository;
}

/** Everything an error says, and what caused it: no secret may be in there. */
export function wordsOf(error: unknown): string {
  const words: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) words.push(at.message);
  return words.join(' | ');
}
