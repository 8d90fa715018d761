import type { Random } from './clock.ts';

/** Growing waits, in milliseconds. */
export interface Backoff {
  readonly firstMs: number;
  readonly longestMs: number;
}

/** The wait after the nth failure in a row (1, 2, …): doubled, at most `longestMs`, and somewhere in its upper half, so that a fleet does not knock at once. */
export function backoffMs(failures: number, backoff: Backoff, random: Random): number {
  const doublings = Math.min(Math.max(failures - 1, 0), 30);
  const whole = Math.min(backoff.longestMs, backoff.firstMs * 2 ** doublings);
  return whole * (0.5 + random() / 2);
}

/** What a failure asks for, where it asks for a wait. Milliseconds. */
export function askedWait(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('retryAfter' in error)) return 0;
  return typeof error.retryAfter === 'number' && error.retryAfter > 0 ? error.retryAfter : 0;
}
