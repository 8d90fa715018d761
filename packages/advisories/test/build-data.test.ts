import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashKey } from '../src/data/format.ts';
import { type BuildOptions, buildData, buildStarterData, dataStatus, openData } from '../src/index.ts';
import { makeZip, record } from './make-zip.ts';

let folder = '';
let output = '';
const now = new Date('2024-06-01T00:00:00Z');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'assay-build-'));
  output = join(folder, 'out', 'data.db');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(path: string, content: string | Uint8Array): string {
  const whole = join(folder, path);
  mkdirSync(join(whole, '..'), { recursive: true });
  writeFileSync(whole, content);
  return whole;
}

const build = (sources: readonly string[], more: Partial<BuildOptions> = {}) =>
  buildData(sources, output, { now, ...more });
function replaceByFolder(): void {
  rmSync(output);
  mkdirSync(output);
}

const leftovers = (): string[] => readdirSync(join(folder, 'out')).filter((name) => name !== 'data.db');

describe('data built from OSV records', () => {
  it('answers by name, and takes folders, archives and files alike', async () => {
    put('in/npm/all.zip', makeZip({ 'A.json': record('A', 'a', '1.0.0') }));
    put('in/deep/er/B.json', record('B', 'b', '2.0.0'));
    put('in/README.md', 'not a record');
    const lines = put('c.jsonl', `${record('C', 'c', '3.0.0')}\n\n${record('D', 'c', '3.1.0')}\n`);
    const { version, rejected } = await build([join(folder, 'in'), lines]);
    expect(rejected).toEqual([]);
    expect(version).toMatchObject({ kind: 'full', records: 4, asOf: '2024-01-01T00:00:00.000Z' });
    const data = openData(output);
    const ids = (name: string): string[] =>
      data.affected(`nnpm\0${name}`).map(({ record: place }) => data.record(place).id);
    expect([ids('a'), ids('b'), ids('c'), ids('d')]).toEqual([['A'], ['B'], ['C', 'D'], []]);
    data.close();
    expect(leftovers()).toEqual([]);
  });

  it('is the same, byte for byte, in whichever order the records come', async () => {
    const [a, b, c] = [
      record('A', 'x', '1.0.0'),
      record('B', 'x', '2.0.0', { aliases: ['CVE-2020-1'] }),
      record('C', 'y', '1.0.0'),
    ];
    await build([put('1.jsonl', [a, b, c].join('\n'))]);
    const first = readFileSync(output);
    await build([put('2/C.json', c), put('2.jsonl', [b, a].join('\n'))]);
    expect(readFileSync(output).equals(first)).toBe(true);
  });

  it('keeps of two records with one id the one changed last, and none that was withdrawn', async () => {
    const withdrawn = { withdrawn: '2024-02-01T00:00:00Z', modified: '2024-02-01T00:00:00Z' };
    await build([
      put('a.jsonl', [record('A', 'a', '1.0.0'), record('B', 'b', '1.0.0')].join('\n')),
      put(
        'b.jsonl',
        [record('A', 'a', '2.0.0', { modified: '2024-03-01T00:00:00Z' }), record('B', 'b', '1.0.0', withdrawn)].join(
          '\n',
        ),
      ),
    ]);
    const data = openData(output);
    expect(data.affected('nnpm\0a').map(({ ranges }) => ranges)).toEqual([[['i0', 'f2.0.0']]]);
    expect(data.affected('nnpm\0b')).toEqual([]);
    expect(data.version.records).toBe(1);
    data.close();
  });

  it('counts what is no record, and goes on', async () => {
    const { rejected, version } = await build([
      put(
        'in.zip',
        makeZip({
          'A.json': record('A', 'a', '1.0.0'),
          'bad.json': '{"id":',
          'deep.json': `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
          'long.json': JSON.stringify({ id: 'x'.repeat(10_000_000) }),
        }),
      ),
    ]);
    expect(version.records).toBe(1);
    expect(rejected.map(({ at, why }) => [at.split('!')[1], why])).toEqual([
      ['bad.json', 'is not JSON'],
      ['deep.json#/0', 'not a JSON object'],
      ['long.json', 'its id has 10000000 characters, at most 256 are allowed'],
    ]);
  });

  it('does not unpack a file larger than any record', async () => {
    const { rejected } = await build([
      put('in.zip', makeZip({ 'A.json': record('A', 'a', '1'), 'bomb.json': ' '.repeat(40 * 1024 * 1024) })),
    ]);
    expect(rejected).toMatchObject([{ why: 'has 41943040 bytes, at most 33554432 are read' }]);
  });

  it('refuses an archive that is cut off, names it and the place, and leaves the old data alone', async () => {
    await build([put('a.json', record('A', 'a', '1.0.0'))]);
    const before = readFileSync(output);
    const zip = put(
      'npm/all.zip',
      makeZip({ 'A.json': record('A', 'a', '9.0.0'), 'B.json': record('B', 'b', '9.0.0') }),
    );
    truncateSync(zip, 200);
    await expect(build([zip])).rejects.toMatchObject({
      code: 'ADVISORY_INVALID',
      detail: expect.stringMatching(/npm\/all\.zip: it is cut off: .* byte 200/),
    });
    expect(readFileSync(output).equals(before)).toBe(true);
    expect(leftovers()).toEqual([]);
  });

  it('refuses an archive whose bytes are not those of its checksums', async () => {
    const bytes = makeZip({ 'A.json': record('A', 'a', '9.0.0') });
    bytes.writeUInt8((bytes[60] ?? 0) ^ 0xff, 60);
    await expect(build([put('a.zip', bytes)])).rejects.toMatchObject({ code: 'ADVISORY_INVALID' });
  });

  it('answers an archive with any byte changed by data or by one of our errors', async () => {
    const bytes = makeZip({ 'A.json': record('A', 'a', '1.0.0'), 'B.json': record('B', 'b', '1.0.0') });
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const damaged = Buffer.from(bytes);
        damaged[at] = (damaged[at] ?? 0) ^ flip;
        const outcome = await build([put('damaged.zip', damaged)]).catch((error: unknown) => error);
        if (outcome instanceof Error)
          expect(outcome).toMatchObject({ code: expect.stringMatching(/^(?:ADVISORY_INVALID|LIMIT_EXCEEDED)$/) });
        expect(leftovers()).toEqual([]);
      }),
      { numRuns: 120 },
    );
  });

  it('follows links to files, not to folders', async () => {
    put('elsewhere/A.json', record('A', 'a', '1'));
    mkdirSync(join(folder, 'in'));
    symlinkSync(join(folder, 'elsewhere/A.json'), join(folder, 'in/A.json'));
    symlinkSync(join(folder, 'in'), join(folder, 'in/round.json'));
    expect((await build([join(folder, 'in')])).version.records).toBe(1);
  });

  it.each([
    ['no such source', () => join(folder, 'nowhere'), 'FILE_NOT_FOUND'],
    ['a folder without records', () => join(put('empty/README', ''), '..'), 'ADVISORY_INVALID'],
    ['a file that only looks like an archive', () => put('a.zip', 'hello'), 'ADVISORY_INVALID'],
    ['JSON of something else', () => put('a.json', '{"hello": 1}'), 'ADVISORY_INVALID'],
  ])('refuses %s', async (_, source, code) => {
    await expect(build([source()])).rejects.toMatchObject({ code });
    expect(leftovers()).toEqual([]);
  });

  it('stops when told, and leaves nothing', async () => {
    const source = put('a.jsonl', Array.from({ length: 2000 }, (_, i) => record(`A-${i}`, 'a', '1')).join('\n'));
    const stop = new AbortController();
    const building = build([source], { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(building).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(leftovers()).toEqual([]);
  });

  it('is written by one process after the other', async () => {
    const sources = [put('a.json', record('A', 'a', '1')), put('b.json', record('B', 'b', '1'))];
    await Promise.all([...sources, ...sources].map((source) => build([source])));
    expect(dataStatus(output, now).version.records).toBe(1);
    expect(leftovers()).toEqual([]);
  });

  it('is not kept from being written by the lock and the leftovers of a process that died', async () => {
    put('out/data.db.lock', `999999999 ${(await import('node:os')).hostname()} x`);
    put('out/.data.db.999999999.abcd.tmp', 'half');
    await build([put('a.json', record('A', 'a', '1'))]);
    expect(leftovers()).toEqual([]);
  });

  it('does not take the future for news', async () => {
    const { version } = await build([
      put('a.jsonl', [record('A', 'a', '1'), record('B', 'b', '1', { modified: '2999-01-01T00:00:00Z' })].join('\n')),
    ]);
    expect(version.asOf).toBe('2024-01-01T00:00:00.000Z');
    expect(dataStatus(output, now).ageDays).toBe(152);
  });

  it('finds names that crowd one page of the index', async () => {
    // Forty names make two pages; all of these belong to the second, which holds thirty-one.
    const crowd = Array.from({ length: 1000 }, (_, i) => `p${i}`)
      .filter((name) => hashKey(`nnpm\0${name}`).high >= 2 ** 31)
      .slice(0, 40);
    await build([put('a.jsonl', crowd.map((name) => record(`A-${name}`, name, '1.0.0')).join('\n'))]);
    const data = openData(output);
    expect(crowd.filter((name) => data.affected(`nnpm\0${name}`).length === 1)).toHaveLength(40);
    expect(data.affected('nnpm\0other')).toEqual([]);
    data.close();
  });

  it('keeps of listed versions those that no range covers', async () => {
    const affected = [
      {
        package: { ecosystem: 'npm', name: 'a' },
        ranges: [{ type: 'SEMVER', events: [{ introduced: '1.0.0' }, { fixed: '2.0.0' }] }],
        versions: ['1.0.0', '1.5.0', '2.0.0', 'odd!'],
      },
    ];
    await build([put('a.json', record('A', 'a', '1', { affected }))]);
    const data = openData(output);
    expect(data.affected('nnpm\0a').map(({ versions }) => versions)).toEqual([['2.0.0', 'odd!']]);
    data.close();
  });

  it('finds every one of thousands of names, and no other', async () => {
    const names = Array.from({ length: 5000 }, (_, i) => `package-${i}`);
    await build([put('a.jsonl', names.map((name, i) => record(`A-${i}`, name, `${i}.0.0`)).join('\n'))]);
    const data = openData(output);
    for (const [i, name] of names.entries())
      expect(data.affected(`nnpm\0${name}`)[0]?.ranges).toEqual([['i0', `f${i}.0.0`]]);
    for (const [i] of names.entries()) expect(data.affected(`nnpm\0other-${i}`)).toEqual([]);
    data.close();
  });
});

describe('a data file that is not what it was', () => {
  beforeEach(async () => {
    await build([
      put(
        'a.jsonl',
        Array.from({ length: 300 }, (_, i) =>
          record(`A-${i}`, `p${i}`, '1.0.0', { aliases: [`CVE-2020-${i}`], database_specific: { severity: 'HIGH' } }),
        ).join('\n'),
      ),
    ]);
  });

  const open = (): string => {
    try {
      openData(output).close();
      return 'opened';
    } catch (error) {
      return String(error);
    }
  };

  it.each([
    ['missing', () => rmSync(output), /DB_MISSING: there is no vulnerability data at/],
    ['empty', () => writeFileSync(output, ''), /DB_INVALID: .* is empty/],
    [
      'something else',
      () => writeFileSync(output, 'SQLite format 3\0'.repeat(100)),
      /DB_INVALID: .* is not a vulnerability data file/,
    ],
    [
      'cut in half',
      () => truncateSync(output, Math.floor(readFileSync(output).length / 2)),
      /DB_INVALID: .* is cut off/,
    ],
    ['cut inside its first bytes', () => truncateSync(output, 20), /DB_INVALID/],
    [
      'longer than it was',
      () => writeFileSync(output, Buffer.concat([readFileSync(output), Buffer.alloc(9)])),
      /DB_INVALID: .* has bytes after its end/,
    ],
    ['a folder', replaceByFolder, /DB_INVALID: .* is not a file/],
  ])('is refused when it is %s', (_, damage, message) => {
    damage();
    expect(open()).toMatch(message);
  });

  it('is refused when a newer version wrote it, whatever follows', () => {
    const bytes = readFileSync(output);
    bytes.writeUInt32LE(99, 8);
    writeFileSync(output, bytes);
    expect(open()).toMatch(/DB_NEWER: .* has schema 99, this version reads up to 1/);
  });

  it('never gives a wrong answer for a flipped byte: the right one, or DB_INVALID', () => {
    const bytes = readFileSync(output);
    const ask = (): string => {
      const data = openData(output);
      try {
        return JSON.stringify(
          Array.from({ length: 300 }, (_, i) => [
            data.affected(`nnpm\0p${i}`).map((a) => data.record(a.record)),
            data.ratings(`CVE-2020-${i}`),
          ]),
        );
      } finally {
        data.close();
      }
    };
    const right = ask();
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const damaged = Buffer.from(bytes);
        damaged[at] = (damaged[at] ?? 0) ^ flip;
        writeFileSync(output, damaged);
        try {
          expect(ask()).toBe(right);
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^DB_(?:INVALID|NEWER)$/) });
        }
      }),
      { numRuns: 150 },
    );
  });

  it('stays readable to those who opened it before it was replaced', async () => {
    const data = openData(output);
    await build([put('new.json', record('NEW', 'p1', '9.0.0'))]);
    expect(data.affected('nnpm\0p1').map(({ record: place }) => data.record(place).id)).toEqual(['A-1']);
    data.close();
    const renewed = openData(output);
    expect(renewed.affected('nnpm\0p1').map(({ record: place }) => renewed.record(place).id)).toEqual(['NEW']);
    renewed.close();
  });
});

describe('the starter set', () => {
  it('becomes a data file that says what it is', async () => {
    const { version } = await buildStarterData(output, { now: new Date('2026-01-01T00:00:00Z') });
    expect(version.kind).toBe('starter');
    const data = openData(output);
    const [log4j] = data.affected('nmaven\0org.apache.logging.log4j:log4j-core');
    expect(log4j).toBeDefined();
    expect(data.ecosystems.length).toBeGreaterThanOrEqual(8);
    data.close();
  });
});
