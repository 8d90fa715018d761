import { createServer as createHttp, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { stringify } from 'yaml';
import { ConnectionReset } from './faults.ts';
import { protobufToJson } from './protobuf.ts';
import type { ApiRequest } from './request.ts';
import { type ApiResponse, jsonResponse } from './response.ts';
import { ApiError } from './status.ts';

/** Where and how to listen. */
export interface ListenOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default: any free port. */
  readonly port?: number;
  /** PEM texts; with them the server speaks HTTPS. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** The bearer token the kubeconfig carries. */
  readonly token?: string;
}

/** A server that listens. */
export interface Listening {
  readonly url: string;
  /** A kubeconfig, as YAML text. */
  readonly kubeconfig: string;
  close(): Promise<void>;
}

type Handle = (request: ApiRequest) => Promise<ApiResponse>;

/** Serves a handler over HTTP/1.1. A ConnectionReset of the handler breaks the socket. */
export async function listen(handle: Handle, bodyLimit: number, options: ListenOptions): Promise<Listening> {
  const onRequest = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    serve(handle, bodyLimit, incoming, outgoing).catch(() => incoming.socket.destroy());
  };
  const server: Server = options.tls === undefined ? createHttp(onRequest) : createHttps({ ...options.tls }, onRequest);
  server.requestTimeout = 0; // watches are long
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
  });
  const { port, address } = server.address() as AddressInfo; // it listens on a port, not a pipe
  const host = address.includes(':') ? `[${address}]` : address;
  const url = `${options.tls === undefined ? 'http' : 'https'}://${host}:${port}`;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url, kubeconfig: kubeconfigFor(url, options), close };
}

function kubeconfigFor(url: string, options: ListenOptions): string {
  const ca = options.tls && { 'certificate-authority-data': Buffer.from(options.tls.cert).toString('base64') };
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'memory', cluster: { server: url, ...ca } }],
    users: [{ name: 'user', user: options.token === undefined ? {} : { token: options.token } }],
    contexts: [{ name: 'memory', context: { cluster: 'memory', user: 'user', namespace: 'default' } }],
    'current-context': 'memory',
  });
}

async function serve(
  handle: Handle,
  bodyLimit: number,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  const body = await readBody(incoming, bodyLimit);
  const headers: Record<string, string> = {};
  for (const [key, value] of Object.entries(incoming.headers)) if (value !== undefined) headers[key] = String(value);
  let response: ApiResponse;
  try {
    const isProtobuf = (headers['content-type'] ?? '').includes('protobuf');
    const text = isProtobuf ? protobufToJson(body) : body.toString('utf8');
    if (isProtobuf) headers['content-type'] = 'application/json';
    const { method = 'GET', url = '/' } = incoming;
    response = await handle({ method, url, headers, body: text, signal: gone.signal });
  } catch (error) {
    if (error instanceof ConnectionReset) {
      incoming.socket.resetAndDestroy();
      return;
    }
    if (!(error instanceof ApiError)) throw error;
    response = jsonResponse(error.code, error.status());
  }
  outgoing.writeHead(response.status, { ...response.headers });
  outgoing.flushHeaders();
  for await (const piece of response.body) {
    if (gone.signal.aborted) break;
    if (!outgoing.write(piece)) await drained(outgoing);
  }
  outgoing.end();
}

function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      outgoing.off('drain', done);
      outgoing.off('close', done);
      resolve();
    };
    outgoing.once('drain', done);
    outgoing.once('close', done);
  });
}

/** Reads a body up to just past the limit: the handler refuses what is longer. */
async function readBody(incoming: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    if (!(chunk instanceof Buffer)) continue;
    if (size <= limit) chunks.push(chunk);
    size += chunk.length;
  }
  return Buffer.concat(chunks);
}
