import type { ReadDocument } from '@assay/contract';
import { describe, expect, it } from 'vitest';
import { readDocument } from '../read-document.ts';

const serial = '3e671687-395b-41f5-a30f-a58921a69b79';
const components = [
  {
    type: 'library',
    name: 'log4j-core',
    version: '2.14.0',
    'bom-ref': 'c1',
    purl: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.0',
  },
  { type: 'library', name: 'lodash', version: '4.17.4', 'bom-ref': 'c2', purl: 'pkg:npm/lodash@4.17.4' },
];
const read = (vulnerabilities: unknown, more: object = {}): Promise<ReadDocument> =>
  readDocument(
    Buffer.from(
      JSON.stringify({
        bomFormat: 'CycloneDX',
        specVersion: '1.6',
        serialNumber: `urn:uuid:${serial}`,
        version: 1,
        components,
        vulnerabilities,
        ...more,
      }),
    ),
  );
const first = async (vulnerability: object) =>
  (await read([{ id: 'CVE-2021-1', affects: [{ ref: 'c1' }], ...vulnerability }])).findings[0];

describe('what a vulnerability affects', () => {
  it.each([
    ['c2', 'c2', 'lodash'],
    [`urn:cdx:${serial}/1#c2`, 'c2', 'lodash'],
    ['pkg:npm/lodash@4.17.4', 'c2', 'lodash'],
    // Trap 20: escapes differ, parts do not.
    ['pkg:npm/lodash@4%2E17.4', 'c2', 'lodash'],
    // Another document's component, a dangling reference and a package nobody lists stay findings.
    ['urn:cdx:00000000-0000-4000-8000-000000000000/1#c2', 'urn:cdx:00000000-0000-4000-8000-000000000000/1#c2', 'c2'],
    [`urn:cdx:${serial}/2#c2`, `urn:cdx:${serial}/2#c2`, 'c2'],
    ['gone', 'gone', 'gone'],
    ['pkg:npm/%40a/b@2', 'pkg:npm/%40a/b@2', '@a/b'],
  ])('may be named %s', async (ref, expected, name) => {
    // Trap 3.
    const { findings, inventory } = await read([{ id: 'CVE-2021-1', affects: [{ ref }] }]);
    expect(findings.map((finding) => [finding.package.ref, finding.package.name])).toEqual([[expected, name]]);
    expect(inventory.rejected).toEqual([]);
  });

  it('is the subject where nothing is said', async () => {
    const { findings } = await read([{ id: 'CVE-2021-1' }], {
      metadata: { component: { type: 'application', name: 'app', 'bom-ref': 'root' } },
    });
    expect(findings.map((finding) => finding.package.ref)).toEqual(['root']);
  });

  it('is one finding each, or one rejected entry each', async () => {
    const { findings, inventory } = await read([
      { id: 'CVE-2021-1', affects: [{ ref: 'c1' }, { ref: 'c2' }] },
      { affects: [{ ref: 'c1' }, { ref: 'c2' }] },
      { id: 'CVE-2021-2', affects: [{ ref: 'c1' }, {}] },
      'text',
    ]);
    expect([findings.length, inventory.rejected.length]).toEqual([3, 4]);
  });

  it('is one finding however often it is listed, with every source', async () => {
    // Trap 4.
    const { findings } = await read([
      { id: 'CVE-2021-1', source: { name: 'nvd' }, ratings: [{ severity: 'high' }], affects: [{ ref: 'c1' }] },
      {
        id: 'cve-2021-1',
        source: { name: 'ghsa' },
        ratings: [{ severity: 'low' }],
        affects: [{ ref: 'c1' }],
        analysis: { state: 'exploitable' },
      },
      { id: 'CVE-2021-1', affects: [{ ref: 'c2' }], analysis: { state: 'not_affected' } },
    ]);
    expect(
      findings.map((finding) => [
        finding.id,
        finding.package.ref,
        finding.analysis?.state,
        finding.ratings.map(({ source }) => source),
      ]),
    ).toEqual([
      ['CVE-2021-1', 'c1', 'exploitable', ['nvd', 'ghsa']],
      ['CVE-2021-1', 'c2', 'not_affected', []],
    ]);
  });

  it('keeps analyses of different version ranges apart and rejects contradictions', async () => {
    const entry = (range: string, state: string) => ({
      id: 'CVE-2021-1',
      analysis: { state },
      affects: [{ ref: 'c1', versions: [{ range }] }],
    });
    const { findings, inventory } = await read([
      entry('vers:semver/<7', 'exploitable'),
      entry('vers:semver/>=7', 'not_affected'),
      entry('vers:semver/<7', 'false_positive'),
    ]);
    expect(findings.map(({ analysis }) => analysis?.state)).toEqual(['exploitable', 'not_affected']);
    expect(inventory.rejected.map(({ at }) => at)).toEqual(['/vulnerabilities/2/affects/0']);
  });
});

