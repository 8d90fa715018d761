import { readFileSync } from 'node:fs';
import { parseDigest, type Report } from '@assay/contract';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { aFinding, aPlainFinding, aReport } from '../a-report.ts';
import { reportJson } from './report-json.ts';

const schema: object = JSON.parse(
  readFileSync(new URL('../../../../docs/reference/report.schema.json', import.meta.url), 'utf8'),
);
const ajv = new Ajv2020({ allErrors: true, strict: true });
addFormats.default(ajv);
const isValid = ajv.compile(schema);

const written = (report: Report) => [...reportJson(report)].join('');
const digest = parseDigest(`sha256:${'c'.repeat(64)}`);

const full: Report = aReport({
  subject: {
    kind: 'image',
    name: 'app',
    version: '1',
    digest,
    imageId: digest,
    platform: 'linux/arm64/v8',
    purl: 'pkg:oci/app',
    layers: [digest],
  },
  distro: { id: 'debian', version: '12', codename: 'bookworm', prettyName: 'Debian 12', like: ['x'] },
  data: { kind: 'starter', asOf: '2026-11-24T06:00:00Z', schema: 1, records: 1000, digest },
  findings: [
    aFinding({
      description: 'words',
      publishedAt: '2021-12-10T00:00:00Z',
      modifiedAt: '2022-01-01T00:00:00Z',
      kev: { dateAdded: '2021-12-10', dueDate: '2021-12-24', ransomware: true },
      epss: { score: 0.9, percentile: 0.99, date: '2026-11-24' },
      analysis: { state: 'not_affected', justification: 'code_not_reachable', responses: ['update'], detail: 'd' },
      suppressed: { by: 'vex', reason: 'not_affected', source: 'vex.json', until: '2027-01-01' },
      evidence: [
        {
          advisory: 'GHSA-x',
          source: 'Maven',
          matchedName: 'n',
          matchedVersion: '1',
          range: '< 2',
          url: 'https://x.example',
        },
      ],
    }),
    aPlainFinding(),
  ],
  rejected: [{ at: '/1', why: 'bad' }],
  notices: [{ code: 'CACHE', level: 'info', message: 'm' }],
});

describe('json', () => {
  const reports: readonly (readonly [what: string, report: Report])[] = [
    ['a report with everything', full],
    ['a usual report', aReport()],
    ['a report with nothing', aReport({ findings: [], packageCounts: {} })],
  ];
  for (const [what, report] of reports) {
    it(`of ${what} fits the committed schema and says the same`, () => {
      const value: unknown = JSON.parse(written(report));
      expect(isValid(value), JSON.stringify(isValid.errors)).toBe(true);
      expect(value).toEqual(report);
    });
  }

  it('lists every member the schema knows, when it has a value', () => {
    const value = JSON.parse(written(full));
    const known = (schema as { $defs: Record<string, { properties?: object }> }).$defs;
    const keysOf = (name: string) => Object.keys(known[name]?.properties ?? {});
    expect(Object.keys(value.findings[0])).toEqual(keysOf('finding'));
    expect(Object.keys(value.subject)).toEqual(keysOf('subject'));
    expect(Object.keys(value.distro)).toEqual(keysOf('distro'));
    expect(Object.keys(value.data)).toEqual(keysOf('data'));
    expect(Object.keys(value.findings[0].evidence[0])).toEqual(keysOf('evidence'));
    expect(Object.keys(value.findings[0].ratings[0])).toEqual(keysOf('rating'));
  });

  it('does not depend on the order in which members were set', () => {
    const turned = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(turned)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([key, one]) => [key, turned(one)]),
            )
          : value;
    expect(written(turned(full) as Report)).toBe(written(full));
  });

  it('leaves out what nobody asked for', () => {
    const finding = { ...aFinding(), secret: 'x', title: undefined } as unknown as ReturnType<typeof aFinding>;
    const text = written(aReport({ findings: [finding] }));
    expect(text).not.toContain('secret');
    expect(text).not.toContain('undefined');
    expect(isValid(JSON.parse(text))).toBe(true);
  });

  it('is indented as people read it', () => {
    expect(written(aReport({ findings: [], packageCounts: { npm: 1 } }))).toMatch(
      /^\{\n {2}"schema": "https:\/\/assay\.dev\/schemas\/report\/v1",\n[\s\S]*\n {2}"findings": \[\],\n {2}"rejected": \[\],\n {2}"notices": \[\]\n\}\n$/,
    );
  });
});
