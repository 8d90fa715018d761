import { describe, expect, it } from 'vitest';
import { untilAborted } from './until-aborted.ts';

describe('items until a signal', () => {
  it('come through, and end', async () => {
    async function* two(): AsyncGenerator<number> {
      yield 1;
      yield 2;
    }
    const seen: number[] = [];
    for await (const item of untilAborted(two(), new AbortController().signal)) seen.push(item);
    expect(seen).toEqual([1, 2]);
  });

  it('end at once when it fires, though the source hangs', async () => {
    const stop = new AbortController();
    async function* hanging(): AsyncGenerator<number> {
      yield 1;
      await new Promise(() => undefined);
    }
    const seen: number[] = [];
    const reading = (async () => {
      for await (const item of untilAborted(hanging(), stop.signal)) {
        seen.push(item);
        setImmediate(() => stop.abort(new Error('enough')));
      }
    })();
    await expect(reading).rejects.toThrow('enough');
    expect(seen).toEqual([1]);
  });

  it('do not come after it fired', async () => {
    const source = untilAborted(
      (async function* one(): AsyncGenerator<number> {
        yield 1;
      })(),
      AbortSignal.abort(new Error('before')),
    );
    await expect(source.next()).rejects.toThrow('before');
  });

  it('close the source when the reader leaves', async () => {
    let isClosed = false;
    async function* source(): AsyncGenerator<number> {
      try {
        for (let i = 0; ; i += 1) yield i;
      } finally {
        isClosed = true;
      }
    }
    for await (const _item of untilAborted(source(), new AbortController().signal)) break;
    await new Promise((resolve) => setImmediate(resolve));
    expect(isClosed).toBe(true);
  });
});
