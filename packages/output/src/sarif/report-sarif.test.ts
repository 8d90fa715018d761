import { parseDigest, type Report } from '@assay/contract';
import { describe, expect, it } from 'vitest';
import { aFinding, aPlainFinding, aReport } from '../a-report.ts';
import { reportSarif } from './report-sarif.ts';

/** The parts of SARIF these tests read. */
interface Sarif {
  readonly version: string;
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly Rule[] } };
    readonly invocations: readonly { readonly toolExecutionNotifications: readonly object[] }[];
    readonly results: readonly Result[];
  }[];
}
interface Rule {
  readonly id: string;
  readonly shortDescription: { readonly text: string };
  readonly fullDescription: { readonly text: string };
  readonly help: { readonly text: string; readonly markdown: string };
  readonly properties: { readonly tags: readonly string[]; readonly 'security-severity'?: string };
}
interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly message: { readonly text: string };
  readonly locations: readonly { readonly physicalLocation: { readonly artifactLocation: { readonly uri: string } } }[];
  readonly relatedLocations?: readonly object[];
  readonly partialFingerprints: { readonly primaryLocationLineHash: string };
  readonly suppressions?: readonly object[];
}

const written = (report: Report): Sarif => JSON.parse([...reportSarif(report)].join(''));
const runOf = (parts: Parameters<typeof aReport>[0] = {}) => {
  const [run] = written(aReport(parts)).runs;
  if (run === undefined) throw new Error('no run');
  return run;
};
const ruleOf = (...findings: Report['findings']) => runOf({ findings }).tool.driver.rules[0];
const resultOf = (finding: Report['findings'][number]) => runOf({ findings: [finding] }).results[0];

