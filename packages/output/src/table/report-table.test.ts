import type { Report } from '@assay/contract';
import { describe, expect, it } from 'vitest';
import { aFinding, anInventory, aPlainFinding, aReport, noon } from '../a-report.ts';
import { widthOf } from '../text/fit-text.ts';
import { reportTable, type TableOptions } from './report-table.ts';

const table = (report: Report, options: Partial<TableOptions> = {}) =>
  [
    ...reportTable(
      { report, inventory: anInventory(report) },
      { color: false, width: 120, showSuppressed: false, now: noon, ...options },
    ),
  ].join('');

// Typed by hand from issue 3: "grouped, severity first, fixed-in column, KEV/EPSS when known, one summary line".
const wide = `registry.example/team/app:1.2 (linux/amd64, sha256:aaaaaaaaaaaa)
Debian GNU/Linux 12 (bookworm) · 3 packages: deb 2, maven 1

Debian GNU/Linux 12 (bookworm) (deb) · 1 finding: 1 medium
SEVERITY  ID             PACKAGE  INSTALLED  FIXED IN
MEDIUM    CVE-2023-5678  libssl3  3.0.11-1   -

Java · 1 finding: 1 critical
SEVERITY  ID              PACKAGE                              INSTALLED  FIXED IN  STATUS          TITLE
CRITICAL  CVE-2021-44228  org.apache.logging.log4j:log4j-core  2.14.1     2.15.0    KEV EPSS 94.4%  Remote code executi…

2 findings: 1 critical, 1 medium · 1 fixable · data of 2026-11-24 (1 day old)
`;

const narrow = `registry.example/team/app:1.2 (linux/amd64, sha256:aaaaaaaaaaaa)
Debian GNU/Linux 12 (bookworm) · 3 packages: deb 2, maven 1

Debian GNU/Linux 12 (bookworm) (deb) · 1 finding: 1 medium
SEVERITY  ID             PACKAGE  INSTALLED  FIXED IN
MEDIUM    CVE-2023-5678  libssl3  3.0.11-1   -

Java · 1 finding: 1 critical
CRITICAL    CVE-2021-44228
            org.apache.logging.log4j:log4j-core
            2.14.1 → 2.15.0  KEV EPSS 94.4%

2 findings: 1 critical, 1 medium · 1 fixable · data of 2026-11-24 (1 day old)
`;

const exploited = aFinding({
  kev: { dateAdded: '2021-12-10' },
  epss: { score: 0.944, percentile: 0.999 },
});

