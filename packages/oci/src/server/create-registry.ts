import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { AssayError } from '@assay/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerBlob } from './blob-routes.ts';
import { ContentFolder } from './content-folder.ts';
import type { Answer, Exchange } from './exchange.ts';
import { answerCatalog, answerReferrers, answerTags } from './list-routes.ts';
import { answerManifest } from './manifest-routes.ts';
import { RegistryError } from './registry-error.ts';
import { parseRoute, type Route } from './route.ts';
import { answerUpload, answerUploads } from './upload-routes.ts';

/** What a request wants to do, for `authorize`. */
export interface RegistryAccess {
  readonly action: 'pull' | 'push' | 'delete' | 'list';
  /** Absent for the ping and the list of repositories. */
  readonly repository?: string;
}

export type AuthorizeAnswer =
  | { readonly allow: true }
  | { readonly allow: false; readonly status: 401 | 403; readonly headers?: Readonly<Record<string, string>> };

export interface EmbeddedRegistryOptions {
  /** Where content is kept; made when missing. One process at a time. */
  readonly folder: string;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Certificate and key in PEM: serves https. */
  readonly tls?: { readonly certPem: string; readonly keyPem: string };
  /** Bytes of the largest manifest taken. Default 4 MiB, the least the specification asks for. */
  readonly manifestLimit?: number;
  /** Bytes of the largest blob taken. Default 64 GiB. */
  readonly blobLimit?: number;
  /** Milliseconds after which an upload that nobody adds to is removed. Default a day. */
  readonly uploadLifeMs?: number;
  /** Milliseconds that requests under way are given when the registry is closed. Default 5000. */
  readonly closeGraceMs?: number;
  /** Asked before each request, the ping included; everyone may do everything when absent. Headers it names go out with a refusal. */
  authorize?(request: IncomingMessage, access: RegistryAccess): Promise<AuthorizeAnswer> | AuthorizeAnswer;
}

export interface EmbeddedRegistry {
  /** Starts to listen. */
  listen(): Promise<void>;
  /** `http://127.0.0.1:34567`, once it listens. */
  readonly url: string;
  /** `127.0.0.1:34567`: what stands before the slash in references to it. */
  readonly host: string;
  /** Takes no more requests, lets those under way end, then lets go of everything. */
  close(): Promise<void>;
}

type Options = EmbeddedRegistryOptions;

const usualUploadLife = 24 * 3600_000;
const longestSweepPause = 3600_000;
const usualGrace = 5_000;
/** A connection on which nothing moves for so long is closed. Milliseconds; the check of a large blob happens in silence. */
const silenceLimit = 10 * 60_000;

/**
 * A registry over a content-addressed folder: pull, push, content discovery, content management and referrers of distribution-spec 1.1.
 * Deleting a blob takes it from its repository at once; bytes that nobody names any more stay on disk.
 */
export async function createRegistry(options: Options): Promise<EmbeddedRegistry> {
  const folder = new ContentFolder(options.folder);
  await folder.prepare();
  const { uploadLifeMs = usualUploadLife } = options;
  const sweep = () => folder.removeUploadsBefore(Date.now() - uploadLifeMs);
  await sweep();
  const app = await createApp(options);
  app.removeAllContentTypeParsers();
  // Bodies are read as streams by the routes, each with a limit of its own.
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  app.setErrorHandler((error, _request, reply) => sendError(reply, error));
  app.setNotFoundHandler((_request, reply) =>
    sendError(reply, new RegistryError('UNSUPPORTED', 'no such path', { status: 404 })),
  );
  app.route({
    method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    url: '/*',
    handler: async (request, reply) => send(reply, await answer(options, folder, request)),
  });

  let sweeping: NodeJS.Timeout | undefined;
  const host = options.host ?? '127.0.0.1';
  const address = () => {
    const [found] = app.addresses();
    if (typeof found !== 'object') throw new AssayError('INTERNAL', 'the registry does not listen yet');
    return `${host.includes(':') ? `[${host}]` : host}:${found.port}`;
  };
  return {
    listen: async () => {
      await app.listen({ host, port: options.port ?? 0 });
      // What a sweep cannot remove, the next one may; the registry serves on.
      sweeping = setInterval(
        () => void sweep().catch(() => undefined),
        Math.min(uploadLifeMs, longestSweepPause),
      ).unref();
    },
    get url() {
      return `${options.tls === undefined ? 'http' : 'https'}://${address()}`;
    },
    get host() {
      return address();
    },
    close: () => {
      clearInterval(sweeping);
      return closeGracefully(app, options.closeGraceMs ?? usualGrace);
    },
  };
}