describe('an analysis', () => {
  it('that is absent is absent, not "affected"', async () => {
    // Trap 5.
    expect(await first({})).not.toHaveProperty('analysis');
  });

  it('is kept whole, states nobody knows included', async () => {
    const analysis = {
      state: 'brand_new',
      justification: 'code_not_reachable',
      response: ['will_not_fix', 'update'],
      detail: 'd',
    };
    const finding = await first({ analysis });
    expect(finding?.analysis).toEqual({
      state: 'brand_new',
      justification: 'code_not_reachable',
      responses: ['will_not_fix', 'update'],
      detail: 'd',
    });
    expect(finding?.fixState).toBe('wont-fix');
  });
});

describe('ratings', () => {
  it.each([
    // Trap 9. Qualitative scale: CVSS 3.1 §5; version 2 has no critical.
    [{ method: 'CVSSv31', score: 9.8 }, 'CVSSv31', 'critical'],
    [{ method: 'CVSSv2', score: 10 }, 'CVSSv2', 'high'],
    [{ method: 'CVSSv31', score: 0 }, 'CVSSv31', 'none'],
    [{ method: 'CVSSv31', score: 9.8, severity: 'medium' }, 'CVSSv31', 'medium'],
    [{ vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', score: 9.8 }, 'CVSSv31', 'critical'],
    [{ vector: 'CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }, 'CVSSv3', 'unknown'],
    [{ vector: 'AV:N/AC:L/Au:N/C:P/I:P/A:P', score: 7.5 }, 'CVSSv2', 'high'],
    [
      { method: 'other', vector: 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', severity: 'high' },
      'CVSSv4',
      'high',
    ],
    [{ severity: 'Important' }, 'vendor', 'high'],
    [{ severity: 'unimportant' }, 'vendor', 'negligible'],
    [{ severity: 'Negligible' }, 'vendor', 'negligible'],
    [{ severity: 'UNKNOWN' }, 'vendor', 'unknown'],
    [{ severity: 'info' }, 'vendor', 'none'],
    [{ method: 'OWASP', score: 40 }, 'OWASP', 'unknown'],
    [{ method: 'SSVC' }, 'SSVC', 'unknown'],
    [{ method: 'CVSSv31', score: '7.0' }, 'CVSSv31', 'high'],
  ])('%j', async (rating, method, severity) => {
    expect((await first({ ratings: [rating] }))?.ratings[0]).toMatchObject({ method, severity });
  });

  it('name the one that won: the publishing source first, then newer methods; scores are never compared', async () => {
    const ratings = [
      { source: { name: 'nvd' }, method: 'CVSSv2', score: 10, severity: 'high' },
      { source: { name: 'ghsa' }, method: 'CVSSv4', score: 2, severity: 'low' },
      { source: { name: 'redhat' }, severity: 'medium' },
    ];
    expect(await first({ ratings })).toMatchObject({ severity: 'low', severitySource: 'ghsa (CVSSv4)' });
    expect(await first({ ratings, source: { name: 'redhat' } })).toMatchObject({
      severity: 'medium',
      severitySource: 'redhat (vendor)',
    });
    expect(await first({ ratings: [{ severity: 'unknown' }] })).toMatchObject({
      severity: 'unknown',
      severitySource: '',
    });
  });
});

describe('the rest of a finding', () => {
  it('is read where producers put it', async () => {
    const finding = await first({
      id: 'ghsa-JFH8-c2jp-5v3q',
      references: [{ id: 'CVE-2021-44228', source: { name: 'NVD' } }],
      cwes: [79, '20'],
      description: 'd',
      advisories: [{ url: 'https://a' }, { title: 't', url: 'https://b' }],
      source: { name: 'GitHub', url: 'https://s' },
      published: '2021-12-10T00:00:00',
      updated: 'never',
      recommendation:
        'Upgrade other to version 9; Upgrade org.apache.logging.log4j:log4j-core to version 2.15.0, 2.12.2',
      affects: [
        {
          ref: 'c1',
          versions: [
            { version: '2.14.0', status: 'affected' },
            { range: 'vers:maven/>=2|<2.15', status: 'affected' },
          ],
        },
      ],
    });
    expect(finding).toMatchObject({
      // Traps 23 and 24: ids as their registries write them, CVE first.
      id: 'CVE-2021-44228',
      aliases: ['GHSA-jfh8-c2jp-5v3q'],
      cwes: ['CWE-79', 'CWE-20'],
      description: 'd',
      urls: ['https://a', 'https://b', 'https://s'],
      publishedAt: '2021-12-10T00:00:00Z',
      fixState: 'fixed',
      fixedIn: ['2.15.0', '2.12.2'],
      evidence: [
        { source: 'GitHub', matchedVersion: '2.14.0', range: '= 2.14.0 || vers:maven/>=2|<2.15', url: 'https://s' },
      ],
    });
    expect(finding).not.toHaveProperty('modifiedAt');
  });

  it("knows a fix by Grype's range", async () => {
    const versions = [
      { version: '2.14.0', status: 'affected' },
      { range: 'vers:deb/>=2.15.0%2Bdeb', status: 'unaffected' },
    ];
    expect(await first({ affects: [{ ref: 'c1', versions }] })).toMatchObject({
      fixState: 'fixed',
      fixedIn: ['2.15.0+deb'],
    });
  });

  it('is not affected where the very version is listed so', async () => {
    const versions = [{ version: '2.14.0', status: 'unaffected' }];
    expect((await first({ affects: [{ ref: 'c1', versions }] }))?.analysis).toEqual({ state: 'not_affected' });
  });
});

describe('the old vulnerability extension in XML', () => {
  // Trap 2. Source: CycloneDX/specification, schema/ext/vulnerability-1.0.xsd; severities with a capital.
  const vulnerability = (attribute: string) => `
    <v:vulnerability${attribute}>
      <v:id>CVE-2018-7489</v:id>
      <v:source name="NVD"><v:url>https://nvd.nist.gov/vuln/detail/CVE-2018-7489</v:url></v:source>
      <v:ratings>
        <v:rating>
          <v:score><v:base>9.8</v:base><v:impact>5.9</v:impact><v:exploitability>3.0</v:exploitability></v:score>
          <v:severity>Critical</v:severity><v:method>CVSSv3</v:method>
          <v:vector>AN/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H</v:vector>
        </v:rating>
        <v:rating><v:severity>High</v:severity><v:method>OWASP Risk</v:method></v:rating>
      </v:ratings>
      <v:cwes><v:cwe>184</v:cwe></v:cwes>
      <v:description>d</v:description>
      <v:recommendations><v:recommendation>Upgrade</v:recommendation></v:recommendations>
      <v:advisories><v:advisory>https://a</v:advisory></v:advisories>
    </v:vulnerability>`;
  const bom = (inner: string, after = '', inside = '') => `<?xml version="1.0"?>
    <bom xmlns="http://cyclonedx.org/schema/bom/1.2" xmlns:v="http://cyclonedx.org/schema/ext/vulnerability/1.0" xmlns:bd="">
      <components><component type="library" bom-ref="c1"><name>jackson</name><version>2.9.4</version>${inner}
        <components>${inside}</components></component>
        <component type="library"><name>no purl</name><version>1</version></component></components>${after}</bom>`;

  it.each([
    ['inside a component', bom(`<v:vulnerabilities>${vulnerability('')}</v:vulnerabilities>`), 'c1'],
    ['beside the components', bom('', `<v:vulnerabilities>${vulnerability(' ref="c1"')}</v:vulnerabilities>`), 'c1'],
    [
      'inside a nested component',
      bom(
        '',
        '',
        `<component type="library" bom-ref="c2"><name>inner</name><version>1</version><v:vulnerabilities>${vulnerability('')}</v:vulnerabilities></component>`,
      ),
      'c2',
    ],
  ])('is read %s', async (_, text, ref) => {
    const { findings, inventory } = await readDocument(Buffer.from(text));
    expect(inventory.rejected).toEqual([]);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      id: 'CVE-2018-7489',
      package: { ref },
      severity: 'critical',
      ratings: [
        { source: 'NVD', method: 'CVSSv3', severity: 'critical', score: 9.8 },
        { source: 'NVD', method: 'OWASP', severity: 'high' },
      ],
      cwes: ['CWE-184'],
      urls: ['https://a', 'https://nvd.nist.gov/vuln/detail/CVE-2018-7489'],
    });
  });
});
