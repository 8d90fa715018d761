import { describe, expect, it } from 'vitest';
import { collectBytes } from './collect-bytes.ts';

describe('reading all bytes of an input', () => {
  it('joins what comes in pieces', async () => {
    async function* pieces() {
      yield Buffer.from('{"a"');
      yield Buffer.alloc(0);
      yield Buffer.from(':1}');
    }
    expect(Buffer.from(await collectBytes(pieces())).toString()).toBe('{"a":1}');
  });

  it('stops an endless input at the limit, and reads no further', async () => {
    let given = 0;
    let closed = false;
    async function* endless() {
      try {
        for (;;) {
          given += 1000;
          yield Buffer.alloc(1000, 0x20);
        }
      } finally {
        closed = true;
      }
    }
    await expect(collectBytes(endless(), { maxBytes: 10_000 })).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    expect(given).toBe(11_000);
    expect(closed).toBe(true);
  });

  it('refuses bytes beyond the limit', async () => {
    await expect(collectBytes(Buffer.alloc(11), { maxBytes: 10 })).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });

  it('stops when asked to', async () => {
    const controller = new AbortController();
    async function* slow() {
      yield Buffer.from('{');
      controller.abort();
      yield Buffer.from('}');
    }
    await expect(collectBytes(slow(), { signal: controller.signal })).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});