describe('SARIF', () => {
  // Typed by hand from SARIF 2.1.0 §3.13 ff. and GitHub's "SARIF support for code scanning".
  it('of one finding', () => {
    const [run] = written(aReport({ findings: [aFinding()] })).runs;
    expect(run).toEqual({
      tool: {
        driver: {
          name: 'assay',
          version: '0.1.0',
          rules: [
            {
              id: 'CVE-2021-44228',
              name: 'VulnerablePackage',
              shortDescription: { text: 'CVE-2021-44228: Remote code execution in Log4j' },
              fullDescription: { text: 'Remote code execution in Log4j' },
              helpUri: 'https://nvd.nist.gov/vuln/detail/CVE-2021-44228',
              help: {
                text: 'Severity: critical\nAlso known as: GHSA-jfh8-c2jp-5v3q\nPackages: org.apache.logging.log4j:log4j-core\nFixed in: 2.15.0\nMore: https://nvd.nist.gov/vuln/detail/CVE-2021-44228',
                markdown:
                  '| | |\n| --- | --- |\n| Severity | critical |\n| Also known as | GHSA-jfh8-c2jp-5v3q |\n| Packages | org.apache.logging.log4j:log4j-core |\n| Fixed in | 2.15.0 |\n| More | <https://nvd.nist.gov/vuln/detail/CVE-2021-44228> |',
              },
              defaultConfiguration: { level: 'error' },
              properties: {
                precision: 'very-high',
                'security-severity': '10.0',
                tags: ['security', 'vulnerability', 'critical', 'external/cwe/cwe-502'],
              },
            },
          ],
        },
      },
      invocations: [{ executionSuccessful: true, endTimeUtc: '2026-11-25T12:00:00Z', toolExecutionNotifications: [] }],
      columnKind: 'utf16CodeUnits',
      properties: { subject: aReport().subject, distro: aReport().distro, data: aReport().data },
      results: [
        {
          ruleId: 'CVE-2021-44228',
          ruleIndex: 0,
          level: 'error',
          message: {
            text: 'org.apache.logging.log4j:log4j-core 2.14.1 has CVE-2021-44228 (critical); fixed in 2.15.0.',
          },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: 'opt/app/log4j-core-2.14.1.jar' },
                region: { startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 },
              },
              logicalLocations: [
                {
                  name: 'org.apache.logging.log4j:log4j-core',
                  fullyQualifiedName: `registry.example/team/app:1.2@sha256:${'b'.repeat(64)}:/opt/app/log4j-core-2.14.1.jar#org.apache.logging.log4j:log4j-core@2.14.1`,
                  kind: 'module',
                },
              ],
            },
          ],
          partialFingerprints: { primaryLocationLineHash: expect.stringMatching(/^[0-9a-f]{32}:1$/) },
          properties: {
            severity: 'critical',
            severitySource: 'nvd',
            aliases: ['GHSA-jfh8-c2jp-5v3q'],
            package: 'org.apache.logging.log4j:log4j-core',
            version: '2.14.1',
            purl: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1',
            fixState: 'fixed',
            fixedIn: ['2.15.0'],
          },
        },
      ],
    });
  });

  it('of nothing is still a run with an empty list', () => {
    expect(runOf({ findings: [] }).results).toEqual([]);
  });

  it('has one rule per vulnerability, and results that point to it', () => {
    const second = aFinding({ package: { ...aFinding().package, ref: 'x', name: 'other' } });
    const run = runOf({ findings: [aPlainFinding(), aFinding(), second] });
    expect(run.tool.driver.rules.map((rule) => rule.id)).toEqual(['CVE-2021-44228', 'CVE-2023-5678']);
    for (const result of run.results) expect(run.tool.driver.rules[result.ruleIndex]?.id).toBe(result.ruleId);
  });

  const scores: readonly (readonly [what: string, parts: Parameters<typeof aFinding>[0], score: string | undefined])[] =
    [
      ['the score of the band', { severity: 'critical' }, '10.0'],
      ['the middle of the band when nobody scored it', { severity: 'high', ratings: [] }, '8.0'],
      ['never a score of another band', { severity: 'low' }, '2.0'],
      ['nothing for unknown', { severity: 'unknown' }, undefined],
      ['nothing for none', { severity: 'none' }, undefined],
    ];
  for (const [what, parts, score] of scores) {
    it(`takes as security-severity ${what}`, () =>
      expect(ruleOf(aFinding(parts))?.properties['security-severity']).toBe(score));
  }

  it('rates a rule by its worst finding', () => {
    const mild = aFinding({ severity: 'low', ratings: [] });
    expect(ruleOf(mild, aFinding())?.properties['security-severity']).toBe('10.0');
  });

  it('keeps to the limits of GitHub: 1,024 characters, 20 tags, 100 places', () => {
    const finding = aFinding({
      title: 'x'.repeat(3000),
      description: 'y'.repeat(30_000),
      cwes: Array.from({ length: 60 }, (_, index) => `CWE-${index}`),
      package: {
        ...aFinding().package,
        locations: Array.from({ length: 500 }, (_, index) => ({ path: `a/${index}` })),
      },
    });
    const rule = ruleOf(finding);
    expect(rule?.shortDescription.text.length).toBe(1024);
    expect(rule?.fullDescription.text.length).toBe(1024);
    expect(rule?.properties.tags).toHaveLength(20);
    expect(resultOf(finding)?.relatedLocations).toHaveLength(99);
  });

  it('writes paths as relative references', () => {
    const at = (path: string) =>
      resultOf(aFinding({ package: { ...aFinding().package, locations: [{ path }] } }))?.locations[0]?.physicalLocation
        .artifactLocation.uri;
    expect(at('a b/ü:x#1')).toBe('a%20b/%C3%BC%3Ax%231');
    expect(at('/../../etc/passwd')).toBe('etc/passwd');
    expect(at('app.jar!/lib/x.jar')).toBe('app.jar!/lib/x.jar');
  });

  it('names the scanned thing where a package has no place', () => {
    const finding = aFinding({ package: { ...aFinding().package, locations: [] } });
    expect(resultOf(finding)?.locations[0]?.physicalLocation.artifactLocation.uri).toBe(
      'registry.example/team/app%3A1.2',
    );
  });

  it('keeps the fingerprint over a new version and another layer, not over another package or place', () => {
    const { package: found } = aFinding();
    const print = (parts: Partial<typeof found>) =>
      resultOf(aFinding({ package: { ...found, ...parts } }))?.partialFingerprints.primaryLocationLineHash;
    const [place] = found.locations;
    const same = print({});
    expect(print({ version: '2.14.2', purl: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.2' })).toBe(same);
    expect(print({ locations: [{ path: place?.path ?? '', layer: parseDigest(`sha256:${'d'.repeat(64)}`) }] })).toBe(
      same,
    );
    expect(print({ purl: 'pkg:maven/org.apache.logging.log4j/log4j-api@2.14.1' })).not.toBe(same);
    expect(print({ locations: [{ path: 'other.jar' }] })).not.toBe(same);
  });

  it('keeps what was let go, marked', () => {
    const suppressed = { by: 'ignore', reason: 'not reachable', source: 'ignore.yaml' } as const;
    expect(resultOf(aFinding({ suppressed }))?.suppressions).toEqual([
      { kind: 'external', status: 'accepted', justification: 'not reachable (ignore: ignore.yaml)' },
    ]);
  });

  it('reports notices and what was not understood as notifications', () => {
    const [invocation] = runOf({
      notices: [{ code: 'DATA_OLD', level: 'warning', message: 'old' }],
      rejected: [{ at: '/1', why: 'bad' }],
    }).invocations;
    expect(invocation?.toolExecutionNotifications).toEqual([
      { descriptor: { id: 'DATA_OLD' }, level: 'warning', message: { text: 'old' } },
      { descriptor: { id: 'ENTRY_REJECTED' }, level: 'warning', message: { text: '/1: bad' } },
    ]);
  });

  it('lists a thousand of what was not understood, and counts the rest', () => {
    const rejected = Array.from({ length: 1002 }, (_, index) => ({ at: `/${index}`, why: 'bad' }));
    const [invocation] = runOf({ rejected }).invocations;
    expect(invocation?.toolExecutionNotifications).toHaveLength(1001);
    expect(invocation?.toolExecutionNotifications.at(-1)).toMatchObject({ message: { text: '2 more are not listed' } });
  });

  it('keeps the worst 25,000 results and says how many are missing', () => {
    const findings = Array.from({ length: 25_001 }, (_, index) =>
      aFinding({ id: `CVE-2020-${index}`, severity: index === 7 ? 'low' : 'high', ratings: [] }),
    );
    const run = runOf({ findings });
    expect(run.results).toHaveLength(25_000);
    expect(run.results.some((result) => result.ruleId === 'CVE-2020-7')).toBe(false);
    expect(run.invocations[0]?.toolExecutionNotifications).toEqual([
      {
        descriptor: { id: 'RESULTS_CUT' },
        level: 'warning',
        message: { text: '1 of the least severe findings are left out' },
      },
    ]);
  });

  it('does not let a description pose as Markdown', () => {
    const rule = ruleOf(aFinding({ description: '![x](https://evil.example) <img src=x>' }));
    expect(rule?.help.markdown).toContain('\\!\\[x\\](https://evil.example) \\<img src=x\\>');
  });
});
