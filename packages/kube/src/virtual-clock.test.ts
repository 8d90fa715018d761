import { describe, expect, it } from 'vitest';
import { pause } from './clock.ts';
import { VirtualClock } from './virtual-clock.ts';

describe('the virtual clock', () => {
  it('fires timers in the order of their times, those of one time in the order they were set', async () => {
    const clock = new VirtualClock(0);
    const fired: string[] = [];
    for (const [name, ms] of [
      ['d', 30],
      ['a', 10],
      ['c', 20],
      ['b', 10],
    ] as const) {
      clock.after(ms, () => fired.push(`${name}@${clock.now()}`));
    }
    const cancel = clock.after(15, () => fired.push('cancelled'));
    cancel();
    await clock.advance(20);
    expect(fired).toEqual(['a@10', 'b@10', 'c@20']);
    expect(clock.now()).toBe(20);
    await clock.advance(100);
    expect(fired.at(-1)).toBe('d@30');
  });

  it('fires a thousand timers sorted', async () => {
    const clock = new VirtualClock(0);
    const fired: number[] = [];
    for (let i = 0; i < 1000; i += 1) {
      const ms = (i * 7919) % 1009;
      clock.after(ms, () => fired.push(ms));
    }
    await clock.advance(2000);
    expect(fired).toEqual([...fired].sort((a, b) => a - b));
    expect(fired).toHaveLength(1000);
  });

  it('lets a loop of pauses run through', async () => {
    const clock = new VirtualClock(0);
    const at: number[] = [];
    const loop = async (): Promise<void> => {
      for (let i = 0; i < 3; i += 1) {
        await pause(clock, 100);
        at.push(clock.now());
      }
    };
    const running = loop();
    await clock.advance(1000);
    await running;
    expect(at).toEqual([100, 200, 300]);
  });
});

describe('a pause', () => {
  it('ends at once when its signal fires, and takes its timer along', async () => {
    const clock = new VirtualClock(0);
    const controller = new AbortController();
    const pausing = pause(clock, 1000, controller.signal);
    controller.abort();
    await pausing;
    expect(await clock.step()).toBe(false);
    await pause(clock, 1000, controller.signal);
  });
});
