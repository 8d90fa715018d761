import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding, Scanner } from '@assay/contract';
import { fixtures, fixturesFor } from '@assay/testkit';
import { describe, expect, it } from 'vitest';
import { grype } from '../src/grype/grype.ts';
import { trivy } from '../src/trivy/trivy.ts';

/** What these tests read of a report as its producer wrote it. */
interface Sent {
  readonly vulnerabilities?: readonly {
    readonly id: string;
    readonly recommendation?: string;
    readonly affects?: readonly { readonly ref: string }[];
  }[];
}

/** One entry for each vulnerability and what it affects. */
function countSent(text: string): number {
  const { vulnerabilities = [] }: Sent = JSON.parse(text);
  return vulnerabilities.reduce((sum, one) => sum + Math.max(1, one.affects?.length ?? 0), 0);
}

describe.runIf(fixturesFor('recorded reports of other scanners'))('recorded reports', () => {
  const golden = fixturesFor('recorded reports of other scanners') ? join(fixtures('scans'), 'golden') : '';
  const names =
    golden === ''
      ? []
      : readdirSync(golden, { withFileTypes: true })
          .filter((one) => one.isDirectory())
          .map((one) => one.name);
  const report = (name: string, file: string) => readFileSync(join(golden, name, file));
  const findings = async (scanner: Scanner, name: string, file = `${scanner.id}.cdx.json`) =>
    (await scanner.read(report(name, file))).findings;
  const one = async (scanner: Scanner, name: string, id: string, packageName: string): Promise<Finding> => {
    const found = (await findings(scanner, name)).find(
      (finding) => finding.id === id && finding.package.name === packageName,
    );
    if (found === undefined) throw new Error(`no ${id} in ${packageName}`);
    return found;
  };
  const key = (finding: Finding) =>
    `${finding.id} ${finding.package.name} ${finding.package.version} ${finding.fixedIn} ${finding.severity}`;

  for (const scanner of [grype, trivy]) {
    for (const name of names) {
      it(`of ${scanner.id} on ${name}: findings + rejected = what it sent`, async () => {
        const bytes = report(name, `${scanner.id}.cdx.json`);
        const document = await scanner.read(bytes);
        expect(document.findings.length + document.inventory.rejected.length).toBe(countSent(bytes.toString('utf8')));
        for (const finding of document.findings) {
          expect(finding.package.name).not.toBe('');
          expect(finding.package.version).not.toBe('');
        }
      });
    }
  }

  for (const name of names) {
    it(`of Grype on ${name} says the same in XML`, async () => {
      const json = (await findings(grype, name)).map(key).sort();
      expect((await findings(grype, name, 'grype.cdx.xml')).map(key).sort()).toEqual(json);
    });
  }

  // Read off golden/debian-meta/grype.cdx.json by eye.
  it('of Grype give fix, severity, source and KEV', async () => {
    expect(await one(grype, 'debian-meta', 'CVE-2023-44487', 'nginx')).toMatchObject({
      package: { version: '1.22.1-9+deb12u9' },
      severity: 'high',
      severitySource: 'debian (other)',
      fixState: 'fixed',
      fixedIn: ['1.22.1-9+deb12u11'],
      kev: { dateAdded: '' },
      ratings: [{ source: 'debian', severity: 'high' }],
    });
  });

  // Read off golden/pyvenv-a/grype.cdx.json by eye.
  it('of Grype give the CVSS vector, and the place', async () => {
    const finding = await one(grype, 'pyvenv-a', 'GHSA-2gwj-7jmv-h26r', 'django');
    expect(finding).toMatchObject({
      severity: 'critical',
      severitySource: 'ghsa (CVSSv31)',
      fixedIn: ['2.2.28'],
      ratings: [{ source: 'ghsa', score: 9.8, vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
    });
    expect(finding.package.locations[0]?.path).toBe('lib/python3.11/site-packages/Django-2.2.dist-info/METADATA');
  });

  // Read off golden/debian-meta/trivy.cdx.json and golden/pyvenv-a/trivy.cdx.json by eye.
  it('of Trivy give the fixes of its sentence, and the severity of another source', async () => {
    expect(await one(trivy, 'debian-meta', 'CVE-2015-9251', 'jquery')).toMatchObject({
      package: { version: '2.2.4', purl: 'pkg:npm/jquery@2.2.4' },
      severity: 'medium',
      severitySource: 'ghsa (vendor)',
      fixState: 'fixed',
      fixedIn: ['1.12.0', '3.0.0-beta1'],
      cwes: ['CWE-79'],
    });
    expect(await one(trivy, 'pyvenv-a', 'CVE-2018-18074', 'requests')).toMatchObject({
      severity: 'unknown',
      severitySource: '',
      fixedIn: ['2.20.0'],
    });
  });

  it('of Trivy know a fix for every package of a vulnerability that names several', async () => {
    const all = await findings(trivy, 'debian-base-meta');
    const sent: Sent = JSON.parse(report('debian-base-meta', 'trivy.cdx.json').toString('utf8'));
    const withFix = (sent.vulnerabilities ?? []).filter((one) => one.recommendation !== undefined);
    expect(all.filter((finding) => finding.fixState === 'fixed')).toHaveLength(
      withFix.reduce((sum, one) => sum + (one.affects?.length ?? 0), 0),
    );
  });

  it('that are inventories are refused: nothing found in them is no answer', async () => {
    for (const file of [
      'syft.cdx16.json',
      'syft.spdx23.json',
      'trivy.spdx.json',
      'trivy.json',
      'grype.json',
      'grype.sarif',
    ]) {
      const scanner = file.startsWith('trivy') ? trivy : grype;
      await expect(scanner.read(report('pyvenv-a', file))).rejects.toMatchObject({ code: 'REPORT_UNREADABLE' });
    }
  });
});

describe.runIf(fixturesFor('older reports of Trivy'))('older reports of Trivy', () => {
  const folder = fixturesFor('older reports of Trivy') ? join(fixtures('corpora'), 'trivy-goldens') : '';
  const files = folder === '' ? [] : readdirSync(folder).filter((file) => file.includes('cyclonedx'));

  for (const file of files) {
    it(`${file}: findings + rejected = what it sent`, async () => {
      const bytes = readFileSync(join(folder, file));
      const document = await trivy.read(bytes);
      expect(document.findings.length + document.inventory.rejected.length).toBe(countSent(bytes.toString('utf8')));
    });
  }
});
