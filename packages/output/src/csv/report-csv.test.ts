import { describe, expect, it } from 'vitest';
import { aFinding, aPlainFinding, aReport } from '../a-report.ts';
import { csvCell, reportCsv } from './report-csv.ts';

describe('a cell', () => {
  // RFC 4180, section 2, rules 5-7; OWASP "CSV Injection", the characters named there.
  const cases: readonly (readonly [text: string, cell: string])[] = [
    ['plain', 'plain'],
    ['', ''],
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['a\r\nb', '"a\r\nb"'],
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\tx', "'\tx"],
    ['\rx', '"\'\rx"'],
    ['=HYPERLINK("x","y")', '"\'=HYPERLINK(""x"",""y"")"'],
    ['a=b', 'a=b'],
  ];
  for (const [text, cell] of cases) it(`of ${JSON.stringify(text)}`, () => expect(csvCell(text)).toBe(cell));
});

describe('csv', () => {
  it('has a header and a row per finding, worst first', () => {
    const report = aReport({ findings: [aPlainFinding(), aFinding({ kev: { dateAdded: '2021-12-10' } })] });
    expect([...reportCsv(report)].join('')).toBe(
      [
        'id,aliases,severity,severity_source,package,version,fixed_in,fix_state,ecosystem,purl,path,layer,cvss_score,cvss_vector,epss,epss_percentile,kev,title,url,suppressed_by,suppressed_reason,suppressed_until',
        `CVE-2021-44228,GHSA-jfh8-c2jp-5v3q,critical,nvd,org.apache.logging.log4j:log4j-core,2.14.1,2.15.0,fixed,maven,pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1,opt/app/log4j-core-2.14.1.jar,sha256:${'b'.repeat(64)},10,CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H,,,2021-12-10,Remote code execution in Log4j,https://nvd.nist.gov/vuln/detail/CVE-2021-44228,,,`,
        'CVE-2023-5678,,medium,debian,libssl3,3.0.11-1,,unknown,deb,pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12,var/lib/dpkg/status,,,,,,,,,,,',
        '',
      ].join('\r\n'),
    );
  });

  it('keeps what was let go, with the reason', () => {
    const suppressed = { by: 'vex', reason: 'not_affected', source: 'v.json' } as const;
    expect([...reportCsv(aReport({ findings: [aPlainFinding({ suppressed })] }))][1]).toMatch(
      /,vex,not_affected,\r\n$/,
    );
  });
});
