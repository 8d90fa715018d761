import {
  type ApiRequest,
  type ApiResponse,
  type ApiStream,
  type Clock,
  KubeError,
  pause,
  type Transport,
} from '@assay/kube';
import type { Chance } from './chance.ts';

/** Chances of what goes wrong with one request of the controller. */
export interface FaultRates {
  readonly reset: number;
  readonly lostAnswer: number;
  readonly tooMany: number;
  readonly serverError: number;
  readonly slow: number;
  readonly brokenWatch: number;
  /** A line of a watch comes late, and those after it behind it. */
  readonly lag: number;
  /** The controller is killed at a write: before or after it is done. */
  readonly kill: number;
}

export const noFaults: FaultRates = {
  reset: 0,
  lostAnswer: 0,
  tooMany: 0,
  serverError: 0,
  slow: 0,
  brokenWatch: 0,
  lag: 0,
  kill: 0,
};

/** Longest delay of an answer or of a line of a watch. Milliseconds. */
const longestWait = 2_000;

const reset = () =>
  new KubeError('KUBE_UNREACHABLE', 'the connection broke', { status: 0, reason: 'Reset', retryable: true });

/** The network between one controller and the API server. When the controller is killed, nothing passes any more. */
export class FaultyTransport implements Transport {
  readonly #inner: Transport;
  readonly #chance: Chance;
  readonly #rates: FaultRates;
  readonly #clock: Clock;
  readonly #kill: () => void;
  isDead = false;
  writes = 0;

  constructor(inner: Transport, chance: Chance, rates: FaultRates, clock: Clock, kill: () => void) {
    this.#inner = inner;
    this.#chance = chance;
    this.#rates = rates;
    this.#clock = clock;
    this.#kill = kill;
  }

  async request(request: ApiRequest): Promise<ApiResponse> {
    const { reset: broken, lostAnswer, tooMany, serverError, slow, kill } = this.#rates;
    const isWrite = request.method !== 'GET';
    if (this.isDead) throw reset();
    if (isWrite && this.#chance.happens(kill / 2)) this.#die();
    if (this.#chance.happens(slow)) await pause(this.#clock, this.#chance.between(1, longestWait), request.signal);
    if (request.signal?.aborted === true) throw request.signal.reason;
    if (this.isDead || this.#chance.happens(broken)) throw reset();
    if (this.#chance.happens(tooMany)) return refusal(429, 'TooManyRequests');
    if (this.#chance.happens(serverError)) return refusal(500, 'InternalError');
    if (isWrite) this.writes += 1;
    const answer = await this.#inner.request({ ...request, signal: new AbortController().signal });
    if (isWrite && this.#chance.happens(kill / 2)) this.#die();
    if (this.isDead || (isWrite && this.#chance.happens(lostAnswer))) throw reset();
    return answer;
  }

  async stream(request: ApiRequest): Promise<ApiStream> {
    if (this.isDead || this.#chance.happens(this.#rates.reset)) throw reset();
    const stream = await this.#inner.stream(request);
    return { ...stream, lines: this.#lines(stream.lines) };
  }

  async *#lines(lines: AsyncIterable<string>): AsyncGenerator<string> {
    for await (const line of lines) {
      if (this.isDead || this.#chance.happens(this.#rates.brokenWatch)) throw reset();
      if (this.#chance.happens(this.#rates.lag)) await pause(this.#clock, this.#chance.between(1, longestWait));
      if (this.isDead) throw reset();
      yield line;
    }
  }

  #die(): never {
    // Several requests are under way at once; a process dies once.
    if (!this.isDead) {
      this.isDead = true;
      this.#kill();
    }
    throw reset();
  }
}

function refusal(status: number, reason: string): ApiResponse {
  return {
    status,
    headers: {},
    json: { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, code: status, message: reason },
  };
}
