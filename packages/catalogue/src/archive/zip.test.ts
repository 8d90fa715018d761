import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildZip } from '../../test/zip-builder.ts';
import { readZipEntries, readZipEntry, type ZipBudget } from './zip.ts';

const budget = (): ZipBudget => ({ entries: 1000, archives: 10, inflated: 2 ** 20 });

/** Path to text of everything in the archive. */
function contents(bytes: Uint8Array, limit = 2 ** 20): Record<string, string> {
  const left = budget();
  const entries = readZipEntries(bytes, () => true, left);
  return Object.fromEntries(
    entries.map((entry) => [entry.path, Buffer.from(readZipEntry(bytes, entry, limit, left)).toString()]),
  );
}

const code = (name: string) => expect.objectContaining({ code: name });

describe('a zip archive', () => {
  const parts = [
    { path: 'a.txt', data: 'deflated '.repeat(100) },
    { path: 'b/c.txt', data: 'stored', stored: true },
    { path: 'd.txt', data: 'streamed', streamed: true },
  ];
  const expected = { 'a.txt': 'deflated '.repeat(100), 'b/c.txt': 'stored', 'd.txt': 'streamed' };

  it('gives what is in it, deflated, stored, or with its sizes behind the data', () => {
    expect(contents(buildZip(parts))).toEqual(expected);
  });

  it('may have a program in front and a comment behind', () => {
    expect(
      contents(buildZip(parts, { prefix: '#!/bin/sh\nexec java -jar "$0"\n', comment: 'PK\u0005\u0006 as text' })),
    ).toEqual(expected);
  });

  it('may be zip64', () => {
    expect(contents(buildZip(parts, { zip64: true }))).toEqual(expected);
    expect(contents(buildZip(parts, { zip64: true, prefix: 'front' }))).toEqual(expected);
  });

  it('with nothing in it is empty', () => {
    expect(contents(buildZip([]))).toEqual({});
  });

  it('is told by its end, of which the rest of the file is not needed', () => {
    const bytes = buildZip(parts);
    const kept = 250;
    const entries = readZipEntries(bytes.subarray(-kept), () => true, budget(), bytes.length - kept);
    expect(entries.map(({ path, offset }) => [path, bytes.readUInt32LE(offset)])).toEqual(
      parts.map(({ path }) => [path, 0x04034b50]),
    );
  });

  it('whose directory is longer than what was kept is refused', () => {
    const bytes = buildZip(parts);
    expect(() => readZipEntries(bytes.subarray(-60), () => true, budget(), bytes.length - 60)).toThrow(
      code('LIMIT_EXCEEDED'),
    );
  });

  it.each(['', 'PK', 'bogus', '<html></html>', 'x'.repeat(100_000)])('is refused when it is none', (text) => {
    expect(() => contents(Buffer.from(text))).toThrow(code('FILE_UNREADABLE'));
  });

  it('cut anywhere is refused, never a crash', () => {
    const bytes = buildZip(parts);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => contents(bytes.subarray(0, length))).toThrow(code('FILE_UNREADABLE'));
    }
  });

  it('with any byte changed gives an answer or an error of ours', () => {
    const bytes = buildZip(parts, { zip64: true });
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
        const changed = Buffer.from(bytes);
        changed[at] = value;
        try {
          contents(changed);
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^(FILE_UNREADABLE|LIMIT_EXCEEDED)$/) });
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('that lies about a size is refused, either way', () => {
    for (const claimedSize of [3, 1000]) {
      expect(() => contents(buildZip([{ path: 'a', data: 'ten bytes.', claimedSize }]))).toThrow(
        code('FILE_UNREADABLE'),
      );
    }
    expect(() => contents(buildZip([{ path: 'a', data: 'ten bytes.', stored: true, claimedSize: 3 }]))).toThrow(
      /two sizes/,
    );
  });

  it('that is a bomb is refused by what it promises, before anything is decompressed', () => {
    const bomb = buildZip([{ path: 'a', data: Buffer.alloc(8 * 2 ** 20) }]);
    expect(bomb.length).toBeLessThan(20_000);
    expect(() => contents(bomb, 2 ** 30)).toThrow(code('LIMIT_EXCEEDED'));
    expect(() => contents(bomb)).toThrow(code('LIMIT_EXCEEDED'));
    const lying = buildZip([{ path: 'a', data: Buffer.alloc(8 * 2 ** 20), claimedSize: 100 }]);
    expect(() => contents(lying)).toThrow(code('FILE_UNREADABLE'));
  });

  it('that is encrypted or compressed by something else is refused with the entry named', () => {
    expect(() => contents(buildZip([{ path: 'a', data: 'x', encrypted: true }]))).toThrow(/"a" is encrypted/);
    expect(() => contents(buildZip([{ path: 'a', data: 'x', method: 14 }]))).toThrow(/method 14/);
  });

  it('with more entries than may be is refused', () => {
    const many = Array.from({ length: 1001 }, (_, i) => ({ path: `f${i}`, data: '' }));
    expect(() => contents(buildZip(many))).toThrow(code('LIMIT_EXCEEDED'));
  });
});
