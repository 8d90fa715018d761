/** One request to an API server. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute and encoded, without a query: `/api/v1/namespaces/x/pods`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  /** A JSON value; the transport writes it. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** A whole answer. */
export interface ApiResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed body; a string when it is not JSON, undefined when it is empty. */
  readonly json: unknown;
}

/** An answer that goes on: a watch. */
export interface ApiStream {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body of a refusal (status ≥ 400); then there are no lines. */
  readonly json: unknown;
  /** Lines without their line feed. Ends when the server ends it; throws KubeError when the connection breaks. */
  readonly lines: AsyncIterable<string>;
}

/**
 * Takes requests to an API server, wherever it is: on a cluster (`undiciTransport`) or in this process.
 * Any HTTP status is an answer, not an error. Both methods reject with KubeError (status 0) when there was no answer, with the signal's reason when it fired,
 * and with KUBE_CONFIG_INVALID when there are no credentials.
 */
export interface Transport {
  request(request: ApiRequest): Promise<ApiResponse>;
  stream(request: ApiRequest): Promise<ApiStream>;
}
