import type { Finding, Package } from '@assay/contract';
import { parseDigest } from '@assay/contract';
import { describe, expect, it } from 'vitest';
import { type SbomInput, type WriteOptions, writeCycloneDx } from '../index.ts';

const digest = parseDigest(`sha256:${'a'.repeat(64)}`);

const pkg = (more: Partial<Package> = {}): Package => ({
  ref: 'p1',
  kind: 'library',
  name: '@babel/core',
  version: '7.0.0',
  purl: 'pkg:npm/%40babel/core@7.0.0',
  licenses: [],
  cpes: [],
  hashes: {},
  locations: [],
  dependsOn: [],
  properties: [],
  ...more,
});

const finding = (more: Partial<Finding> = {}): Finding => ({
  id: 'CVE-2021-1',
  aliases: ['GHSA-aaaa-bbbb-cccc'],
  package: { ref: 'p1', name: '@babel/core', version: '7.0.0', purl: 'pkg:npm/%40babel/core@7.0.0', locations: [] },
  severity: 'high',
  severitySource: 'ghsa (CVSSv4)',
  ratings: [{ source: 'ghsa', method: 'CVSSv4', severity: 'high', score: 8.7, vector: 'CVSS:4.0/AV:N' }],
  fixState: 'fixed',
  fixedIn: ['7.0.1'],
  evidence: [
    {
      advisory: 'GHSA-aaaa-bbbb-cccc',
      source: 'npm',
      matchedName: '@babel/core',
      matchedVersion: '7.0.0',
      range: '< 7.0.1',
    },
  ],
  urls: ['https://example.org/1'],
  cwes: ['CWE-79'],
  ...more,
});

function write(
  packages: readonly Package[],
  findings: readonly Finding[],
  options: Partial<WriteOptions> = {},
  more: Partial<SbomInput> = {},
): string {
  const inventory = {
    subject: { kind: 'image', name: 'repo', digest } as const,
    distro: { id: 'debian', version: '12', like: [] },
    packages,
    rejected: [],
    tools: [],
  };
  const input = {
    inventory,
    findings,
    createdAt: '2026-11-25T00:00:00Z',
    tool: { name: 'assay', version: '1.0.0' },
    ...more,
  };
  return [...writeCycloneDx(input, { version: '1.6', encoding: 'json', ...options })].join('');
}

// biome-ignore lint/suspicious/noExplicitAny: the shape under test is the document's, not ours
const json = (...args: Parameters<typeof write>): any => JSON.parse(write(...args));

