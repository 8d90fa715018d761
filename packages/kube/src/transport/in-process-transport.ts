import { KubeError } from '../client/kube-error.ts';
import { parseBody } from './body.ts';
import { linesOf } from './lines.ts';
import type { ApiRequest, ApiResponse, ApiStream, Transport } from './transport.ts';

/** An API server in this process; the one of `packages/apiserver` fits. */
export interface InProcessServer {
  handle(request: {
    readonly method: string;
    /** Path and query. */
    readonly url: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly signal?: AbortSignal;
  }): Promise<{
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    /** Text in pieces. */
    readonly body: AsyncIterable<string>;
    text(): Promise<string>;
  }>;
}

/** A transport without a socket. What the server throws counts as a broken connection. Objects are written and parsed as on a network: nothing is shared. */
export function inProcessTransport(server: InProcessServer): Transport {
  return {
    async request(request: ApiRequest): Promise<ApiResponse> {
      const answer = await send(server, request);
      const text = await guarded(answer.text(), request);
      return { status: answer.status, headers: answer.headers, json: parseBody(text) };
    },
    async stream(request: ApiRequest): Promise<ApiStream> {
      const { status, headers, ...answer } = await send(server, request);
      if (status >= 300) {
        const json = parseBody(await guarded(answer.text(), request));
        return { status, headers, json, lines: linesOf(nothing()) };
      }
      return { status, headers, json: undefined, lines: guardedLines(answer.body, request) };
    },
  };
}

function send(server: InProcessServer, request: ApiRequest): ReturnType<InProcessServer['handle']> {
  const query = request.query === undefined ? '' : new URLSearchParams(request.query).toString();
  const { signal, body } = request;
  if (signal?.aborted === true) return Promise.reject(signal.reason);
  const sent = server.handle({
    method: request.method,
    url: query === '' ? request.path : `${request.path}?${query}`,
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...request.headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  return guarded(sent, request);
}

/** As a socket would: an abort ends the wait at once, a failure is a broken connection. */
async function guarded<T>(work: Promise<T>, { signal }: ApiRequest): Promise<T> {
  if (signal === undefined) return work.catch((error: unknown) => Promise.reject(broken(error)));
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } catch (error) {
    throw signal.aborted ? signal.reason : broken(error);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function* guardedLines(body: AsyncIterable<string>, { signal }: ApiRequest): AsyncGenerator<string> {
  try {
    yield* linesOf(body);
  } catch (error) {
    throw signal?.aborted === true ? signal.reason : broken(error);
  }
  if (signal?.aborted === true) throw signal.reason;
}

function broken(error: unknown): KubeError {
  if (error instanceof KubeError) return error;
  const facts = { status: 0, reason: 'Reset', retryable: true };
  return new KubeError('KUBE_UNREACHABLE', 'the API server in this process broke the connection', facts, error);
}

async function* nothing(): AsyncGenerator<string> {}
