import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toUtf8 } from './to-utf8.ts';

const place = (bytes: Uint8Array): number => {
  try {
    toUtf8(bytes);
    return -1;
  } catch (error) {
    return Number(/at byte (\d+)/.exec(String(error))?.[1]);
  }
};

describe('text as UTF-8', () => {
  it('names the first byte that is none', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 20 }),
        // Source: Unicode 15 §3.9: bytes that are never part of UTF-8, an overlong form, half a surrogate pair, a cut character.
        fc.constantFrom([0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0x80], [0xe2, 0x82]),
        fc.string({ maxLength: 5 }),
        (before, bad, after) => {
          const head = Buffer.from(`a${before.toWellFormed()}`);
          const bytes = Buffer.concat([head, Buffer.from(bad), Buffer.from(after.toWellFormed())]);
          fc.pre(!isUtf8(bytes));
          expect(place(bytes)).toBe(head.length);
        },
      ),
    );
  });

  it('takes off the mark, and counts it in places', () => {
    const mark = Buffer.from([0xef, 0xbb, 0xbf]);
    expect(Buffer.from(toUtf8(Buffer.concat([mark, Buffer.from('é')]))).toString()).toBe('é');
    expect(place(Buffer.concat([mark, Buffer.from([0x61, 0xff])]))).toBe(4);
  });

  it('refuses UTF-16 with half a character', () => {
    expect(() => toUtf8(Buffer.from([0xff, 0xfe, 0x61]))).toThrow(expect.objectContaining({ code: 'SBOM_INVALID' }));
  });
});