describe('a CycloneDX document we write', () => {
  it('says what other tools look for', () => {
    const license = ['MIT'];
    const document = json(
      [
        pkg({
          licenses: license,
          hashes: { sha256: 'b'.repeat(64) },
          supplier: 's',
          cpes: ['cpe:2.3:a:x:y:1:*:*:*:*:*:*:*'],
          locations: [{ path: 'a/b', layer: digest }],
        }),
      ],
      [],
    );
    expect(document.metadata.component).toMatchObject({
      type: 'container',
      name: 'repo',
      version: digest,
      hashes: [{ alg: 'SHA-256', content: 'a'.repeat(64) }],
    });
    expect(document.components[0]).toMatchObject({ type: 'operating-system', name: 'debian', version: '12' });
    expect(document.components[1]).toMatchObject({
      type: 'library',
      group: '@babel',
      name: 'core',
      version: '7.0.0',
      purl: 'pkg:npm/%40babel/core@7.0.0',
      licenses: [{ license: { id: 'MIT' } }],
      hashes: [{ alg: 'SHA-256', content: 'b'.repeat(64) }],
      supplier: { name: 's' },
      cpe: 'cpe:2.3:a:x:y:1:*:*:*:*:*:*:*',
    });
    expect(document.components[1].properties).toEqual(
      expect.arrayContaining([
        { name: 'assay:location:0:path', value: 'a/b' },
        { name: 'assay:location:0:layer', value: digest },
      ]),
    );
  });

  it('names packages as Trivy and Grype join them again', () => {
    const named = (name: string, purl: string) => {
      const { group, name: rest } = json([pkg({ name, purl })], []).components[1];
      return [group, rest];
    };
    expect(named('org.slf4j:slf4j-api', 'pkg:maven/org.slf4j/slf4j-api@1')).toEqual(['org.slf4j', 'slf4j-api']);
    expect(named('guzzlehttp/psr7', 'pkg:composer/guzzlehttp/psr7@1')).toEqual([undefined, 'guzzlehttp/psr7']);
    expect(named('golang.org/x/net', 'pkg:golang/golang.org/x/net@1')).toEqual([undefined, 'golang.org/x/net']);
  });

  it('tells ids, expressions and names of licences apart', () => {
    const licenses = (...all: string[]) => json([pkg({ licenses: all })], []).components[1].licenses;
    expect(licenses('MIT OR Apache-2.0')).toEqual([{ expression: 'MIT OR Apache-2.0' }]);
    expect(licenses('MIT', 'Custom 1')).toEqual([{ license: { id: 'MIT' } }, { license: { name: 'Custom 1' } }]);
    // Until 1.7 an expression stands alone.
    expect(licenses('MIT OR ISC', 'MIT')).toEqual([{ license: { name: 'MIT OR ISC' } }, { license: { id: 'MIT' } }]);
  });

  it('lets the subject need what nobody else needs', () => {
    const document = json([pkg({ dependsOn: ['p2'] }), pkg({ ref: 'p2', name: 'x' })], []);
    expect(document.dependencies).toEqual([
      { ref: digest, dependsOn: ['os:debian@12', 'p1'] },
      { ref: 'p1', dependsOn: ['p2'] },
    ]);
  });

  it('writes findings as vulnerabilities, those that differ only in the package as one', () => {
    const other = finding({ package: { ref: 'p2', name: 'x', version: '1', locations: [] }, fixedIn: ['2'] });
    const document = json([pkg(), pkg({ ref: 'p2', name: 'x', version: '1' })], [finding(), other]);
    expect(document.vulnerabilities).toHaveLength(1);
    expect(document.vulnerabilities[0]).toMatchObject({
      id: 'CVE-2021-1',
      source: { name: 'npm' },
      references: [{ id: 'GHSA-aaaa-bbbb-cccc', source: { name: 'GitHub' } }],
      ratings: [{ source: { name: 'ghsa' }, method: 'CVSSv4', severity: 'high', score: 8.7, vector: 'CVSS:4.0/AV:N' }],
      cwes: [79],
      recommendation: 'Upgrade @babel/core to version 7.0.1; Upgrade x to version 2',
      advisories: [{ url: 'https://example.org/1' }],
      affects: [
        {
          ref: 'p1',
          versions: [
            { version: '7.0.0', status: 'affected' },
            { version: '7.0.1', status: 'unaffected' },
          ],
        },
        {
          ref: 'p2',
          versions: [
            { version: '1', status: 'affected' },
            { version: '2', status: 'unaffected' },
          ],
        },
      ],
    });
  });

  it('names methods and severities as its version can', () => {
    // CVSSv4 and SSVC came with 1.5; `negligible` never did.
    const ratings: Finding['ratings'] = [
      { source: 'a', method: 'CVSSv4', severity: 'negligible' },
      { source: 'b', method: 'vendor', severity: 'none' },
    ];
    const methods = (version: WriteOptions['version']) =>
      json([pkg()], [finding({ ratings })], { version }).vulnerabilities[0].ratings.map(
        (one: { method?: string; severity: string }) => [one.method, one.severity],
      );
    expect(methods('1.4')).toEqual([
      ['other', 'info'],
      [undefined, 'none'],
    ]);
    expect(methods('1.5')).toEqual([
      ['CVSSv4', 'info'],
      [undefined, 'none'],
    ]);
  });

  it('tells other tools what was decided', () => {
    const analysis = (suppressed: Finding['suppressed']) =>
      json([pkg()], [finding(suppressed === undefined ? {} : { suppressed })]).vulnerabilities[0].analysis;
    expect(analysis(undefined)).toBeUndefined();
    expect(analysis({ by: 'vex', reason: 'vulnerable_code_not_in_execute_path', source: 'f' })).toEqual({
      state: 'not_affected',
      justification: 'code_not_reachable',
      detail: 'vulnerable_code_not_in_execute_path',
    });
    expect(analysis({ by: 'ignore', reason: 'accepted', source: 'f' })).toEqual({
      state: 'in_triage',
      detail: 'accepted',
    });
  });

  it('has tools as a list until 1.4 and as components since', () => {
    expect(json([], [], { version: '1.4' }).metadata.tools).toEqual([{ name: 'assay', version: '1.0.0' }]);
    expect(json([], [], { version: '1.5' }).metadata.tools).toEqual({
      components: [{ type: 'application', name: 'assay', version: '1.0.0' }],
    });
  });

  it('has a serial number that follows from its content', () => {
    const serial = (...args: Parameters<typeof write>) => json(...args).serialNumber as string;
    expect(serial([pkg()], [])).toMatch(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(serial([pkg()], [])).toBe(serial([pkg()], [], { version: '1.4' }));
    expect(serial([pkg()], [])).not.toBe(serial([pkg({ version: '7.0.1' })], []));
    const given = 'urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79';
    expect(serial([], [], {}, { serialNumber: given })).toBe(given);
    expect(serial([], [], {}, { serialNumber: 'mine' })).toMatch(/^urn:uuid:/);
  });

  it('cannot be broken out of in XML', () => {
    const text = write([pkg({ name: ']]></name><x>&"', supplier: '\u0001<', description: 'a\r\nb' })], [], {
      encoding: 'xml',
    });
    expect(text).toContain('<name>]]&gt;&lt;/name&gt;&lt;x&gt;&amp;"</name>');
    expect(text).toContain('\ufffd&lt;');
    expect(text).toContain('a&#13;\nb');
  });
});
