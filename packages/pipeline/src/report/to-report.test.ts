import type { Inventory, Package } from '@assay/contract';
import { describe, expect, it } from 'vitest';
import { aFinding } from '../policy/a-finding.ts';
import { type ReportInput, toReport } from './to-report.ts';

const aPackage = (purl: string | undefined): Package => ({
  ref: purl ?? 'x',
  kind: 'library',
  name: 'x',
  version: '1',
  ...(purl === undefined ? {} : { purl }),
  licenses: [],
  cpes: [],
  hashes: {},
  locations: [],
  dependsOn: [],
  properties: [],
});
const inventoryOf = (...purls: (string | undefined)[]): Inventory => ({
  subject: { kind: 'image', name: 'app' },
  packages: purls.map(aPackage),
  rejected: [],
  tools: [],
});
const anInput = (parts: Partial<ReportInput> = {}): ReportInput => ({
  inventory: inventoryOf('pkg:npm/a@1'),
  findings: [],
  rejected: [],
  notices: [],
  scanner: { name: 'assay', version: '0.1.0' },
  now: new Date('2026-11-25T12:00:00Z'),
  ...parts,
});
const codes = (parts: Partial<ReportInput>) => toReport(anInput(parts)).notices.map((notice) => notice.code);
const dataOf = (asOf: string, kind: 'full' | 'starter' = 'full') => ({ kind, asOf, schema: 1, records: 349 });

describe('a report', () => {
  it('says what was scanned, by whom and when', () => {
    expect(toReport(anInput())).toEqual({
      schema: 'https://assay.dev/schemas/report/v1',
      subject: { kind: 'image', name: 'app' },
      scanner: { name: 'assay', version: '0.1.0' },
      scannedAt: '2026-11-25T12:00:00.000Z',
      packageCounts: { npm: 1 },
      findings: [],
      rejected: [],
      notices: [],
    });
  });

  it('has the worst findings first, and the same order whatever order they came in', () => {
    const findings = [
      aFinding({ id: 'CVE-2020-1', severity: 'low' }),
      aFinding({ id: 'CVE-2020-2', severity: 'critical' }),
      aFinding({ id: 'CVE-2020-3', severity: 'critical' }),
      aFinding({ id: 'CVE-2020-4', severity: 'unknown' }),
    ];
    const order = (all: typeof findings) => toReport(anInput({ findings: all })).findings.map((one) => one.id);
    expect(order(findings)).toEqual(['CVE-2020-3', 'CVE-2020-2', 'CVE-2020-1', 'CVE-2020-4']);
    expect(order(findings.toReversed())).toEqual(order(findings));
  });

  it('counts packages by ecosystem, and those without package URL', () => {
    const inventory = inventoryOf('pkg:npm/a@1', 'pkg:deb/debian/b@1', 'pkg:npm/c@1', undefined, 'not a purl');
    expect(toReport(anInput({ inventory })).packageCounts).toEqual({ deb: 1, none: 2, npm: 2 });
  });

  const cases: readonly (readonly [what: string, parts: Partial<ReportInput>, codes: readonly string[]])[] = [
    ['that it rests on the starter set', { data: dataOf('2026-11-24T00:00:00Z', 'starter') }, ['DATA_STARTER']],
    // Issue 3: "older than 5 days is a warning".
    ['nothing about data of five days', { data: dataOf('2026-11-20T12:00:00Z') }, []],
    ['that data of six days is old', { data: dataOf('2026-11-19T12:00:00Z') }, ['DATA_OLD']],
    ['that nothing was looked at', { inventory: inventoryOf(undefined) }, ['NOTHING_FOUND']],
    ['what was not understood', { rejected: [{ at: '/1', why: 'bad' }] }, ['ENTRIES_REJECTED']],
    ['what the parts say', { notices: [{ code: 'CACHE', level: 'info', message: 'm' }] }, ['CACHE']],
  ];
  for (const [what, parts, want] of cases) it(`says ${what}`, () => expect(codes(parts)).toEqual(want));

  it('names the first entry that was not understood, and how many there are', () => {
    const rejected = [
      { at: '/1', why: 'bad' },
      { at: '/2', why: 'worse' },
    ];
    expect(toReport(anInput({ rejected })).notices[0]?.message).toBe(
      '2 entries could not be understood, such as /1: bad',
    );
  });
});
