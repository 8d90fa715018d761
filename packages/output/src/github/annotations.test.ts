import { describe, expect, it } from 'vitest';
import { aFinding, aPlainFinding, aReport, noon } from '../a-report.ts';
import { githubAnnotations } from './annotations.ts';

const lines = (parts: Parameters<typeof aReport>[0]) => [...githubAnnotations(aReport(parts), noon)];

describe('annotations', () => {
  it('say file, title and message, worst first, with the summary at the end', () => {
    // Form: `::error file={name},title={title}::{message}`; `:` and `,` are escaped in properties only.
    expect(lines({ findings: [aPlainFinding(), aFinding()] })).toEqual([
      '::error file=opt/app/log4j-core-2.14.1.jar,title=CVE-2021-44228 in org.apache.logging.log4j%3Alog4j-core 2.14.1::critical: Remote code execution in Log4j%0Aorg.apache.logging.log4j:log4j-core 2.14.1: fixed in 2.15.0%0Ahttps://nvd.nist.gov/vuln/detail/CVE-2021-44228\n',
      '::warning file=var/lib/dpkg/status,title=CVE-2023-5678 in libssl3 3.0.11-1::medium: CVE-2023-5678%0Alibssl3 3.0.11-1: no fix known\n',
      '::notice title=registry.example/team/app%3A1.2::2 findings: 1 critical, 1 medium · 1 fixable · data of 2026-11-24 (1 day old)\n',
    ]);
  });

  it('escape what would end or forge a command', () => {
    const finding = aFinding({
      title: '100%\n::error::forged\r',
      package: { ...aFinding().package, name: 'a,b:c%\n::x', locations: [{ path: 'a,b:c\n' }] },
    });
    const [first = ''] = lines({ findings: [finding] });
    expect(first.startsWith('::error file=a%2Cb%3Ac ,title=CVE-2021-44228 in a%2Cb%3Ac%25 %3A%3Ax 2.14.1::')).toBe(
      true,
    );
    expect(first).toContain('critical: 100%25 ::error::forged %0A');
    expect(first.trimEnd().split('\n')).toHaveLength(1);
  });

  it('warn about unknown severities, and only note small ones', () => {
    const of = (severity: 'unknown' | 'low' | 'high') =>
      lines({ findings: [aPlainFinding({ severity })] })[0]?.split(' ')[0];
    expect([of('unknown'), of('low'), of('high')]).toEqual(['::warning', '::notice', '::error']);
  });

  it('leave out what was let go, and say what was not judged', () => {
    const suppressed = { by: 'vex', reason: 'not_affected', source: 'v' } as const;
    expect(
      lines({
        findings: [aFinding({ suppressed })],
        notices: [
          { code: 'DATA_OLD', level: 'warning', message: 'old' },
          { code: 'CACHE', level: 'info', message: 'cached' },
        ],
        rejected: [{ at: '/1', why: 'bad' }],
      }).map((line) => line.split('::')[1]),
    ).toEqual([
      'warning title=DATA_OLD',
      'warning title=ENTRIES_REJECTED',
      'notice title=registry.example/team/app%3A1.2',
    ]);
  });
});
