import { setTimeout as delay } from 'node:timers/promises';
import type { AssayError } from '@assay/contract';
import type { Clock } from './options.ts';

/** Real time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (milliseconds, signal) => {
    await delay(milliseconds, undefined, { signal });
  },
};

/** A registry that asks for a longer wait is told on: the person decides. Milliseconds. */
const longestWait = 30_000;
const firstBackoff = 250;
const longestBackoff = 8_000;
const mostRetries = 100;

/** A failure that may be over the next time. Stays inside the client; `problem` is what the caller sees when no attempt is left. */
export class Transient extends Error {
  override readonly name = 'Transient';
  readonly problem: AssayError;
  /** Milliseconds the registry asked to wait. */
  readonly waitMs: number | undefined;

  constructor(problem: AssayError, waitMs?: number) {
    super(problem.message);
    this.problem = problem;
    this.waitMs = waitMs;
  }
}

/** Reads `Retry-After`: seconds or a date. Milliseconds from now; undefined when it says nothing. Source: RFC 9110 §10.2.3. */
export function findRetryAfter(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = text === '' ? Number.NaN : Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** How long to wait of our own accord before attempt `number + 1`. Some randomness keeps a fleet from knocking all at once. */
export function backoff(number: number): number {
  return Math.min(longestBackoff, firstBackoff * 2 ** number) * (0.75 + Math.random() / 2);
}

/** A number of retries that ends, whatever was asked for. */
export function boundRetries(retries: number): number {
  return Number.isNaN(retries) ? 0 : Math.min(mostRetries, Math.max(0, Math.trunc(retries)));
}

export interface Attempt {
  readonly number: number;
  /** Whether no other follows. */
  readonly isLast: boolean;
}

/** Does the work, again after a Transient failure, at most `retries` times more. Throws the last failure's problem. */
export async function withRetries<T>(
  retries: number,
  clock: Clock,
  signal: AbortSignal | undefined,
  work: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  for (let number = 0; ; number += 1) {
    const isLast = number >= retries;
    try {
      return await work({ number, isLast });
    } catch (error) {
      if (!(error instanceof Transient)) throw error;
      const wait = error.waitMs ?? backoff(number);
      if (isLast || wait > longestWait) throw error.problem;
      await clock.sleep(wait, signal);
    }
  }
}
