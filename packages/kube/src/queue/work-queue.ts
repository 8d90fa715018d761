import type { Clock, Random } from '../clock.ts';

/** What came of working on a key. A throw means: again, with growing waits. */
export type Outcome = { readonly done: true } | { readonly done: false; readonly againInMs: number };

export interface AddOptions {
  /** Higher goes first, strictly. Default 0. A key that is added again keeps the higher one. */
  readonly priority?: number;
}

export interface WorkQueueOptions {
  /** Works on one key. Never called twice at once for one key. The signal fires when a drain runs out of time. */
  readonly work: (key: string, signal: AbortSignal) => Promise<Outcome>;
  /** Keys worked on at once. Default 8. */
  readonly concurrency?: number;
  /** Fairness: groups of one priority take turns. Default: the namespace of the key. */
  readonly groupOf?: (key: string) => string;
  /** Least time between two starts of one key. Default 0. */
  readonly minIntervalMs?: number;
  /** Waits after failures of one key: doubled, with jitter, from `firstMs` to `longestMs`. Default 100 ms, 60 s. A KubeError's `retryAfter` counts when longer. */
  readonly backoff?: { readonly firstMs: number; readonly longestMs: number };
  readonly onError?: (error: unknown, key: string, attempt: number) => void;
  readonly clock?: Clock;
  readonly random?: Random;
}

export interface QueueStats {
  /** Ready, waiting for a free worker. */
  readonly ready: number;
  /** Waiting for their time. */
  readonly delayed: number;
  readonly inFlight: number;
  /** Milliseconds the longest waiting ready key waits. */
  readonly oldestMs: number;
}

/** Keys waiting to be worked on: each once, however often added; fair between groups. A key added while it is worked on is worked on once more. */
export interface WorkQueue {
  add(key: string, options?: AddOptions): void;
  /** Not before `ms` from now; an earlier time already set stays. */
  addAfter(key: string, ms: number, options?: AddOptions): void;
  /** Forgets that the key failed, and any later time set for it; not what is ready or in flight. */
  forget(key: string): void;
  readonly stats: QueueStats;
  /** Resolves when nothing is ready and nothing is in flight (delayed keys may remain). */
  idle(): Promise<void>;
  /** Takes nothing more, waits for what is in flight; after `ms` fires the signals. True when all ended in time. Default 10 s. */
  drain(ms?: number): Promise<boolean>;
}
