import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linesOf } from './lines.ts';

async function* pieces(all: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* all;
}

async function read(all: readonly Uint8Array[], limit?: number): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(pieces(all), limit)) lines.push(line);
  return lines;
}

describe('lines', () => {
  it('are the same wherever the bytes are cut', async () => {
    const line = fc.string({ unit: 'binary', minLength: 1 }).map((text) => `x${text.replaceAll('\n', '')}`);
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.integer({ min: 1, max: 9 }), async (lines, size) => {
        const bytes = Buffer.from(lines.map((one) => `${one}\n`).join(''));
        const cut: Uint8Array[] = [];
        for (let at = 0; at < bytes.length; at += size) cut.push(bytes.subarray(at, at + size));
        expect(await read(cut)).toEqual(lines.map((one) => Buffer.from(one).toString()));
      }),
      { numRuns: 100 },
    );
  });

  it('need no line feed at the end, and none is empty', async () => {
    expect(await read([Buffer.from('a\n\n\r\nb')])).toEqual(['a', 'b']);
  });

  it('have a limit, also when they never end', async () => {
    const endless = Array.from({ length: 20 }, () => Buffer.alloc(10, 'x'));
    await expect(read(endless, 100)).rejects.toMatchObject({ code: 'KUBE_PROTOCOL', reason: 'TooLong' });
  });
});
