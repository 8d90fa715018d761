/** Time and chance as a port, so that a simulation owns both. `packages/apiserver` speaks the same clock. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `then` after `ms` milliseconds; the result cancels it. */
  after(ms: number, then: () => void): () => void;
}

/** A number in [0, 1). */
export type Random = () => number;

/** Longest wait a timer of the runtime can take. */
const longestTimer = 2 ** 31 - 1;

/** The machine's clock. Its timers do not keep the process alive: a watch's connection does. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, then) {
    const timer = setTimeout(then, Math.min(Math.max(ms, 0), longestTimer));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Waits, or returns at once when the signal says stop. Never rejects: the caller looks at its signal. */
export function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(ms, done);
    signal?.addEventListener('abort', done, { once: true });
  });
}
