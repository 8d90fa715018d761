import { askedWait, backoffMs } from '../backoff.ts';
import { isKubeError, KubeError } from '../client/kube-error.ts';
import { type Clock, pause, type Random, systemClock } from '../clock.ts';
import { microTime } from '../lease/micro-time.ts';
import { type Event, events } from '../resources/core.ts';
import type { EventRecorder, EventRecorderOptions, Happening } from './event-recorder.ts';
import { eventOf, seriesKey } from './event-series.ts';

/** A recorder that writes as things happen. */
export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  return new SeriesRecorder(options);
}

/** One Event and how often its happening was seen. */
interface Series {
  readonly key: string;
  event: Event;
  count: number;
  last: number;
  /** The count the server knows; 0 before the Event is made. */
  written: number;
  isQueued: boolean;
}

/** Series remembered; the least recent is forgotten beyond, and its next happening makes a new Event. */
const mostSeries = 4096;
/** A series that goes on is written this often. Milliseconds. */
const seriesWriteMs = 10_000;
const attempts = 4;
const backoff = { firstMs: 500, longestMs: 10_000 };

class SeriesRecorder implements EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  /** By key; most recent last. */
  readonly #series = new Map<string, Series>();
  #queue: Series[] = [];
  /** Series that go on, each with what cancels its next write. */
  readonly #later = new Map<Series, () => void>();
  #dropped = 0;
  #serial = 0;
  #tokens: number;
  #refilledAt: number;
  #isWriting = false;
  #hurry = new AbortController();
  #flushed: (() => void)[] = [];

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#tokens = options.burst ?? 25;
    this.#refilledAt = this.#clock.now();
  }

  get dropped(): number {
    return this.#dropped;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  record(happening: Happening): void {
    try {
      this.#note(happening);
    } catch (error) {
      this.#lose(error);
    }
  }

  async flush(ms = 5_000): Promise<void> {
    for (const [series, cancel] of this.#later) {
      cancel();
      this.#enqueue(series);
    }
    this.#later.clear();
    if (!this.#isWriting && this.#queue.length === 0) return;
    this.#hurry.abort();
    const done = new AbortController();
    this.#flushed.push(() => done.abort());
    await pause(this.#clock, ms, done.signal);
  }

  #note(happening: Happening): void {
    const now = this.#clock.now();
    const key = seriesKey(happening);
    const before = this.#series.get(key);
    if (before !== undefined && now - before.last < (this.#options.seriesMs ?? 360_000)) {
      before.count += 1;
      before.last = now;
      this.#series.delete(key);
      this.#series.set(key, before);
      if (!before.isQueued) this.#enqueueLater(before);
      return;
    }
    this.#serial = (this.#serial + 1) % 0x1_0000;
    // By the time, by the order within one moment, and by chance, for there may be other processes.
    const unique = `${Math.floor(now).toString(16)}${this.#serial.toString(16).padStart(4, '0')}${this.#randomHex()}`;
    const series: Series = {
      key,
      event: eventOf(happening, this.#options, now, unique),
      count: 1,
      last: now,
      written: 0,
      isQueued: true,
    };
    this.#series.set(key, series);
    for (const oldest of this.#series.keys()) {
      if (this.#series.size <= mostSeries) break;
      this.#series.delete(oldest);
    }
    this.#enqueue(series);
  }

  #enqueueLater(series: Series): void {
    series.isQueued = true;
    const cancel = this.#clock.after(seriesWriteMs, () => {
      this.#later.delete(series);
      this.#enqueue(series);
    });
    this.#later.set(series, cancel);
  }

  #enqueue(series: Series): void {
    this.#queue.push(series);
    if (this.#queue.length > (this.#options.capacity ?? 1000)) {
      const lost = this.#queue.shift();
      if (lost !== undefined) {
        lost.isQueued = false;
        this.#series.delete(lost.key);
        this.#dropped += 1;
      }
    }
    if (this.#isWriting) return;
    this.#isWriting = true;
    this.#writeAll().catch((error: unknown) => this.#lose(error));
  }

  async #writeAll(): Promise<void> {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      await this.#token();
      next.isQueued = false;
      await this.#write(next);
    }
    this.#isWriting = false;
    this.#hurry = new AbortController();
    const waiting = this.#flushed;
    this.#flushed = [];
    for (const resolve of waiting) resolve();
  }

  async #write(series: Series): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#send(series);
        return;
      } catch (error) {
        // Already there: the answer to an earlier attempt was lost.
        if (isKubeError(error, 'AlreadyExists')) {
          series.written = Math.max(series.written, 1);
          return;
        }
        if (!(error instanceof KubeError && error.retryable) || attempt >= attempts) {
          this.#series.delete(series.key);
          this.#lose(error);
          return;
        }
        const ms = Math.max(askedWait(error), backoffMs(attempt, backoff, this.#random));
        await pause(this.#clock, ms, this.#hurry.signal);
      }
    }
  }

  async #send(series: Series): Promise<void> {
    const { client } = this.#options;
    const { count } = series;
    const state = { count, lastObservedTime: microTime(series.last) };
    if (series.written === 0) {
      await client.create(events, count > 1 ? { ...series.event, series: state } : series.event);
    } else if (count > series.written) {
      const { namespace = 'default', name = '' } = series.event.metadata;
      try {
        await client.patch(events, { namespace, name }, { series: state });
      } catch (error) {
        if (!isKubeError(error, 404)) throw error;
        // Events live for an hour. The happening goes on: under a new Event.
        const fresh = { ...series.event.metadata, name: `${name.slice(0, 230)}.${this.#randomHex()}` };
        series.event = { ...series.event, metadata: fresh };
        await client.create(events, { ...series.event, series: state });
      }
    }
    series.written = count;
  }

  /** Waits for the right to write once. */
  async #token(): Promise<void> {
    const { perSecond = 5, burst = 25 } = this.#options;
    for (;;) {
      const now = this.#clock.now();
      this.#tokens = Math.min(burst, this.#tokens + ((now - this.#refilledAt) / 1000) * perSecond);
      this.#refilledAt = now;
      if (this.#tokens >= 1 || this.#hurry.signal.aborted) {
        this.#tokens = Math.max(0, this.#tokens - 1);
        return;
      }
      await pause(this.#clock, Math.ceil(((1 - this.#tokens) / perSecond) * 1000), this.#hurry.signal);
    }
  }

  #randomHex(): string {
    return Math.floor(this.#random() * 0x1_0000)
      .toString(16)
      .padStart(4, '0');
  }

  #lose(error: unknown): void {
    this.#dropped += 1;
    try {
      this.#options.onError?.(error);
    } catch {
      // The handler of errors has failed: there is nobody left to tell.
    }
  }
}
