import { createServer as createPlainServer, STATUS_CODES } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { Store } from '@assay/store';
import multipart from '@fastify/multipart';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Authenticator, Surface } from '../auth/authenticator.ts';
import { addEventRoutes } from '../events/event-routes.ts';
import { addGraphqlRoutes } from '../graphql/graphql-routes.ts';
import { addStoreRoutes } from '../v1/store-routes.ts';
import { addV2Routes } from '../v2/v2-routes.ts';
import { toAnswer } from './problem-answer.ts';
import type { StoreLog } from './store-log.ts';

export interface StoreServerOptions {
  readonly store: Store;
  readonly authenticator: Authenticator;
  readonly log: StoreLog;
  /** Certificate, key and rules of TLS; plain HTTP without. */
  readonly tls?: ServerOptions;
  /** Whether only names of this machine are answered: without a token, a web page that gives its own name this address must not ask. */
  readonly isLocalOnly?: boolean;
  /** Bytes of a document, before and after decompression. */
  readonly maxDocumentBytes?: number;
}

/** 64 MiB: real documents have up to 5. */
const usualDocumentBytes = 64 * 1024 * 1024;

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; `''` for nobody. */
    user: string;
  }
}

/** The HTTP server of the store. It answers once `listen` was called. */
export function createStoreServer(options: StoreServerOptions): FastifyInstance {
  const { store, authenticator, log, tls, maxDocumentBytes = usualDocumentBytes } = options;
  const server = fastify({
    serverFactory: (handler) => (tls === undefined ? createPlainServer(handler) : createTlsServer(tls, handler)),
    bodyLimit: maxDocumentBytes,
    routerOptions: { maxParamLength: 4096, ignoreTrailingSlash: true },
    requestTimeout: 120_000,
    // The log is our own: its lines are a part of the contract.
    logger: false,
    frameworkErrors: (error, request, reply) => fail(error, request, reply, log),
  });
  // A document is read by its own rules, whatever it says it is.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  server.register(multipart, { limits: { fileSize: maxDocumentBytes, files: 1, fields: 10, parts: 11 } });
  server.decorateRequest('user', '');
  server.setErrorHandler((error, request, reply) => fail(error, request, reply, log));
  server.setNotFoundHandler((request, reply) => {
    reply.code(404).send({ message: `there is nothing at ${request.method} ${pathOf(request)}` });
  });
  addLogging(server, log);
  if (options.isLocalOnly === true) addLocalNames(server);
  addAdmission(server, authenticator);
  server.register((scope, _options, done) => {
    addStoreRoutes(scope, { store, maxDocumentBytes });
    addEventRoutes(scope, { store, log, now: () => new Date() });
    addGraphqlRoutes(scope, { store });
    addV2Routes(scope, { store, log });
    done();
  });
  return server;
}

function fail(error: unknown, request: FastifyRequest, reply: FastifyReply, log: StoreLog): void {
  const { status, message, retryAfter, isOurs } = toAnswer(error);
  if (isOurs)
    log.error('Request failed', {
      error: error instanceof Error ? error.message : String(error),
      method: request.method,
      endpoint: request.url,
      'data#0': error instanceof Error ? (error.stack ?? '') : '',
    });
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
  reply.code(status).header('content-type', 'application/json; charset=utf-8').send(JSON.stringify({ message }));
}

/** The path without the query: a query may hold anything. */
export function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}

/** Two to five lines a request. Source: spec/store.md §10. */
function addLogging(server: FastifyInstance, log: StoreLog): void {
  server.addHook('onRequest', async ({ method, url }) => {
    log.info('default', 'Processing request', { method, endpoint: url });
  });
  server.addHook('preHandler', async ({ method, url, params, query, body }) => {
    const parameters = { ...asObject(params), ...asObject(query) };
    if (Object.keys(parameters).length > 0)
      log.info('default', 'Request parameters', { method, endpoint: url, ...parameters });
    if (log.shows('debug') && Buffer.isBuffer(body) && body.length > 0)
      log.info('debug', 'Request body', { method, endpoint: url, body: body.toString('utf8') });
  });
  server.addHook('onSend', async ({ method, url }, reply, payload) => {
    if (log.shows('debug') && typeof payload === 'string' && payload !== '')
      log.info('debug', 'Request response', { ...answered(method, url, reply), payload });
    return payload;
  });
  server.addHook('onResponse', async ({ method, url }, reply) => {
    log.info('default', 'Request response', answered(method, url, reply));
  });
}

function answered(method: string, endpoint: string, { statusCode }: FastifyReply) {
  return { method, endpoint, code: statusCode, response: STATUS_CODES[statusCode] ?? '' };
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** Refuses requests that were sent to another name than this machine's own. */
function addLocalNames(server: FastifyInstance): void {
  server.addHook('onRequest', async ({ headers: { host = '' } }, reply) => {
    if (/^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/.test(host)) return;
    return reply.code(403).send({ message: 'this store answers to names of its own machine only' });
  });
}

/** Verbs of Kubernetes by method. Source: spec/store.md §5. */
const verbs: Readonly<Record<string, 'get' | 'create' | 'update'>> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'update',
  DELETE: 'update',
};

/** Lets nobody in without a token; routes that are open say so. The words are the auth proxy's. */
function addAdmission(server: FastifyInstance, authenticator: Authenticator): void {
  server.addHook('onRequest', async (request, reply) => {
    const { isOpen = false, surface = 'store', verb } = request.routeOptions.config;
    if (isOpen) return;
    const attempt = { surface, verb: verb ?? verbs[request.method] ?? 'update' };
    const admission = await authenticator.admit(tokenOf(request), attempt);
    if (admission.is === 'allowed') {
      request.user = admission.user;
      return;
    }
    const text =
      admission.is === 'unknown'
        ? 'Unauthorized\n'
        : `Forbidden (user=${admission.user}, verb=${attempt.verb}, resource=all, subresource=)\n`;
    reply.code(admission.is === 'unknown' ? 401 : 403).header('content-type', 'text/plain; charset=utf-8');
    if (admission.is === 'unknown') reply.header('www-authenticate', 'Bearer');
    return reply.send(text);
  });
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Needs no token. */
    readonly isOpen?: boolean;
    /** Which door it is; the store's when absent. */
    readonly surface?: Surface;
    /** What it wants; the method says it when absent. */
    readonly verb?: 'get' | 'create' | 'update';
  }
}

function tokenOf({ headers: { authorization } }: FastifyRequest): string | undefined {
  const match = authorization === undefined ? null : /^Bearer +([^\s]{1,16384})$/i.exec(authorization);
  return match?.[1];
}
