import { randomBytes } from 'node:crypto';
import { constants, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ZstdFrames } from './zstd-frames.ts';

function split(bytes: Buffer, piece: number): Uint8Array[] {
  const frames = new ZstdFrames();
  const out: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += piece) out.push(...frames.split(bytes.subarray(at, at + piece)));
  return out;
}

describe('zstd frames', () => {
  // Sizes around which RFC 8878 section 3.1.1.1 changes the length of the header, and several blocks; with and without checksum.
  const frames = [0, 1, 255, 256, 65_791, 65_792, 400_000].flatMap((size) =>
    [0, 1].map((checksum) => {
      const content = size === 400_000 ? Buffer.alloc(size, 'a') : randomBytes(size);
      return zstdCompressSync(content, { params: { [constants.ZSTD_c_checksumFlag]: checksum } });
    }),
  );
  const skippable = Buffer.from([0x5f, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 1, 2]);
  const all = [skippable, ...frames, skippable];

  it('are cut where they end', () => {
    expect(split(Buffer.concat(all), 10_000_000).map(({ length }) => length)).toEqual(all.map(({ length }) => length));
  });

  it.each([1, 3, 1000])('are cut there in pieces of %i bytes too, and no byte is lost', (piece) => {
    const bytes = Buffer.concat(all);
    const ends = new Set<number>();
    let at = 0;
    const pieces = split(bytes, piece);
    for (const { length } of pieces) {
      at += length;
      ends.add(at);
    }
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
    let end = 0;
    for (const { length } of all) {
      end += length;
      expect(ends.has(end)).toBe(true);
    }
  });

  it('that are none pass through whole', () => {
    const bytes = Buffer.from('not a frame at all');
    expect(Buffer.concat(split(bytes, 5)).equals(bytes)).toBe(true);
  });
});
