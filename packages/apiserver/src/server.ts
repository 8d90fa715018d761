import { type Access, answerReview, requireAccess, type User, userOf } from './access.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Call, Context } from './context.ts';
import { DefinitionKeeper } from './definitions/keeper.ts';
import { kindOf, perform } from './dispatch.ts';
import { ConnectionReset, type Fault, type FaultRequest, type FaultSwitch } from './faults.ts';
import { type Listening, type ListenOptions, listen } from './http.ts';
import { asObject, type JsonObject } from './json.ts';
import { coreKinds } from './kinds/core-kinds.ts';
import { Registry } from './kinds/registry.ts';
import { reviewKinds } from './output/discovery.ts';
import { type ApiRequest, managerOf, type ResourcePath, resourcePath, type Verb, verbOf } from './request.ts';
import { type ApiResponse, jsonResponse } from './response.ts';
import { seedNamespaces, serviceAccountsFor } from './seed.ts';
import { pathAnswer } from './static-paths.ts';
import { ApiError, expired, methodNotAllowed, noSuchResource } from './status.ts';
import { keyOf } from './store/collection.ts';
import { collectionName, Store } from './store/store.ts';
import { GarbageCollector } from './verbs/garbage.ts';
import { parseBody } from './verbs/read-body.ts';
import type { WatchFault } from './verbs/watch.ts';

/** How a server is made. Everything has a default. */
export interface ApiServerOptions {
  readonly clock?: Clock;
  /** Numbers in [0, 1): uids, generated names, watch timeouts. */
  readonly random?: () => number;
  readonly access?: Access;
  /** Changes remembered per resource, for watches that resume and pages that continue. Default 1000. */
  readonly historyLimit?: number;
  /** Milliseconds between bookmarks. Default 60 000. */
  readonly bookmarkIntervalMs?: number;
  /** Milliseconds until garbage is collected. 0, the default: before the answer of the request that made it. */
  readonly collectAfterMs?: number;
  /** The largest request body, in bytes. Default 3 MiB, as the real one. */
  readonly bodyLimit?: number;
}

/** What tests see of the store. */
export interface StoreView {
  /** The newest resourceVersion. */
  readonly version: number;
  /** Objects of a resource, such as `('', 'pods')`, in their stored form; all namespaces when none is named. */
  list(group: string, resource: string, namespace?: string): readonly JsonObject[];
  get(group: string, resource: string, namespace: string, name: string): JsonObject | undefined;
  /** Forgets history: older watches and pages answer 410 from now on. */
  compact(keep?: number): void;
}

/** A small Kubernetes API server in memory. */
export interface ApiServer {
  /** Answers one request without a socket. Rejects with ConnectionReset when a fault breaks the connection. */
  handle(request: ApiRequest): Promise<ApiResponse>;
  /** Serves HTTP (or HTTPS when given a certificate) and answers where, with a kubeconfig for it. */
  listen(options?: ListenOptions): Promise<Listening>;
  /** Stops listening and ends all watches. */
  close(): Promise<void>;
  readonly faults: FaultSwitch;
  readonly store: StoreView;
}

/** Makes a server. It does nothing by itself until asked: no timers but those of its watches. */
export function createApiServer(options: ApiServerOptions = {}): ApiServer {
  return new Server(options);
}

class Server implements ApiServer {
  readonly faults: FaultSwitch = { plan: undefined };
  readonly store: StoreView;
  readonly #context: Context;
  readonly #access: Access;
  readonly #garbage: GarbageCollector;
  readonly #collectAfterMs: number;
  readonly #bodyLimit: number;
  readonly #closing = new AbortController();
  readonly #listening: Listening[] = [];
  #isSweeping = false;

