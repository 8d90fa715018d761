import { askedWait, type Backoff, backoffMs } from '../backoff.ts';
import { type Clock, pause, type Random, systemClock } from '../clock.ts';
import { KubeError } from './kube-error.ts';

export interface RetryOptions {
  /** All attempts, the first included. Default 4. */
  readonly attempts?: number;
  /** Default 200 ms to 5 s. */
  readonly backoff?: Backoff;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  readonly random?: Random;
}

/**
 * Repeats a call that may go through later (no answer, 429, 5xx), waiting as long as the server asks. For calls that may be made twice.
 * A conflict is not repeated: the same call would fail again, its caller must read first. Throws the last failure.
 */
export async function retry<T>(work: () => Promise<T>, options: RetryOptions = {}): Promise<T> {
  const { attempts = 4, backoff = { firstMs: 200, longestMs: 5_000 }, signal } = options;
  const { clock = systemClock, random = Math.random } = options;
  const isStopped = (): boolean => signal?.aborted === true;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const isHopeful = error instanceof KubeError && error.retryable && error.status !== 409;
      if (!isHopeful || attempt >= attempts || isStopped()) throw error;
      await pause(clock, Math.max(askedWait(error), backoffMs(attempt, backoff, random)), signal);
      if (isStopped()) throw error;
    }
  }
}
