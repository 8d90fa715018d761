/**
 * A circuit breaker as a value: no clock, no I/O. Closed lets everything through; after some failures in a row it opens and lets nothing through;
 * after a while one probe decides (half-open). Source: spec/amr.md §2.3.
 */
export interface Breaker {
  readonly state: 'closed' | 'open' | 'half-open';
  /** Failures in a row. */
  readonly failures: number;
  /** When it was opened, milliseconds since the epoch. */
  readonly openedAt: number;
}

export interface BreakerRules {
  readonly failuresToOpen: number;
  readonly openForMs: number;
}

export const closedBreaker: Breaker = { state: 'closed', failures: 0, openedAt: 0 };

/** Whether events may be sent now. */
export function letsThrough(breaker: Breaker): boolean {
  return breaker.state === 'closed';
}

/** Whether the endpoint may be asked how it is. */
export function mayProbe(breaker: Breaker, rules: BreakerRules, now: number): boolean {
  return breaker.state !== 'open' || now - breaker.openedAt >= rules.openForMs;
}

/** The breaker before a probe: one that was open long enough is half-open. */
export function beforeProbe(breaker: Breaker, rules: BreakerRules, now: number): Breaker {
  return breaker.state === 'open' && mayProbe(breaker, rules, now) ? { ...breaker, state: 'half-open' } : breaker;
}

/** The breaker after an answer: of a probe, or of an event that was sent. */
export function afterAnswer(breaker: Breaker, ok: boolean, rules: BreakerRules, now: number): Breaker {
  if (ok) return closedBreaker;
  const failures = breaker.failures + 1;
  const opens = breaker.state === 'half-open' || failures >= rules.failuresToOpen;
  return opens ? { state: 'open', failures, openedAt: now } : { ...breaker, failures };
}