describe('the table', () => {
  it('shows groups with the worst first', () => {
    expect(table(aReport({ findings: [exploited, aPlainFinding()] }), { width: 120 })).toBe(wide);
  });

  it('stacks what does not fit into 60 columns', () => {
    expect(table(aReport({ findings: [exploited, aPlainFinding()] }), { width: 60 })).toBe(narrow);
  });

  it('says so when nothing was found', () => {
    expect(table(aReport({ findings: [] }))).toContain(
      'no known vulnerabilities in 3 packages · data of 2026-11-24 (1 day old)\n',
    );
  });

  it('uses colour only when asked', () => {
    expect(table(aReport())).not.toContain('\u001b');
    expect(table(aReport(), { color: true })).toContain('\u001b[31mCRITICAL');
  });

  it('keeps every finding on lines no wider than the terminal', () => {
    const names = ['a', 'x'.repeat(70), '日本語'.repeat(12), 'github.com/some/very/long/module/path/that/goes/on/v2'];
    const findings = names.flatMap((name) =>
      ['1', '1.2.3-4+deb12u1~bpo11+really0.9', '日本'.repeat(20)].map((version) =>
        aFinding({ package: { ...aFinding().package, name, version }, fixedIn: [version, `${version}.1`] }),
      ),
    );
    for (const width of [40, 60, 61, 80, 100, 132, 200]) {
      const lines = table(aReport({ findings }), { width }).split('\n').slice(3, -2);
      for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
    }
  });

  it('changes from lines to stacks at the width where lines no longer fit', () => {
    const report = aReport({ findings: [aFinding()] });
    // 8 + 14 + 20 (the least of a package name) + 9 + 8, and two blanks between each: 67 columns.
    expect(table(report, { width: 67 })).toContain(
      'SEVERITY  ID              PACKAGE               INSTALLED  FIXED IN\n',
    );
    expect(table(report, { width: 67 })).toContain('…ng.log4j:log4j-core');
    expect(table(report, { width: 66 })).not.toContain('SEVERITY');
  });

  it('neutralises what could fool a terminal, wherever it stands', () => {
    const evil = '\u001b[2J\u202eevil\r\n';
    const report = aReport({
      subject: { kind: 'image', name: evil },
      distro: { id: evil, version: evil, prettyName: evil, like: [] },
      packageCounts: { [evil]: 1, deb: 1 },
      findings: [
        aFinding({
          id: evil,
          title: evil,
          fixedIn: [evil],
          analysis: { state: evil },
          package: { ref: 'r', name: evil, version: evil, purl: `pkg:golang/x@1`, locations: [{ path: evil }] },
        }),
        aFinding({ suppressed: { by: 'ignore', reason: evil, source: evil, until: evil } }),
      ],
      rejected: [{ at: evil, why: evil }],
      notices: [{ code: 'CACHE', level: 'warning', message: evil }],
    });
    for (const width of [60, 200]) {
      expect(table(report, { width, showSuppressed: true })).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    }
  });

  it('counts what was let go, and shows why when asked', () => {
    const suppressed = { by: 'ignore', reason: 'not reachable', source: 'ignore.yaml', until: '2026-12-31' } as const;
    const report = aReport({ findings: [aFinding({ suppressed }), aPlainFinding()] });
    expect(table(report)).toContain('1 finding: 1 medium · 0 fixable · 1 suppressed · ');
    expect(table(report)).toContain('1 finding is let go: --show-suppressed says why');
    expect(table(report)).not.toContain('CVE-2021-44228');
    expect(table(report, { showSuppressed: true })).toContain('ignored: not reachable (ignore.yaml, until 2026-12-31)');
  });

  it('is honest about what was not understood', () => {
    const rejected = Array.from({ length: 7 }, (_, index) => ({ at: `/${index}`, why: 'not an object' }));
    expect(table(aReport({ rejected }))).toContain(
      '7 entries could not be understood and were not judged:\n  /0: not an object\n',
    );
    expect(table(aReport({ rejected }))).toContain('  … and 2 more: see -o json\n');
  });

  it('says once what was not understood', () => {
    const message = '1 entry could not be understood, such as /1: bad';
    const report = aReport({
      rejected: [{ at: '/1', why: 'bad' }],
      notices: [
        { code: 'ENTRIES_REJECTED', level: 'warning', message },
        { code: 'ENTRIES_REJECTED', level: 'warning', message: 'vex.json: 1 statement could not be understood' },
      ],
    });
    expect(table(report).match(/could not be understood/g)).toHaveLength(2);
    expect(table(report)).toContain('warning: vex.json: 1 statement');
  });

  it('counts packages that cannot be looked up apart', () => {
    const report = aReport({ findings: [], packageCounts: { deb: 2, none: 3 } });
    expect(table(report)).toContain('Debian GNU/Linux 12 (bookworm) · 2 packages · 3 unidentified\n');
    expect(table(report)).toContain('no known vulnerabilities in 2 packages');
  });

  it('does not call clean what nobody could judge', () => {
    const report = aReport({
      findings: [],
      notices: [{ code: 'DISTRO_NOT_COVERED', level: 'warning', message: 'the data does not cover it' }],
    });
    expect(table(report)).not.toContain('no known vulnerabilities');
    expect(table(report)).toMatch(/no finding in \d+ packages, but not all could be checked/);
  });

  it('shows notices and the verdict', () => {
    const report = aReport({ notices: [{ code: 'DATA_STARTER', level: 'info', message: 'starter data' }] });
    const verdict = { verdict: 'violating', reasons: [{ means: 'violating', message: '1 finding is high' }] } as const;
    const text = [
      ...reportTable(
        { report, inventory: anInventory(report), verdict },
        { color: false, width: 80, showSuppressed: false, now: noon },
      ),
    ].join('');
    expect(text).toContain('note: starter data\n');
    expect(text.endsWith('violating: 1 finding is high\n')).toBe(true);
  });

  it('groups by the file that lists several packages', () => {
    const inLock = (name: string) =>
      aFinding({
        package: {
          ref: name,
          name,
          version: '1',
          purl: `pkg:npm/${name}@1`,
          locations: [{ path: 'srv/package-lock.json' }],
        },
      });
    expect(table(aReport({ findings: [inLock('a'), inLock('b')] }))).toContain(
      'npm · srv/package-lock.json · 2 findings',
    );
    expect(table(aReport({ findings: [inLock('a')] }))).toContain('npm · 1 finding');
  });

  const fixes: readonly (readonly [want: string, parts: Parameters<typeof aPlainFinding>[0]])[] = [
    ['1.1, 1.2, 1.3, …', { fixedIn: ['1.1', '1.2', '1.3', '1.4'], fixState: 'fixed' }],
    ['yes', { fixState: 'fixed' }],
    ['none', { fixState: 'not-fixed' }],
    ["won't fix", { fixState: 'wont-fix' }],
    ['-', { fixState: 'unknown' }],
  ];
  for (const [want, parts] of fixes) {
    it(`says of a fix: ${want}`, () => {
      expect(table(aReport({ findings: [aPlainFinding(parts)] }))).toContain(`3.0.11-1   ${want}\n`);
    });
  }

  it('does not repeat the id in the title', () => {
    const said = (title: string) => table(aReport({ findings: [aPlainFinding({ title })] }));
    expect(said('CVE-2023-5678: excessive time spent in DH')).toContain('-         excessive time spent in DH\n');
    expect(said('CVE-2023-5678')).toContain('3.0.11-1   -\n');
  });

  it('tells data of unknown age and of the future', () => {
    const { data: _, ...silent } = aReport();
    expect(table(silent)).toContain('data of unknown age (assay)');
    const data = { kind: 'starter', asOf: '2026-11-30T00:00:00Z', schema: 1, records: 1 } as const;
    expect(table(aReport({ data }))).toContain('starter data of 2026-11-30 (in the future)');
  });
});