async function closeGracefully(app: FastifyInstance, graceMs: number): Promise<void> {
  // A connection that is kept open after its last answer would hold the server; one that never ends its request, too.
  const idle = setInterval(() => app.server.closeIdleConnections(), 20);
  const end = setTimeout(() => app.server.closeAllConnections(), graceMs);
  try {
    await app.close();
  } finally {
    clearInterval(idle);
    clearTimeout(end);
  }
}

async function createApp(options: Options): Promise<FastifyInstance> {
  const { fastify } = await import('fastify');
  const common = {
    logger: false,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    connectionTimeout: silenceLimit,
  } as const;
  if (options.tls === undefined) return fastify(common);
  const { certPem, keyPem } = options.tls;
  // Fastify's type differs by kind of server; the routes use what both share.
  return fastify({ ...common, https: { cert: certPem, key: keyPem } }) as unknown as FastifyInstance;
}

async function* bytesOf(body: unknown): AsyncGenerator<Uint8Array> {
  if (!(body instanceof Readable)) return;
  // The only content type parser hands the request's own stream on, and that gives buffers. It stays open when reading stops early:
  // a refusal could not be sent otherwise.
  yield* body.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
}

function accessOf(route: Route, method: string): RegistryAccess {
  if (route.to === 'ping') return { action: 'pull' };
  if (route.to === 'catalog') return { action: 'list' };
  const { repository } = route;
  if (method === 'GET' || method === 'HEAD') return { action: 'pull', repository };
  return { action: method === 'DELETE' && route.to !== 'upload' ? 'delete' : 'push', repository };
}

async function authorize(options: Options, request: IncomingMessage, access: RegistryAccess): Promise<void> {
  const decision = (await options.authorize?.(request, access)) ?? { allow: true };
  if (decision.allow) return;
  throw new RegistryError(decision.status === 401 ? 'UNAUTHORIZED' : 'DENIED', 'access is refused', {
    headers: decision.headers ?? {},
  });
}

async function answer(options: Options, folder: ContentFolder, request: FastifyRequest): Promise<Answer> {
  const url = new URL(request.raw.url ?? '/', 'http://registry.invalid');
  const route = parseRoute(decodePath(url.pathname));
  await authorize(options, request.raw, accessOf(route, request.method));
  const exchange: Exchange = {
    method: request.method,
    query: url.searchParams,
    request: request.raw,
    body: bytesOf(request.body),
    folder,
    manifestLimit: options.manifestLimit ?? 4 * 1024 * 1024,
    blobLimit: options.blobLimit ?? 64 * 1024 * 1024 * 1024,
    isOpen: options.authorize === undefined,
    mayPull: async (repository) => {
      const decision = (await options.authorize?.(request.raw, { action: 'pull', repository })) ?? { allow: true };
      return decision.allow;
    },
  };
  return dispatch(exchange, route);
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new RegistryError('NAME_INVALID', 'the path is not valid');
  }
}

function dispatch(exchange: Exchange, route: Route): Promise<Answer> {
  switch (route.to) {
    case 'ping':
      return Promise.resolve({ status: 200, headers: { 'content-type': 'application/json' }, body: '{}' });
    case 'catalog':
      return answerCatalog(exchange);
    case 'tags':
      return answerTags(exchange, route.repository);
    case 'blob':
      return answerBlob(exchange, route.repository, route.digest);
    case 'uploads':
      return answerUploads(exchange, route.repository);
    case 'upload':
      return answerUpload(exchange, route.repository, route.id);
    case 'manifest':
      return answerManifest(exchange, route.repository, route.reference);
    case 'referrers':
      return answerReferrers(exchange, route.repository, route.digest);
  }
}

function send(reply: FastifyReply, { status, headers, body }: Answer): FastifyReply {
  reply.code(status).headers({ 'docker-distribution-api-version': 'registry/2.0', ...headers });
  // Fastify adds a charset to the type of a text, which clients that compare media types do not expect.
  return reply.send(typeof body === 'string' ? Buffer.from(body) : body);
}

function sendError(reply: FastifyReply, error: unknown): FastifyReply {
  const known = error instanceof RegistryError ? error : undefined;
  // What is not ours may hold paths of this machine: clients learn only that it happened.
  const status = known?.status ?? statusOf(error) ?? 500;
  // Who is refused in the middle of sending must not be read to the end first.
  if (!reply.request.raw.complete) reply.header('connection', 'close');
  const body = known?.toJSON() ?? { errors: [{ code: 'UNKNOWN', message: 'the registry failed' }] };
  return reply
    .code(status)
    .headers({
      'docker-distribution-api-version': 'registry/2.0',
      'content-type': 'application/json',
      ...known?.headers,
    })
    .send(Buffer.from(JSON.stringify(body)));
}

function statusOf(error: unknown): number | undefined {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}
