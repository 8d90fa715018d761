import { type Finding, type Inventory, parseDigest, type Report } from '@assay/contract';

const layer = parseDigest(`sha256:${'b'.repeat(64)}`);

/** A finding for tests. A test names only what matters to it. */
export function aFinding(parts: Partial<Finding> = {}): Finding {
  return {
    id: 'CVE-2021-44228',
    aliases: ['GHSA-jfh8-c2jp-5v3q'],
    package: {
      ref: 'log4j',
      name: 'org.apache.logging.log4j:log4j-core',
      version: '2.14.1',
      purl: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1',
      locations: [{ path: 'opt/app/log4j-core-2.14.1.jar', layer }],
    },
    severity: 'critical',
    severitySource: 'nvd',
    ratings: [
      {
        source: 'nvd',
        method: 'CVSSv31',
        severity: 'critical',
        score: 10,
        vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H',
      },
    ],
    fixState: 'fixed',
    fixedIn: ['2.15.0'],
    evidence: [],
    title: 'Remote code execution in Log4j',
    urls: ['https://nvd.nist.gov/vuln/detail/CVE-2021-44228'],
    cwes: ['CWE-502'],
    ...parts,
  };
}

/** A second one, of a distribution, with little known. */
export function aPlainFinding(parts: Partial<Finding> = {}): Finding {
  return {
    id: 'CVE-2023-5678',
    aliases: [],
    package: {
      ref: 'libssl3',
      name: 'libssl3',
      version: '3.0.11-1',
      purl: 'pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12',
      locations: [{ path: 'var/lib/dpkg/status' }],
    },
    severity: 'medium',
    severitySource: 'debian',
    ratings: [],
    fixState: 'unknown',
    fixedIn: [],
    evidence: [],
    urls: [],
    cwes: [],
    ...parts,
  };
}

/** A report for tests. */
export function aReport(parts: Partial<Report> = {}): Report {
  return {
    schema: 'https://assay.dev/schemas/report/v1',
    subject: {
      kind: 'image',
      name: 'registry.example/team/app:1.2',
      digest: parseDigest(`sha256:${'a'.repeat(64)}`),
      platform: 'linux/amd64',
    },
    distro: { id: 'debian', version: '12', prettyName: 'Debian GNU/Linux 12 (bookworm)', like: [] },
    scanner: { name: 'assay', version: '0.1.0' },
    data: { kind: 'full', asOf: '2026-11-24T06:00:00Z', schema: 1, records: 1000 },
    scannedAt: '2026-11-25T12:00:00Z',
    packageCounts: { deb: 2, maven: 1 },
    findings: [aFinding(), aPlainFinding()],
    rejected: [],
    notices: [],
    ...parts,
  };
}

/** The inventory of such a report: its findings' packages. */
export function anInventory(report: Report): Inventory {
  const packages = new Map(
    report.findings.map(({ package: one }) => [
      one.ref,
      {
        ...one,
        kind: 'library' as const,
        licenses: [],
        cpes: [],
        hashes: {},
        dependsOn: [],
        properties: [],
      },
    ]),
  );
  return {
    subject: report.subject,
    ...(report.distro === undefined ? {} : { distro: report.distro }),
    packages: [...packages.values()],
    rejected: report.rejected,
    tools: [],
  };
}

export const noon = new Date('2026-11-25T12:00:00Z');
