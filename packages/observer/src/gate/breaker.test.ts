import { describe, expect, it } from 'vitest';
import { afterAnswer, beforeProbe, closedBreaker, letsThrough, mayProbe } from './breaker.ts';

const rules = { failuresToOpen: 3, openForMs: 1000 };
const after = (answers: readonly boolean[], now = 0) =>
  answers.reduce((breaker, ok) => afterAnswer(breaker, ok, rules, now), closedBreaker);

// spec/amr.md §2.3: closed, open, half-open; while open no events are sent.
describe('the breaker', () => {
  it.each([
    ['stays closed while answers are good', [true, true], 'closed'],
    ['bears failures that are not in a row', [false, false, true, false, false], 'closed'],
    ['opens after three failures in a row', [false, false, false], 'open'],
  ] as const)('%s', (_what, answers, state) => {
    expect(after(answers).state).toBe(state);
    expect(letsThrough(after(answers))).toBe(state === 'closed');
  });

  it('asks nobody while it is open, and one probe when it was open long enough', () => {
    const open = after([false, false, false], 5000);
    expect(mayProbe(open, rules, 5999)).toBe(false);
    expect(mayProbe(open, rules, 6000)).toBe(true);
    const half = beforeProbe(open, rules, 6000);
    expect(half.state).toBe('half-open');
    expect(letsThrough(half)).toBe(false);
    expect(afterAnswer(half, true, rules, 6000)).toEqual(closedBreaker);
    expect(afterAnswer(half, false, rules, 6000)).toMatchObject({ state: 'open', openedAt: 6000 });
  });
});
