import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../virtual-clock.ts';
import { KubeError } from './kube-error.ts';
import { retry } from './retry.ts';

const busy = (retryAfter?: number): KubeError =>
  new KubeError('KUBE_BUSY', 'later', { status: 503, reason: 'x', retryable: true, retryAfter });

describe('a call that is repeated', () => {
  it('waits longer each time, and at least as long as the server asks', async () => {
    const clock = new VirtualClock(0);
    const at: number[] = [];
    const failures = [busy(), busy(9_000)];
    const work = retry(
      async () => {
        at.push(clock.now());
        const failure = failures.shift();
        if (failure !== undefined) throw failure;
        return 'done';
      },
      { clock, random: () => 0.5 },
    );
    await clock.advance(60_000);
    expect(await work).toBe('done');
    expect(at).toEqual([0, 150, 9_150]);
  });

  it('is given up after its attempts, with the last failure', async () => {
    const clock = new VirtualClock(0);
    let calls = 0;
    const work = retry(
      () => {
        calls += 1;
        return Promise.reject(busy());
      },
      { clock, attempts: 3 },
    );
    const failed = expect(work).rejects.toMatchObject({ status: 503 });
    await clock.advance(60_000);
    await failed;
    expect(calls).toBe(3);
  });

  it.each([
    ['a conflict', new KubeError('KUBE_CONFLICT', 'x', { status: 409, reason: 'Conflict', retryable: true })],
    ['a refusal', new KubeError('KUBE_INVALID', 'x', { status: 422, reason: 'Invalid', retryable: false })],
    ['a defect', new TypeError('x')],
  ])('is not repeated after %s', async (_what, failure) => {
    let calls = 0;
    const work = retry(() => {
      calls += 1;
      return Promise.reject(failure);
    });
    await expect(work).rejects.toBe(failure);
    expect(calls).toBe(1);
  });

  it('is not repeated when its signal fires', async () => {
    const clock = new VirtualClock(0);
    const stop = new AbortController();
    const work = retry(() => Promise.reject(busy()), { clock, signal: stop.signal });
    const failed = expect(work).rejects.toMatchObject({ status: 503 });
    await clock.advance(10);
    stop.abort();
    await failed;
  });
});
