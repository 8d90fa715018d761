import type { Clock } from './clock.ts';

interface Timer {
  readonly at: number;
  /** Timers of one moment fire in the order they were set. */
  readonly order: number;
  fire: (() => void) | undefined;
}

/** A clock that moves when it is told to: for tests and simulations. Between two timers everything that can go on without time goes on. */
export class VirtualClock implements Clock {
  #now: number;
  #order = 0;
  /** A binary heap: the next timer first. */
  readonly #timers: Timer[] = [];

  /** Begins at a time of your choice, in milliseconds since the epoch. */
  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, then: () => void): () => void {
    const timer: Timer = { at: this.#now + Math.max(0, ms), order: this.#order, fire: then };
    this.#order += 1;
    this.#push(timer);
    return () => {
      timer.fire = undefined;
    };
  }

  /** Moves on, timer by timer. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    while (await this.step(end));
    this.#now = end;
  }

  /** Fires the next timer that is due until `end`, then lets everything settle. False when there is none. */
  async step(end = Number.POSITIVE_INFINITY): Promise<boolean> {
    let next = this.#timers[0];
    while (next !== undefined && next.fire === undefined) {
      this.#pop();
      next = this.#timers[0];
    }
    if (next === undefined || next.at > end) return false;
    this.#pop();
    this.#now = Math.max(this.#now, next.at);
    next.fire?.();
    await settle();
    return true;
  }

  /** Moves on until the condition holds. Throws when an hour of this clock was not enough. */
  async until(condition: () => boolean): Promise<void> {
    const end = this.#now + 3_600_000;
    await settle();
    while (!condition()) {
      if (!(await this.step(end))) throw new Error('the condition did not become true');
    }
  }

  #push(timer: Timer): void {
    const heap = this.#timers;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (!this.#swapIfLater(up, at)) return;
      at = up;
    }
  }

  #pop(): void {
    const heap = this.#timers;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= heap.length) return;
      const right = left + 1;
      const child = right < heap.length && this.#isLater(left, right) ? right : left;
      if (!this.#swapIfLater(at, child)) return;
      at = child;
    }
  }

  #swapIfLater(a: number, b: number): boolean {
    const [first, second] = [this.#timers[a], this.#timers[b]];
    if (first === undefined || second === undefined || !this.#isLater(a, b)) return false;
    this.#timers[a] = second;
    this.#timers[b] = first;
    return true;
  }

  #isLater(a: number, b: number): boolean {
    const [first, second] = [this.#timers[a], this.#timers[b]];
    if (first === undefined || second === undefined) return false;
    return first.at > second.at || (first.at === second.at && first.order > second.order);
  }
}

/** Lets promises and streams of this process run until they wait for time or the network. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
