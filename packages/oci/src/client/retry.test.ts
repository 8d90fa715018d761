import { AssayError } from '@assay/contract';
import { describe, expect, it } from 'vitest';
import { backoff, boundRetries, findRetryAfter, Transient, withRetries } from './retry.ts';

const busy = new AssayError('REGISTRY_BUSY', 'busy');

describe('trying again', () => {
  // RFC 9110 §10.2.3: a number of seconds or a date.
  it.each([
    ['120', 120_000],
    ['0', 0],
    [' 5 ', 5_000],
    ['Wed, 25 Nov 2026 12:00:10 GMT', 10_000],
    ['Wed, 25 Nov 2026 11:00:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('after %j waits %s ms', (header, wait) => {
    expect(findRetryAfter(header, Date.UTC(2026, 10, 25, 12))).toBe(wait);
  });

  it.each([
    [0, 0],
    [3, 3],
    [2.9, 2],
    [-1, 0],
    [Number.NaN, 0],
    [Number.POSITIVE_INFINITY, 100],
  ])('%s times is %s times', (asked, given) => {
    expect(boundRetries(asked)).toBe(given);
  });

  it('waits longer each time, up to a bound', () => {
    expect(backoff(0)).toBeLessThan(400);
    expect(backoff(3)).toBeGreaterThan(1_000);
    expect(backoff(50)).toBeLessThanOrEqual(10_000);
  });

  it('ends even after many attempts, with the last failure in words', async () => {
    let attempts = 0;
    const clock = { now: () => 0, sleep: () => Promise.resolve() };
    const work = withRetries(20, clock, undefined, ({ isLast }) => {
      attempts += 1;
      expect(isLast).toBe(attempts === 21);
      return Promise.reject(new Transient(busy));
    });
    await expect(work).rejects.toBe(busy);
    expect(attempts).toBe(21);
  });
});
