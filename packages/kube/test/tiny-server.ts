import type { Clock, InProcessServer, KubeObject } from '@assay/kube';

type Request = Parameters<InProcessServer['handle']>[0];

/** What a test does to a request instead of answering it. `half-open`: a watch that says nothing more, a call that never ends. `lost`: done, but the answer does not arrive. */
export type Fault =
  | 'reset'
  | 'half-open'
  | 'lost'
  | 'end'
  | { readonly status: number; readonly reason?: string; readonly retryAfter?: number }
  | { readonly slowMs: number }
  /** Done at once, answered late. */
  | { readonly lateMs: number };

interface Stored extends KubeObject {
  readonly metadata: KubeObject['metadata'] & {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
  };
}

interface Change {
  readonly type: string;
  readonly version: number;
  readonly path: string;
  readonly object: unknown;
}

/** The least of an API server that the kit's own tests need: lists, pages, watches, versions; and misbehaviour on request. The contract suite runs on real ones. */
export class TinyServer implements InProcessServer {
  readonly requests: Request[] = [];
  /** Asked before each request. */
  fault: (request: Request) => Fault | undefined = () => undefined;
  /** Collections that are not served. */
  readonly missing = new Set<string>();
  readonly #clock: Clock;
  readonly #objects = new Map<string, Stored>();
  #history: Change[] = [];
  #version = 100;
  #uid = 0;
  #oldest = 0;
  #watches = new Set<{ wake: () => void; broken: Error | undefined; ended: boolean; silent: boolean }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get openWatches(): number {
    return this.#watches.size;
  }

  watchesAsked(): readonly URLSearchParams[] {
    return this.#asked().filter((query) => query.get('watch') === 'true');
  }

  listsAsked(): readonly URLSearchParams[] {
    return this.requests
      .filter((one) => one.method === 'GET')
      .map((one) => new URL(one.url, 'http://tiny'))
      .filter((url) => url.pathname.split('/').at(-1) === 'configmaps' && url.searchParams.get('watch') !== 'true')
      .map((url) => url.searchParams);
  }

  #asked(): readonly URLSearchParams[] {
    return this.requests.map((one) => new URL(one.url, 'http://tiny').searchParams);
  }

  /** Breaks, ends or silences all open watches. */
  hitWatches(how: 'reset' | 'end' | 'silence'): void {
    for (const watch of this.#watches) {
      if (how === 'reset') watch.broken = new Error('reset');
      else if (how === 'end') watch.ended = true;
      else watch.silent = true;
      watch.wake();
    }
  }

  /** Forgets all history: older versions are answered with 410. */
  compact(): void {
    this.#history = [];
    this.#oldest = this.#version;
  }

  bookmark(): void {
    this.#version += 1;
    this.#record('BOOKMARK', '', { metadata: { resourceVersion: String(this.#version) } });
  }

  put(path: string, object: KubeObject): Stored {
    const before = this.#objects.get(path);
    this.#version += 1;
    const name = path.split('/').at(-1) ?? '';
    if (before === undefined) this.#uid += 1;
    const metadata = {
      ...object.metadata,
      name,
      uid: before?.metadata.uid ?? `uid-${this.#uid}`,
      resourceVersion: String(this.#version),
    };
    const stored = { ...object, metadata };
    this.#objects.set(path, stored);
    this.#record(before === undefined ? 'ADDED' : 'MODIFIED', path, stored);
    return stored;
  }

  remove(path: string): void {
    const before = this.#objects.get(path);
    if (before === undefined) return;
    this.#objects.delete(path);
    this.#version += 1;
    this.#record('DELETED', path, {
      ...before,
      metadata: { ...before.metadata, resourceVersion: String(this.#version) },
    });
  }

  get(path: string): Stored | undefined {
    return this.#objects.get(path);
  }

  async handle(request: Request): ReturnType<InProcessServer['handle']> {
    this.requests.push(request);
    const fault = this.fault(request);
    if (fault === 'reset') throw new Error('reset');
    if (typeof fault === 'object' && 'slowMs' in fault)
      await new Promise<void>((resolve) => this.#clock.after(fault.slowMs, resolve));
    if (typeof fault === 'object' && 'status' in fault)
      return statusAnswer(fault.status, fault.reason, fault.retryAfter);
    const { pathname, searchParams } = new URL(request.url, 'http://tiny');
    if ([...this.missing].some((one) => pathname.includes(`/${one}`))) return answer(404, '404 page not found\n');
    if (searchParams.get('watch') === 'true') return this.#watch(pathname, searchParams, request.signal, fault);
    if (fault === 'half-open') return new Promise(() => undefined);
    const result = this.#call(request, pathname, searchParams);
    if (fault === 'lost') throw new Error('lost');
    if (typeof fault === 'object' && 'lateMs' in fault)
      await new Promise<void>((resolve) => this.#clock.after(fault.lateMs, resolve));
    return result;
  }

  #call(request: Request, path: string, query: URLSearchParams): Awaited<ReturnType<InProcessServer['handle']>> {
    const body = request.body === undefined ? undefined : (JSON.parse(request.body) as KubeObject);
    const before = this.#objects.get(path);
    if (
      request.method === 'GET' &&
      path.split('/').at(-1)?.match(/s$/) &&
      before === undefined &&
      !/leases\//.test(path)
    )
      return this.#list(path, query);
    if (request.method === 'POST' && body !== undefined) {
      const at = `${path}/${body.metadata.name}`;
      return this.#objects.has(at) ? statusAnswer(409, 'AlreadyExists') : answer(201, this.put(at, body));
    }
    if (before === undefined) return statusAnswer(404, 'NotFound');
    if (request.method === 'PUT' && body !== undefined) {
      const { resourceVersion } = body.metadata;
      if (resourceVersion !== undefined && resourceVersion !== before.metadata.resourceVersion)
        return statusAnswer(409, 'Conflict');
      return answer(200, this.put(path, body));
    }
    if (request.method === 'PATCH' && body !== undefined)
      return answer(200, this.put(path, { ...before, ...body, metadata: before.metadata }));
    return answer(200, before);
  }

  #list(path: string, query: URLSearchParams): Awaited<ReturnType<InProcessServer['handle']>> {
    const all = [...this.#objects].filter(([at]) => at.startsWith(`${path}/`)).map(([, object]) => object);
    const [version = String(this.#version), from = '0'] = (query.get('continue') ?? '')
      .split(':')
      .filter((one) => one !== '');
    const limit = Number(query.get('limit') ?? all.length);
    const items = all.slice(Number(from), Number(from) + limit);
    const next = Number(from) + limit;
    const token = next < all.length ? { continue: `${version}:${next}` } : {};
    return answer(200, { kind: 'List', metadata: { resourceVersion: version, ...token }, items });
  }

  #watch(
    path: string,
    query: URLSearchParams,
    signal: AbortSignal | undefined,
    fault: Fault | undefined,
  ): Awaited<ReturnType<InProcessServer['handle']>> {
    const from = Number(query.get('resourceVersion'));
    if (from < this.#oldest) {
      const gone = { type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' } };
      return streamAnswer(lines([gone]));
    }
    if (fault === 'end') return streamAnswer(lines([]));
    return streamAnswer(this.#events(path, from, signal, fault === 'half-open'));
  }

  async *#events(path: string, from: number, signal: AbortSignal | undefined, silent: boolean): AsyncGenerator<string> {
    const watch = { wake: (): void => undefined, broken: undefined as Error | undefined, ended: false, silent };
    this.#watches.add(watch);
    const wake = (): void => watch.wake();
    signal?.addEventListener('abort', wake);
    let seen = from;
    try {
      while (signal?.aborted !== true && !watch.ended) {
        if (watch.broken !== undefined) throw watch.broken;
        if (!watch.silent) {
          for (const change of this.#history.filter((one) => one.version > seen)) {
            seen = change.version;
            if (change.type === 'BOOKMARK' || change.path.startsWith(`${path}/`))
              yield `${JSON.stringify({ type: change.type, object: change.object })}\n`;
          }
        }
        await new Promise<void>((resolve) => {
          watch.wake = resolve;
        });
      }
    } finally {
      this.#watches.delete(watch);
      signal?.removeEventListener('abort', wake);
    }
  }

  #record(type: string, path: string, object: unknown): void {
    this.#history.push({ type, version: this.#version, path, object });
    for (const watch of this.#watches) watch.wake();
  }
}

async function* lines(events: readonly unknown[]): AsyncGenerator<string> {
  for (const event of events) yield `${JSON.stringify(event)}\n`;
}

function streamAnswer(body: AsyncIterable<string>): Awaited<ReturnType<InProcessServer['handle']>> {
  return { status: 200, headers: {}, body, text: () => Promise.resolve('') };
}

function answer(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Awaited<ReturnType<InProcessServer['handle']>> {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return { status, headers, body: lines([value]), text: () => Promise.resolve(text) };
}

function statusAnswer(
  code: number,
  reason = 'InternalError',
  retryAfter?: number,
): Awaited<ReturnType<InProcessServer['handle']>> {
  const details = code === 404 ? { details: { name: 'x' } } : {};
  return answer(
    code,
    { kind: 'Status', code, reason, message: `said ${code}`, ...details },
    retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) },
  );
}
