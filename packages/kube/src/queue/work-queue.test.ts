import { describe, expect, it } from 'vitest';
import { KubeError } from '../client/kube-error.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { createWorkQueue } from './create-work-queue.ts';
import type { Outcome, WorkQueueOptions } from './work-queue.ts';

const done: Outcome = { done: true };

/** A queue whose work is held until the test lets it go. */
function held(options: Partial<WorkQueueOptions> = {}) {
  const clock = new VirtualClock(0);
  const started: string[] = [];
  const running = new Map<string, { end: (outcome: Outcome) => void; fail: (error: unknown) => void }>();
  const queue = createWorkQueue({
    clock,
    random: () => 0.5,
    ...options,
    work: (key) => {
      started.push(key);
      return new Promise<Outcome>((end, fail) => running.set(key, { end, fail }));
    },
  });
  const end = async (key: string, outcome: Outcome = done): Promise<void> => {
    running.get(key)?.end(outcome);
    await clock.advance(0);
  };
  const fail = async (key: string, error: unknown): Promise<void> => {
    running.get(key)?.fail(error);
    await clock.advance(0);
  };
  return { clock, queue, started, end, fail };
}

describe('the work queue', () => {
  it('works once on a key that was added many times', async () => {
    const { clock, queue, started, end } = held();
    for (let i = 0; i < 5; i += 1) queue.add('a/x');
    await clock.advance(0);
    await end('a/x');
    expect(started).toEqual(['a/x']);
    expect(queue.stats).toEqual({ ready: 0, delayed: 0, inFlight: 0, oldestMs: 0 });
  });

  it('never works twice at once on a key, and once more on one that was added meanwhile', async () => {
    const { clock, queue, started, end } = held();
    queue.add('a/x');
    await clock.advance(0);
    queue.add('a/x');
    queue.add('a/x');
    await clock.advance(0);
    expect(started).toEqual(['a/x']);
    await end('a/x');
    expect(started).toEqual(['a/x', 'a/x']);
    await end('a/x');
    expect(started).toHaveLength(2);
  });

  it('does no work inside add', () => {
    const { queue, started } = held();
    queue.add('a/x');
    expect(started).toEqual([]);
  });

  it('works on no more keys at once than it may', async () => {
    const { clock, queue, started, end } = held({ concurrency: 2 });
    for (const name of ['1', '2', '3']) queue.add(`a/${name}`);
    await clock.advance(0);
    expect(started).toEqual(['a/1', 'a/2']);
    expect(queue.stats).toMatchObject({ ready: 1, inFlight: 2 });
    await end('a/1');
    expect(started).toEqual(['a/1', 'a/2', 'a/3']);
  });

  it('lets namespaces take turns, first come first served inside each', async () => {
    const { clock, queue, started, end } = held({ concurrency: 1 });
    for (const key of ['a/1', 'a/2', 'a/3', 'b/1', 'b/2', 'c/1']) queue.add(key);
    await clock.advance(0);
    for (let i = 0; i < 6; i += 1) await end(started.at(-1) ?? '');
    expect(started).toEqual(['a/1', 'b/1', 'c/1', 'a/2', 'b/2', 'a/3']);
  });

  it('takes higher priorities first, and raises a key that waits', async () => {
    const { clock, queue, started, end } = held({ concurrency: 1 });
    queue.add('a/low');
    queue.add('a/raised');
    queue.add('b/high', { priority: 5 });
    queue.add('a/raised', { priority: 9 });
    queue.add('a/raised', { priority: 1 });
    await clock.advance(0);
    for (let i = 0; i < 3; i += 1) await end(started.at(-1) ?? '');
    expect(started).toEqual(['a/raised', 'b/high', 'a/low']);
  });

  it('waits for the time that was asked for, and keeps an earlier one', async () => {
    const { clock, queue, started } = held();
    queue.addAfter('a/x', 500);
    queue.addAfter('a/x', 900);
    await clock.advance(499);
    expect(started).toEqual([]);
    await clock.advance(1);
    expect(started).toEqual(['a/x']);
    expect(queue.stats.delayed).toBe(0);
  });

  it('moves a later time forward, and works at once on a delayed key that is added', async () => {
    const { clock, queue, started, end } = held();
    queue.addAfter('a/x', 900);
    queue.addAfter('a/x', 100);
    await clock.advance(100);
    expect(started).toEqual(['a/x']);
    await end('a/x');
    queue.addAfter('a/x', 900);
    queue.add('a/x');
    await clock.advance(0);
    await end('a/x');
    await clock.advance(5000);
    expect(started).toHaveLength(2);
  });

  it('works again when the outcome says so', async () => {
    const { clock, queue, started, end } = held();
    queue.add('a/x');
    await clock.advance(0);
    await end('a/x', { done: false, againInMs: 1000 });
    await clock.advance(999);
    expect(started).toHaveLength(1);
    await clock.advance(1);
    expect(started).toHaveLength(2);
  });

  it('waits longer after every failure of a key, and forgets that after a success', async () => {
    const errors: number[] = [];
    const { clock, queue, started, end, fail } = held({
      backoff: { firstMs: 100, longestMs: 1000 },
      onError: (_error, _key, attempt) => errors.push(attempt),
    });
    queue.add('a/x');
    await clock.advance(0);
    // random 0.5: three quarters of 100, 200, 400, 800, 1000, 1000
    for (const wait of [75, 150, 300, 600, 750, 750]) {
      await fail('a/x', new Error('no'));
      const before = started.length;
      await clock.advance(wait - 1);
      expect(started).toHaveLength(before);
      await clock.advance(1);
      expect(started).toHaveLength(before + 1);
    }
    expect(errors).toEqual([1, 2, 3, 4, 5, 6]);
    await end('a/x');
    queue.add('a/x');
    await clock.advance(0);
    await fail('a/x', new Error('no'));
    await clock.advance(75);
    expect(started).toHaveLength(9);
  });

  it('waits as long as the server asked for', async () => {
    const { clock, queue, started, fail } = held();
    queue.add('a/x');
    await clock.advance(0);
    await fail(
      'a/x',
      new KubeError('KUBE_BUSY', 'later', { status: 429, reason: 'x', retryable: true, retryAfter: 7000 }),
    );
    await clock.advance(6999);
    expect(started).toHaveLength(1);
    await clock.advance(1);
    expect(started).toHaveLength(2);
  });

  it('keeps a least time between two starts of a key', async () => {
    const { clock, queue, started, end } = held({ minIntervalMs: 200 });
    queue.add('a/x');
    await clock.advance(0);
    await end('a/x');
    queue.add('a/x');
    await clock.advance(199);
    expect(started).toHaveLength(1);
    await clock.advance(1);
    expect(started).toHaveLength(2);
  });

  it('survives a handler of errors that throws, and work that throws before it begins', async () => {
    const clock = new VirtualClock(0);
    let calls = 0;
    const queue = createWorkQueue({
      clock,
      work: () => {
        calls += 1;
        throw new Error('no promise');
      },
      onError: () => {
        throw new Error('nor here');
      },
    });
    queue.add('a/x');
    queue.add('a/y');
    await clock.advance(50);
    expect(calls).toBe(2);
    await clock.advance(10_000);
    expect(calls).toBeGreaterThan(6);
  });

  it('drains: what is in flight ends, what waits is not begun', async () => {
    const { clock, queue, started, end } = held({ concurrency: 1 });
    queue.add('a/x');
    queue.add('a/y');
    queue.addAfter('a/z', 10);
    await clock.advance(0);
    const drained = queue.drain(1000);
    queue.add('a/late');
    await clock.advance(100);
    await end('a/x');
    expect(await drained).toBe(true);
    await clock.advance(5000);
    expect(started).toEqual(['a/x']);
  });

  it('fires the signals of work that does not end in time', async () => {
    const clock = new VirtualClock(0);
    let signal: AbortSignal | undefined;
    const queue = createWorkQueue({
      clock,
      work: (_key, given) => {
        signal = given;
        return new Promise<Outcome>(() => undefined);
      },
    });
    queue.add('a/x');
    await clock.advance(0);
    const drained = queue.drain(1000);
    await clock.advance(999);
    expect(signal?.aborted).toBe(false);
    await clock.advance(1);
    expect(await drained).toBe(false);
    expect(signal?.aborted).toBe(true);
  });

  it('says when it is idle', async () => {
    const { clock, queue, end } = held();
    await queue.idle();
    queue.add('a/x');
    let isIdle = false;
    const idle = queue.idle().then(() => {
      isIdle = true;
    });
    await clock.advance(10);
    expect(isIdle).toBe(false);
    await end('a/x');
    await idle;
    expect(isIdle).toBe(true);
  });

  it('gives each of two namespaces half, however much one of them asks for', async () => {
    const { clock, queue, started, end } = held({ concurrency: 1 });
    for (let i = 0; i < 100; i += 1) queue.add(`greedy/${i}`);
    for (let i = 0; i < 10; i += 1) queue.add(`modest/${i}`);
    await clock.advance(0);
    for (let i = 0; i < 20; i += 1) await end(started.at(-1) ?? '');
    expect(started.slice(0, 20).filter((key) => key.startsWith('modest'))).toHaveLength(10);
  });
});