  constructor(options: ApiServerOptions) {
    const store = new Store(options.historyLimit ?? 1000);
    this.#access = options.access ?? {};
    this.#collectAfterMs = options.collectAfterMs ?? 0;
    this.#bodyLimit = options.bodyLimit ?? 3 * 1024 * 1024;
    const registry = new Registry();
    for (const kind of coreKinds) registry.add(kind, kind.collection === collectionName(kind.group, kind.resource));
    this.#context = {
      store,
      registry,
      clock: options.clock ?? systemClock,
      random: options.random ?? Math.random,
      bookmarkIntervalMs: options.bookmarkIntervalMs ?? 60_000,
      sweep: () => this.#sweep(),
    };
    const keeper = new DefinitionKeeper(this.#context);
    registry.add(keeper.kind);
    this.#garbage = new GarbageCollector(this.#context);
    store.listen((collection, change) => keeper.changed(collection, change));
    serviceAccountsFor(this.#context);
    seedNamespaces(this.#context);
    this.store = viewOf(store);
  }

  async handle(request: ApiRequest): Promise<ApiResponse> {
    try {
      return await this.#answer(request);
    } catch (error) {
      if (error instanceof ApiError) return refusal(error);
      throw error;
    }
  }

  async listen(options: ListenOptions = {}): Promise<Listening> {
    const listening = await listen((request) => this.handle(request), this.#bodyLimit, options);
    this.#listening.push(listening);
    return listening;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#listening.splice(0).map((l) => l.close()));
  }

  async #answer(request: ApiRequest): Promise<ApiResponse> {
    const at = request.url.startsWith('http') ? new URL(request.url) : new URL(request.url, 'http://apiserver');
    const headers = lowerCased(request.headers ?? {});
    const user = userOf(this.#access, headers.authorization);
    const path = resourcePath(at.pathname);
    const verb = path && verbOf(request.method, path.name !== '', isWatch(at.searchParams));
    const asked = faultRequest(at.pathname, path, verb);
    const fault = this.faults.plan?.(asked);
    if (fault !== undefined) await this.#misbehave(fault, asked, request.signal);
    const body = request.body ?? '';
    if (body.length > this.#bodyLimit) {
      throw new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${this.#bodyLimit}`);
    }
    if (path === undefined || path.resource === '')
      return pathAnswer(this.#context.registry, at.pathname, headers.accept);
    if (verb === undefined) throw methodNotAllowed({ group: path.group, resource: path.resource });
    requireAccess(this.#access, user, asked);
    const review = this.#review(path, user, request.method, body);
    if (review !== undefined) return review;
    const call = this.#call(path, at.searchParams, headers, body);
    const signal = AbortSignal.any(
      request.signal === undefined ? [this.#closing.signal] : [this.#closing.signal, request.signal],
    );
    const response = perform(call, verb, headers.accept, watchFault(fault), verb === 'watch' ? signal : undefined);
    if (fault?.is === 'lose-response') throw new ConnectionReset();
    return response;
  }

  #call(path: ResourcePath, query: URLSearchParams, headers: Readonly<Record<string, string>>, body: string): Call {
    const kind = kindOf(this.#context, path.group, path.version, path.resource);
    if (!kind.namespaced && path.namespace !== '') throw noSuchResource();
    if (kind.namespaced && path.namespace === '' && path.name !== '') throw noSuchResource();
    return {
      context: this.#context,
      kind,
      namespace: path.namespace,
      name: path.name,
      subresource: path.subresource,
      query,
      contentType: headers['content-type'] ?? 'application/json',
      body,
      manager: managerOf(query, headers['user-agent']),
      warnings: [],
    };
  }

  #review(path: ResourcePath, user: User, method: string, body: string): ApiResponse | undefined {
    const review = reviewKinds.find(
      (r) => r.group === path.group && r.version === path.version && r.resource === path.resource,
    );
    if (review === undefined) return undefined;
    if (method !== 'POST') throw methodNotAllowed({ group: path.group, resource: path.resource });
    const object = asObject(parseBody(body, 'application/json')) ?? {};
    return jsonResponse(201, answerReview(this.#access, user, review.kind, object));
  }

  async #misbehave(fault: Fault, asked: FaultRequest, signal: AbortSignal | undefined): Promise<void> {
    switch (fault.is) {
      case 'reset':
        throw new ConnectionReset();
      case 'status':
        throw statusFault(fault.code, fault.retryAfterSeconds);
      case 'slow':
        await new Promise<void>((resolve) => this.#context.clock.after(fault.ms, resolve));
        return;
      case 'half-open':
        // On a watch the stream is opened and stays silent.
        if (asked.verb !== 'watch') await this.#hang(signal);
        return;
      case 'expired':
        if (asked.verb !== 'watch') throw expired('The resourceVersion for the provided list is too old.');
        return;
      case 'lose-response':
      case 'drop-watch':
        return;
    }
  }

  async #hang(signal: AbortSignal | undefined): Promise<never> {
    const ends = AbortSignal.any(signal === undefined ? [this.#closing.signal] : [this.#closing.signal, signal]);
    await new Promise<void>((resolve) => {
      if (ends.aborted) resolve();
      else ends.addEventListener('abort', () => resolve(), { once: true });
    });
    throw new ConnectionReset();
  }

  #sweep(): void {
    if (!this.#garbage.isNeeded || this.#isSweeping) return;
    if (this.#collectAfterMs === 0) {
      this.#garbage.run();
      return;
    }
    this.#isSweeping = true;
    this.#context.clock.after(this.#collectAfterMs, () => {
      this.#isSweeping = false;
      this.#garbage.run();
    });
  }
}

function refusal(error: ApiError): ApiResponse {
  const seconds = error.details?.retryAfterSeconds;
  return jsonResponse(error.code, error.status(), seconds === undefined ? {} : { 'retry-after': String(seconds) });
}

function statusFault(code: number, retryAfterSeconds: number | undefined): ApiError {
  const details = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  if (code === 429)
    return new ApiError(
      429,
      'TooManyRequests',
      'the server has received too many requests and has asked us to try again later',
      details,
    );
  if (code === 503)
    return new ApiError(503, 'ServiceUnavailable', 'the server is currently unable to handle the request', details);
  return new ApiError(code, 'InternalError', 'Internal error occurred: injected fault', details);
}

function watchFault(fault: Fault | undefined): WatchFault {
  if (fault?.is === 'half-open') return { silentAfter: 0 };
  if (fault?.is === 'expired') return { expireAfter: fault.after ?? 0 };
  if (fault?.is === 'drop-watch') return fault.open ? { silentAfter: fault.after } : { endAfter: fault.after };
  return {};
}

function faultRequest(pathname: string, path: ResourcePath | undefined, verb: Verb | undefined): FaultRequest {
  const { group = '', resource = '', subresource = '', namespace = '', name = '' } = path ?? {};
  return { verb: verb ?? 'other', group, resource, subresource, namespace, name, path: pathname };
}

function isWatch(query: URLSearchParams): boolean {
  const value = query.get('watch');
  return value === 'true' || value === '1';
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value]));
}

function viewOf(store: Store): StoreView {
  const collection = (group: string, resource: string) => store.collection(collectionName(group, resource));
  return {
    get version() {
      return store.version;
    },
    list: (group, resource, namespace = '') => collection(group, resource).list(namespace),
    get: (group, resource, namespace, name) => collection(group, resource).get(keyOf(namespace, name)),
    compact: (keep = 0) => store.compact(keep),
  };
}
