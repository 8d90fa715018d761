import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { constants, createZstdDecompress, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitZstdFrames } from './zstd-frames.ts';

// RFC 8878 §3.1.2: magic 0x184D2A5?, little-endian length, bytes to pass over.
const skippable = (length: number) => {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(0x184d2a57, 0);
  head.writeUInt32LE(length, 4);
  return Buffer.concat([head, Buffer.alloc(length, 0x28)]);
};

function cut(bytes: Uint8Array, length: number): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.byteLength; at += length) pieces.push(bytes.subarray(at, at + length));
  return pieces;
}

async function inflate(pieces: readonly Uint8Array[]): Promise<Buffer> {
  const parts: Buffer[] = [];
  const split = splitZstdFrames(Readable.from(pieces));
  for await (const part of Readable.from(split).pipe(createZstdDecompress())) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

describe('zstd data of several frames', () => {
  it('is read to its end, however it is cut', async () => {
    const kinds = fc.constantFrom('text', 'zeros', 'noise', 'empty', 'skip');
    const frames = fc.array(
      fc.record({ kind: kinds, size: fc.integer({ min: 1, max: 300_000 }), checksum: fc.boolean() }),
      { minLength: 1, maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(frames, fc.integer({ min: 1, max: 400_000 }), async (list, length) => {
        const plain: Buffer[] = [];
        const packed = list.map(({ kind, size, checksum }) => {
          if (kind === 'skip') return skippable(size % 1000);
          const bytes =
            kind === 'noise'
              ? randomBytes(size)
              : kind === 'empty'
                ? Buffer.alloc(0)
                : kind === 'zeros'
                  ? Buffer.alloc(size)
                  : Buffer.alloc(size, `${size} some text; `);
          plain.push(bytes);
          return zstdCompressSync(bytes, {
            params: { [constants.ZSTD_c_checksumFlag]: checksum ? 1 : 0, [constants.ZSTD_c_contentSizeFlag]: size % 2 },
          });
        });
        // One byte at a time only where that is quick.
        const all = Buffer.concat(packed);
        const pieces = cut(all, Math.max(length, Math.ceil(all.byteLength / 2000)));
        expect((await inflate(pieces)).equals(Buffer.concat(plain))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('is read when it comes a byte at a time', async () => {
    const bytes = Buffer.concat([skippable(3), zstdCompressSync('hello '), skippable(0), zstdCompressSync('world')]);
    expect((await inflate(cut(bytes, 1))).toString()).toBe('hello world');
  });

  it('that ends in something else is left to the decoder to judge', async () => {
    await expect(
      inflate([Buffer.concat([zstdCompressSync('hello'), Buffer.from('something else')])]),
    ).rejects.toThrow();
    const whole = zstdCompressSync('hello');
    await expect(inflate([Buffer.concat([whole, whole.subarray(0, 8)])])).rejects.toThrow();
  });

  it('is handed on byte for byte', async () => {
    const bytes = randomBytes(10_000);
    const parts: Uint8Array[] = [];
    for await (const part of splitZstdFrames(Readable.from(cut(bytes, 999)))) parts.push(part);
    expect(Buffer.concat(parts).equals(bytes)).toBe(true);
  });
});
