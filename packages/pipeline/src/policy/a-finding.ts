import type { Finding } from '@assay/contract';

/** A finding for tests: log4shell in a jar. A test names only what matters to it. */
export function aFinding(parts: Partial<Finding> = {}): Finding {
  return {
    id: 'CVE-2021-44228',
    aliases: ['GHSA-jfh8-c2jp-5v3q'],
    package: {
      ref: 'log4j',
      name: 'org.apache.logging.log4j:log4j-core',
      version: '2.14.1',
      purl: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1',
      locations: [{ path: 'opt/app/log4j-core-2.14.1.jar' }],
    },
    severity: 'critical',
    severitySource: 'nvd',
    ratings: [],
    fixState: 'fixed',
    fixedIn: ['2.15.0'],
    evidence: [],
    urls: [],
    cwes: [],
    ...parts,
  };
}
