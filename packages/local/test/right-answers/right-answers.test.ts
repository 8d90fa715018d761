import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixtures, fixturesFor } from '@assay/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RecordNames, readRecordNames } from './alias-groups.ts';
import {
  type Comparison,
  compare,
  type Difference,
  inventoryOf,
  percent,
  prepareData,
  scansOf,
  sum,
} from './compare.ts';

/** Committed beside this file: every difference to a recorded answer, either way, with its reason. Rows are typed by hand. */
const table = readFileSync(new URL('differences.tsv', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1);

function rowOf({ scan, what, package: key, id, saidBy }: Difference): string {
  return [scan, what, key, id, saidBy].join('\t');
}

describe.runIf(fixturesFor('the right answers'))('beside the recorded answers of Syft, Grype and Trivy', () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-right-'));
  const comparisons: Comparison[] = [];
  let records: RecordNames;

  beforeAll(async () => {
    const osv = join(fixtures('advisories'), 'osv');
    const scans = fixtures('scans');
    const { data, groups } = await prepareData(osv, join(folder, 'assay.db'));
    for (const { name, target } of scansOf(scans))
      comparisons.push(await compare(name, scans, await inventoryOf(target), data, groups));
    records = await readRecordNames(osv);
    data.close();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('at least 99 % of the packages that Syft and Trivy both list are listed, and 95 % of all they list', () => {
    expect(percent(sum(comparisons.map(({ packages }) => packages.both)))).toBeGreaterThanOrEqual(99);
    expect(percent(sum(comparisons.map(({ packages }) => packages.any)))).toBeGreaterThanOrEqual(95);
  });

  it('at least 99.5 % of the findings that Grype and Trivy both report are reported, and 97 % of all they report', () => {
    expect(percent(sum(comparisons.map(({ findings }) => findings.both)))).toBeGreaterThanOrEqual(99.5);
    expect(percent(sum(comparisons.map(({ findings }) => findings.any)))).toBeGreaterThanOrEqual(97);
  });

  it('enough was compared for the figures to mean something', () => {
    expect(sum(comparisons.map(({ packages }) => packages.both)).of).toBeGreaterThan(1000);
    expect(sum(comparisons.map(({ findings }) => findings.both)).of).toBeGreaterThan(700);
  });

  it('every difference, either way, stands in the table with a reason, and nothing else does', () => {
    const found = comparisons.flatMap(({ differences }) => differences.map(rowOf)).sort();
    const listed = table.map((row) => row.split('\t').slice(0, 5).join('\t')).sort();
    expect(found).toEqual(listed);
    for (const row of table) expect(row.split('\t')[5]?.length ?? 0, row).toBeGreaterThan(20);
  });

  it('every finding that no tool reports names a record and a range, and the record is about that package', () => {
    for (const { alone } of comparisons) {
      for (const { evidence, package: found } of alone) {
        expect(evidence).not.toEqual([]);
        for (const { advisory, range, matchedName } of evidence) {
          expect(range, advisory).not.toBe('');
          expect([...(records.get(advisory) ?? [])], `${advisory} for ${found.name}`).toContain(matchedName);
        }
      }
    }
  });
});
