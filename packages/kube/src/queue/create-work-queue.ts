import { askedWait, type Backoff, backoffMs } from '../backoff.ts';
import { type Clock, pause, type Random, systemClock } from '../clock.ts';
import { parseKey } from '../object.ts';
import { FairQueue } from './fair-queue.ts';
import type { AddOptions, Outcome, QueueStats, WorkQueue, WorkQueueOptions } from './work-queue.ts';

/** A queue that begins to work as soon as a key is added. */
export function createWorkQueue(options: WorkQueueOptions): WorkQueue {
  return new KeyedQueue(options);
}

interface Delayed {
  readonly at: number;
  readonly priority: number;
  readonly cancel: () => void;
}

class KeyedQueue implements WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #backoff: Backoff;
  readonly #ready = new FairQueue();
  readonly #delayed = new Map<string, Delayed>();
  readonly #inFlight = new Map<string, AbortController>();
  /** Added while in flight: worked on once more, with this priority. */
  readonly #again = new Map<string, number>();
  readonly #failures = new Map<string, number>();
  readonly #started = new Map<string, number>();
  #idle: (() => void)[] = [];
  #draining = false;
  #scheduled = false;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#backoff = options.backoff ?? { firstMs: 100, longestMs: 60_000 };
  }

  get stats(): QueueStats {
    const oldest = this.#ready.oldest();
    return {
      ready: this.#ready.size,
      delayed: this.#delayed.size,
      inFlight: this.#inFlight.size,
      oldestMs: oldest === undefined ? 0 : Math.max(0, this.#clock.now() - oldest),
    };
  }

  add(key: string, { priority = 0 }: AddOptions = {}): void {
    if (this.#draining) return;
    if (this.#inFlight.has(key)) {
      this.#again.set(key, Math.max(priority, this.#again.get(key) ?? priority));
      return;
    }
    const early = this.#tooEarly(key);
    if (early > 0) {
      this.addAfter(key, early, { priority });
      return;
    }
    this.#undelay(key);
    this.#ready.push(key, this.#groupOf(key), priority, this.#clock.now());
    this.#schedule();
  }

  addAfter(key: string, ms: number, options: AddOptions = {}): void {
    if (this.#draining) return;
    if (!(ms > 0)) {
      this.add(key, options);
      return;
    }
    if (this.#ready.has(key)) return;
    const at = this.#clock.now() + ms;
    const before = this.#delayed.get(key);
    const priority = Math.max(options.priority ?? 0, before?.priority ?? options.priority ?? 0);
    if (before !== undefined && before.at <= at && before.priority === priority) return;
    before?.cancel();
    const due = Math.min(at, before?.at ?? at);
    const cancel = this.#clock.after(due - this.#clock.now(), () => {
      this.#delayed.delete(key);
      this.add(key, { priority });
    });
    this.#delayed.set(key, { at: due, priority, cancel });
  }

  forget(key: string): void {
    this.#failures.delete(key);
    this.#undelay(key);
  }

  idle(): Promise<void> {
    if (this.#ready.size === 0 && this.#inFlight.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  async drain(ms = 10_000): Promise<boolean> {
    this.#draining = true;
    for (const key of [...this.#delayed.keys()]) this.#undelay(key);
    this.#ready.clear();
    this.#again.clear();
    const inTime = new AbortController();
    const ended = this.idle().then(() => inTime.abort());
    if (this.#inFlight.size > 0) await pause(this.#clock, ms, inTime.signal);
    else await ended;
    const late = this.#inFlight.size > 0;
    for (const controller of this.#inFlight.values()) controller.abort(new DOMException('shutting down', 'AbortError'));
    return !late;
  }

  /** Work begins after the caller is done: keys added together are then ordered together, and no work runs inside `add`. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#pump();
    });
  }

  #pump(): void {
    const concurrency = this.#options.concurrency ?? 8;
    while (this.#inFlight.size < concurrency) {
      const next = this.#ready.shift();
      if (next === undefined) return;
      this.#work(next.key, next.priority).catch((error: unknown) => this.#report(error, next.key, 0));
    }
  }

  async #work(key: string, priority: number): Promise<void> {
    const controller = new AbortController();
    this.#inFlight.set(key, controller);
    this.#noteStart(key);
    let wait: number | undefined;
    try {
      const outcome = await this.#options.work(key, controller.signal);
      this.#failures.delete(key);
      wait = waitOf(outcome);
    } catch (error) {
      const failures = (this.#failures.get(key) ?? 0) + 1;
      this.#failures.set(key, failures);
      wait = Math.max(askedWait(error), backoffMs(failures, this.#backoff, this.#random));
      this.#report(error, key, failures);
    }
    this.#inFlight.delete(key);
    const again = this.#again.get(key);
    this.#again.delete(key);
    if (again !== undefined) this.add(key, { priority: again });
    else if (wait !== undefined) this.addAfter(key, wait, { priority });
    this.#schedule();
    this.#settleIdle();
  }

  /** How long until the key may be started again. */
  #tooEarly(key: string): number {
    const started = this.#started.get(key);
    return started === undefined ? 0 : started + (this.#options.minIntervalMs ?? 0) - this.#clock.now();
  }

  #noteStart(key: string): void {
    const interval = this.#options.minIntervalMs ?? 0;
    if (interval <= 0) return;
    const now = this.#clock.now();
    // Oldest first: the map keeps the order of insertion.
    for (const [old, at] of this.#started) {
      if (at + interval > now) break;
      this.#started.delete(old);
    }
    this.#started.delete(key);
    this.#started.set(key, now);
  }

  #undelay(key: string): void {
    this.#delayed.get(key)?.cancel();
    this.#delayed.delete(key);
  }

  #groupOf(key: string): string {
    return this.#options.groupOf?.(key) ?? parseKey(key).namespace ?? '';
  }

  #settleIdle(): void {
    if (this.#ready.size > 0 || this.#inFlight.size > 0) return;
    const waiting = this.#idle;
    this.#idle = [];
    for (const resolve of waiting) resolve();
  }

  #report(error: unknown, key: string, attempt: number): void {
    try {
      this.#options.onError?.(error, key, attempt);
    } catch {
      // The handler of errors has failed: there is nobody left to tell.
    }
  }
}

function waitOf(outcome: Outcome): number | undefined {
  return outcome.done ? undefined : Math.max(0, outcome.againInMs);
}
