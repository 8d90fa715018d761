import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildData, importData, openData } from '../src/index.ts';
import { makeZip, record } from './make-zip.ts';

let folder = '';
let output = '';
const now = new Date('2024-06-01T00:00:00Z');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'assay-import-'));
  output = join(folder, 'data.db');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(path: string, content: string | Uint8Array): string {
  const whole = join(folder, path);
  writeFileSync(whole, content);
  return whole;
}

const bringIn = (file: string) => importData(file, output, { now });

async function makeData(name: string, id: string): Promise<string> {
  const path = join(folder, name);
  await buildData([put(`${id}.json`, record(id, 'a', '1.0.0'))], path, { now });
  return path;
}

function idsAndExploits(): unknown {
  const data = openData(output);
  try {
    const ids = data.affected('nnpm\0a').map(({ record: place }) => data.record(place).id);
    return { ids, ...data.exploit('CVE-2021-44228') };
  } finally {
    data.close();
  }
}

// Shape: CISA, known_exploited_vulnerabilities_schema.json.
const kev = JSON.stringify({
  title: 'CISA Catalog of Known Exploited Vulnerabilities',
  catalogVersion: '2024.05.31',
  dateReleased: '2024-05-31T15:00:00.0000Z',
  count: 2,
  vulnerabilities: [
    { cveID: 'CVE-2021-44228', dateAdded: '2021-12-10', dueDate: '2021-12-24', knownRansomwareCampaignUse: 'Known' },
    { cveID: 'nonsense', dateAdded: '2021-12-10' },
  ],
});
// Shape: first.org/epss/data_stats.
const epss =
  '#model_version:v2023.03.01,score_date:2024-05-31T00:00:00+0000\ncve,epss,percentile\nCVE-2021-44228,0.97565,0.99999\nCVE-2020-1,oops,0.1\n';

const kevFact = { kev: { dateAdded: '2021-12-10', dueDate: '2021-12-24', ransomware: true } };
const epssFact = { epss: { score: 0.97565, percentile: 0.99999, date: '2024-05-31T00:00:00+0000' } };

describe('importing', () => {
  it.each([
    ['as it is', (bytes: Buffer) => bytes],
    ['as gzip', (bytes: Buffer) => gzipSync(bytes)],
    ['as zstd', (bytes: Buffer) => zstdCompressSync(bytes)],
  ])('takes a data file %s', async (_, wrap) => {
    const other = await makeData('other.db', 'OTHER');
    const { version } = await bringIn(put('wrapped', wrap(readFileSync(other))));
    expect(version.records).toBe(1);
    expect(idsAndExploits()).toEqual({ ids: ['OTHER'] });
    expect(readFileSync(output).equals(readFileSync(other))).toBe(true);
  });

  it('takes an archive of OSV records', async () => {
    await bringIn(put('all.zip', makeZip({ 'Z.json': record('Z', 'a', '1') })));
    expect(idsAndExploits()).toEqual({ ids: ['Z'] });
  });

  it('adds KEV and EPSS to the data that is there, and says what of them it could not read', async () => {
    await makeData('data.db', 'A');
    expect((await bringIn(put('kev.json', kev))).rejected).toHaveLength(1);
    expect((await bringIn(put('epss.csv.gz', gzipSync(epss)))).rejected).toHaveLength(1);
    expect(idsAndExploits()).toEqual({ ids: ['A'], ...kevFact, ...epssFact });
  });

  it('changes the digest of the data with them', async () => {
    await makeData('data.db', 'A');
    const digest = () => {
      const data = openData(output);
      data.close();
      return data.version.digest;
    };
    const before = digest();
    await bringIn(put('kev.json', kev));
    expect(digest()).not.toBe(before);
  });

  it('keeps them when the data is built or imported anew', async () => {
    await makeData('data.db', 'A');
    await bringIn(put('kev.json', kev));
    await makeData('data.db', 'B');
    expect(idsAndExploits()).toEqual({ ids: ['B'], ...kevFact });
    await bringIn(await makeData('other.db', 'C'));
    expect(idsAndExploits()).toEqual({ ids: ['C'], ...kevFact });
  });

  it('needs data to add them to', async () => {
    await expect(bringIn(put('kev.json', kev))).rejects.toMatchObject({ code: 'DB_MISSING' });
  });

  it.each([
    ['any JSON', '{"a": 1}', 'DB_INVALID'],
    ['broken JSON', '{"catalogVersion": "1", "vulnerabilities": [', 'DB_INVALID'],
    ['a catalogue of nothing', '{"catalogVersion": "1", "vulnerabilities": []}', 'DB_INVALID'],
    ['scores of nothing', 'cve,epss,percentile\n', 'DB_INVALID'],
    ['text', 'hello', 'DB_INVALID'],
    ['nothing', '', 'DB_INVALID'],
    ['gzip that is cut off', gzipSync(Buffer.alloc(100_000, 'abc')).subarray(0, 60), 'DB_INVALID'],
    ['gzip of text', gzipSync('hello'), 'DB_INVALID'],
    ['an archive that is cut off', makeZip({ 'a.json': record('A', 'a', '1') }).subarray(0, 90), 'ADVISORY_INVALID'],
    ['a single record', record('A', 'a', '1'), 'DB_INVALID'],
  ])('refuses %s and leaves the data alone', async (_, content, code) => {
    await makeData('data.db', 'A');
    await expect(bringIn(put('news', content))).rejects.toMatchObject({
      code,
      detail: expect.stringContaining('news'),
    });
    expect(idsAndExploits()).toEqual({ ids: ['A'] });
    expect(readdirSync(folder).sort()).toEqual(['A.json', 'data.db', 'news']);
  });

  it('refuses a data file with any byte changed, before anything is replaced', async () => {
    const bytes = readFileSync(await makeData('other.db', 'B'));
    await makeData('data.db', 'A');
    for (let at = 0; at < bytes.length; at += 37) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 0x40;
      await expect(bringIn(put('damaged', damaged)), `byte ${at}`).rejects.toMatchObject({
        code: expect.stringMatching(/^DB_(?:INVALID|NEWER)$/),
      });
    }
    expect(idsAndExploits()).toEqual({ ids: ['A'] });
  });
});
