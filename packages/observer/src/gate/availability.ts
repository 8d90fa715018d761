import { type Clock, pause } from '@assay/kube';
import {
  afterAnswer,
  type Breaker,
  type BreakerRules,
  beforeProbe,
  closedBreaker,
  letsThrough,
  mayProbe,
} from './breaker.ts';

export interface AvailabilityOptions {
  /** Whether the endpoint says it is well. A throw counts as no. */
  readonly probe: (signal: AbortSignal) => Promise<boolean>;
  readonly periodMs: number;
  readonly rules: BreakerRules;
  readonly clock: Clock;
  readonly onChange?: (breaker: Breaker) => void;
}

/** Keeps asking the endpoint how it is, and holds senders back while it is not. */
export class Availability {
  readonly #options: AvailabilityOptions;
  #breaker: Breaker = closedBreaker;
  /** Until the first good answer nothing is let through either. */
  #wasWell = false;
  #waiting: (() => void)[] = [];

  constructor(options: AvailabilityOptions) {
    this.#options = options;
  }

  get isAvailable(): boolean {
    return this.#wasWell && letsThrough(this.#breaker);
  }

  get state(): Breaker['state'] {
    return this.#breaker.state;
  }

  /** Asks until the signal fires. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { clock, rules } = this.#options;
      if (mayProbe(this.#breaker, rules, clock.now())) {
        this.#set(beforeProbe(this.#breaker, rules, clock.now()));
        this.answered(await this.#options.probe(signal).catch(() => false));
      }
      await pause(clock, this.#options.periodMs, signal);
    }
    this.#wake();
  }

  /** What came of a probe, or of sending an event. */
  answered(ok: boolean): void {
    this.#wasWell ||= ok;
    this.#set(afterAnswer(this.#breaker, ok, this.#options.rules, this.#options.clock.now()));
    if (this.isAvailable) this.#wake();
  }

  /** Resolves once events may be sent, or when the signal fires. */
  async untilAvailable(signal: AbortSignal): Promise<void> {
    while (!this.isAvailable && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  #set(breaker: Breaker): void {
    const changed = breaker.state !== this.#breaker.state;
    this.#breaker = breaker;
    if (changed) this.#options.onChange?.(breaker);
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }
}
