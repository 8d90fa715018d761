import { describe, expect, it } from 'vitest';
import { openJson } from '../../json/split-document.ts';
import { readSpdx3 } from './read.ts';

const context = 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld';
const id = (name: string) => `https://example.org/${name}`;
const info = {
  type: 'CreationInfo',
  '@id': '_:ci',
  specVersion: '3.0.1',
  created: '2026-11-25T10:00:00Z',
  createdBy: [id('jo')],
  createdUsing: [id('tool')],
};
const people = [
  { type: 'Person', spdxId: id('jo'), name: 'Jo', creationInfo: '_:ci' },
  { type: 'Tool', spdxId: id('tool'), name: 'some-tool-1.2', creationInfo: '_:ci' },
];

const element = (type: string, name: string, more: object = {}) => ({
  type,
  spdxId: id(name),
  creationInfo: '_:ci',
  ...more,
});
const aPackage = (name: string, more: object = {}) => element('software_Package', name, { name, ...more });
const related = (type: string, from: string, to: readonly string[], more: object = {}) =>
  element('Relationship', `${from}-${type}-${to.join('-')}`, {
    relationshipType: type,
    from: id(from),
    to: to.map(id),
    ...more,
  });
const assessed = (type: string, relation: string, to: string, more: object = {}) => ({
  ...related(relation, 'vuln', [to], more),
  type: `security_${type}VulnAssessmentRelationship`,
});

const read = (graph: readonly object[]) =>
  readSpdx3(openJson(Buffer.from(JSON.stringify({ '@context': context, '@graph': [info, ...people, ...graph] }))));

const vulnerability = element('security_Vulnerability', 'vuln', {
  summary: 'it breaks',
  security_publishedTime: '2025-01-02T03:04:05Z',
  externalIdentifier: [
    { type: 'ExternalIdentifier', externalIdentifierType: 'securityOther', identifier: 'ghsa-AAAA-bbbb-cccc' },
    {
      type: 'ExternalIdentifier',
      externalIdentifierType: 'cve',
      identifier: 'CVE-2025-1',
      identifierLocator: ['https://example.org/CVE-2025-1'],
    },
  ],
});

describe('an SPDX 3 graph', () => {
  it('gives packages, whichever way they say their package URL', () => {
    const { inventory, counts, serialNumber } = read([
      related('dependsOn', 'a', ['b', 'c']),
      element('SpdxDocument', 'doc', { name: 'demo', rootElement: [id('sbom')] }),
      element('software_Sbom', 'sbom', { rootElement: [id('a')] }),
      aPackage('a', {
        software_packageVersion: '1',
        software_packageUrl: 'pkg:npm/a@1',
        software_primaryPurpose: 'application',
        suppliedBy: id('acme'),
        verifiedUsing: [{ type: 'Hash', algorithm: 'sha3_256', hashValue: 'AB' }],
      }),
      aPackage('b', {
        externalIdentifier: [
          {
            type: 'ExternalIdentifier',
            externalIdentifierType: 'packageUrl',
            identifier: 'pkg:deb/debian/b@2?arch=amd64&upstream=bb',
          },
          { type: 'ExternalIdentifier', externalIdentifierType: 'cpe23', identifier: 'cpe:2.3:a:b:b:2:*:*:*:*:*:*:*' },
        ],
      }),
      element('ai_AIPackage', 'c', { name: 'c' }),
      element('Organization', 'acme', { name: 'Acme' }),
    ]);
    expect(inventory.rejected).toEqual([]);
    expect(serialNumber).toBe(id('doc'));
    expect(counts).toEqual({ packages: 3, files: 0, snippets: 0, relationships: 1 });
    expect(inventory.subject).toMatchObject({ kind: 'application', name: 'a', version: '1' });
    expect(inventory.tools).toEqual([{ name: 'some-tool', version: '1.2' }]);
    expect(inventory.createdAt).toBe('2026-11-25T10:00:00Z');
    const [a, b] = inventory.packages;
    expect(a).toMatchObject({
      purl: 'pkg:npm/a@1',
      supplier: 'Acme',
      hashes: { 'sha3-256': 'ab' },
      dependsOn: [id('b'), id('c')],
    });
    expect(b).toMatchObject({
      ...{ purl: 'pkg:deb/debian/b@2?arch=amd64&upstream=bb', version: '2', arch: 'amd64' },
      ...{ source: { name: 'bb', version: '2' }, cpes: ['cpe:2.3:a:b:b:2:*:*:*:*:*:*:*'] },
    });
  });

  it('takes licences from relationships: declared before concluded', () => {
    const license = (name: string, type: string, more: object) => element(type, name, more);
    const { inventory } = read([
      ...['a', 'b', 'c', 'd', 'e'].map((name) => aPackage(name)),
      license('mit', 'simplelicensing_LicenseExpression', {
        simplelicensing_licenseExpression: 'MIT AND LicenseRef-1',
        simplelicensing_customIdToUri: [{ type: 'DictionaryEntry', key: 'LicenseRef-1', value: id('own') }],
      }),
      license('own', 'expandedlicensing_CustomLicense', { name: 'Own', simplelicensing_licenseText: 'x' }),
      license('silent', 'simplelicensing_LicenseExpression', { simplelicensing_licenseExpression: 'NOASSERTION' }),
      license('either', 'expandedlicensing_DisjunctiveLicenseSet', {
        expandedlicensing_member: ['https://spdx.org/licenses/ISC', id('later')],
      }),
      license('later', 'expandedlicensing_OrLaterOperator', {
        expandedlicensing_subjectLicense: 'https://spdx.org/licenses/GPL-2.0',
      }),
      license('both', 'expandedlicensing_ConjunctiveLicenseSet', { expandedlicensing_member: [id('own'), id('both')] }),
      related('hasDeclaredLicense', 'a', ['mit']),
      related('hasConcludedLicense', 'a', ['own']),
      related('hasDeclaredLicense', 'b', ['silent']),
      related('hasConcludedLicense', 'b', ['own']),
      related('hasDeclaredLicense', 'c', ['either']),
      { ...related('hasDeclaredLicense', 'd', []), to: ['https://spdx.org/licenses/Apache-2.0'] },
      related('hasDeclaredLicense', 'e', ['both']),
    ]);
    expect(inventory.rejected).toEqual([]);
    expect(inventory.packages.map(({ licenses }) => licenses[0])).toEqual([
      'MIT',
      'Own',
      'ISC OR GPL-2.0+',
      'Apache-2.0',
      'Own',
    ]);
    expect(inventory.packages[0]?.licenses).toEqual(['MIT', 'Own']);
  });

  it('may be a single element', () => {
    const single = { '@context': context, ...aPackage('a'), creationInfo: { ...info, '@id': undefined } };
    const { inventory, format } = readSpdx3(openJson(Buffer.from(JSON.stringify(single))));
    expect(format).toEqual({ name: 'spdx', version: '3.0.1', encoding: 'json' });
    expect(inventory.packages.map(({ name }) => name)).toEqual(['a']);
    expect(inventory.rejected).toEqual([]);
  });

  it('may name relationships that come later', () => {
    const later = related('contains', 'a', ['b']);
    const first = { ...related('hasEvidence', 'a', []), to: [later.spdxId] };
    expect(read([first, later, aPackage('a'), aPackage('b')]).inventory.rejected).toEqual([]);
  });

  it('may have elements inside one another', () => {
    const { inventory } = read([
      element('software_Sbom', 'sbom', {
        rootElement: [aPackage('a', { suppliedBy: element('Organization', 'acme', { name: 'Acme' }) })],
        element: [{ ...related('dependsOn', 'a', []), to: [aPackage('b'), aPackage('b')] }],
      }),
    ]);
    expect(inventory.rejected).toEqual([]);
    expect(inventory.subject.name).toBe('a');
    expect(inventory.packages.map(({ name, supplier, dependsOn }) => [name, supplier, dependsOn])).toEqual([
      ['a', 'Acme', [id('b')]],
      ['b', undefined, []],
    ]);
  });

  it('counts what it does not understand', () => {
    const { inventory, counts } = read([
      aPackage('a'),
      element('software_Package', 'nameless'),
      element('software_Gadget', 'x'),
      { spdxId: id('untyped') },
      related('dependsOn', 'a', ['gone']),
      element('Relationship', 'half', { from: id('a') }),
    ]);
    expect(counts.packages).toBe(2);
    expect(inventory.packages).toHaveLength(1);
    expect(inventory.rejected.map(({ at }) => at).sort()).toEqual([
      '/@graph/4',
      '/@graph/5',
      '/@graph/6',
      '/@graph/7',
      '/@graph/8',
    ]);
  });

  it('follows roots in a circle no more than once, and licences that hold themselves', () => {
    const { inventory } = read([
      element('SpdxDocument', 'doc', { rootElement: [id('one')] }),
      element('software_Sbom', 'one', { rootElement: [id('two'), id('a')] }),
      element('Bom', 'two', { rootElement: [id('one')] }),
      aPackage('a'),
      element('expandedlicensing_DisjunctiveLicenseSet', 'l', { expandedlicensing_member: Array(50).fill(id('l')) }),
      related('hasDeclaredLicense', 'a', ['l']),
    ]);
    expect(inventory.subject.name).toBe('a');
  });

  it('takes a relationship that names a quarter of a million elements', () => {
    const to = Array.from({ length: 250_000 }, (_, n) => id(`p${n % 3}`));
    const { inventory } = read([
      ...['a', 'p0', 'p1', 'p2'].map((name) => aPackage(name)),
      ...['dependsOn', 'hasDeclaredLicense', 'affects'].map((type) => ({ ...related(type, 'a', []), to })),
    ]);
    expect(inventory.packages[0]?.dependsOn).toHaveLength(3);
  });

  it('keeps both packages that share an id', () => {
    const { inventory } = read([aPackage('a'), { ...aPackage('a'), name: 'other' }]);
    expect(inventory.packages.map(({ name }) => name)).toEqual(['a', 'other']);
    expect(new Set(inventory.packages.map(({ ref }) => ref)).size).toBe(2);
  });

  it('is refused when its context is of another version', () => {
    const of = (version: string) => ({
      '@context': `https://spdx.org/rdf/${version}/spdx-context.jsonld`,
      '@graph': [],
    });
    expect(() => readSpdx3(openJson(Buffer.from(JSON.stringify(of('3.1')))))).toThrow('SBOM_VERSION');
    expect(readSpdx3(openJson(Buffer.from(JSON.stringify(of('3.0.0'))))).inventory.packages).toEqual([]);
  });
});

// Source: SPDX 3.0.1, Security profile: classes, their relationship types and properties.
describe('vulnerabilities of an SPDX 3 graph', () => {
  it('are one finding with every opinion on it', () => {
    const { findings, inventory } = read([
      assessed('CvssV2', 'hasAssessmentFor', 'a', {
        security_score: 7.5,
        security_vectorString: 'AV:N/AC:L/Au:N/C:P/I:P/A:P',
        suppliedBy: id('jo'),
      }),
      assessed('CvssV3', 'hasAssessmentFor', 'a', {
        security_score: 9.8,
        security_severity: 'critical',
        security_vectorString: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
      }),
      assessed('CvssV4', 'hasAssessmentFor', 'a', {
        security_score: '8.7',
        security_severity: 'high',
        security_vectorString: 'CVSS:4.0/AV:N',
      }),
      assessed('Epss', 'hasAssessmentFor', 'a', {
        security_probability: 0.5,
        security_percentile: 0.9,
        security_publishedTime: '2025-02-03T00:00:00Z',
      }),
      assessed('ExploitCatalog', 'hasAssessmentFor', 'a', {
        security_catalogType: 'kev',
        security_exploited: true,
        security_locator: 'https://example.org/kev',
        security_publishedTime: '2025-03-04T00:00:00Z',
      }),
      assessed('VexAffected', 'affects', 'a', { security_actionStatement: 'upgrade' }),
      vulnerability,
      aPackage('a', { software_packageVersion: '1', software_packageUrl: 'pkg:npm/a@1' }),
    ]);
    expect(inventory.rejected).toEqual([]);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      id: 'CVE-2025-1',
      aliases: ['GHSA-aaaa-bbbb-cccc'],
      package: { ref: id('a'), name: 'a', version: '1', purl: 'pkg:npm/a@1' },
      description: 'it breaks',
      publishedAt: '2025-01-02T03:04:05Z',
      urls: ['https://example.org/CVE-2025-1'],
      epss: { score: 0.5, percentile: 0.9, date: '2025-02-03' },
      kev: { dateAdded: '2025-03-04' },
      analysis: { state: 'affected', detail: 'upgrade' },
    });
    expect(
      findings[0]?.ratings.map(({ source, method, severity, score }) => [source, method, severity, score]),
    ).toEqual([
      ['Jo', 'CVSSv2', 'high', 7.5],
      ['some-tool', 'CVSSv31', 'critical', 9.8],
      ['some-tool', 'CVSSv4', 'high', 8.7],
    ]);
  });

  it.each([
    [
      'VexNotAffected',
      'doesNotAffect',
      { security_justificationType: 'vulnerableCodeNotPresent', security_impactStatement: 'not built in' },
      { state: 'not_affected', justification: 'vulnerable_code_not_present', detail: 'not built in' },
    ],
    ['VexFixed', 'fixedIn', {}, { state: 'fixed' }],
    [
      'VexUnderInvestigation',
      'underInvestigationFor',
      { security_statusNotes: 'soon' },
      { state: 'under_investigation', detail: 'soon' },
    ],
  ])('are analysed by %s', (type, relation, more, analysis) => {
    const { findings } = read([
      vulnerability,
      aPackage('a', { software_packageVersion: '2' }),
      assessed(type, relation, 'a', more),
    ]);
    expect(findings[0]?.analysis).toEqual(analysis);
    expect(findings[0]?.fixState).toBe(type === 'VexFixed' ? 'fixed' : 'unknown');
  });

  it('are not judged by anybody when they are only associated', () => {
    const { findings } = read([vulnerability, aPackage('a'), related('hasAssociatedVulnerability', 'a', ['vuln'])]);
    expect(findings).toHaveLength(1);
    expect(findings[0]?.analysis).toBeUndefined();
    expect(findings[0]?.severity).toBe('unknown');
  });

  it('are one finding for each element, the assessed one where it is named', () => {
    const { findings } = read([
      vulnerability,
      ...['a', 'b', 'c'].map((name) => aPackage(name)),
      related('affects', 'vuln', ['a', 'b']),
      assessed('VexAffected', 'affects', 'a', { security_assessedElement: id('c'), security_actionStatement: 'x' }),
    ]);
    expect(findings.map((finding) => finding.package.name)).toEqual(['a', 'b', 'c']);
  });

  it('count the latest of several statements', () => {
    const { findings } = read([
      vulnerability,
      aPackage('a'),
      assessed('VexFixed', 'fixedIn', 'a', { security_publishedTime: '2025-05-01T00:00:00Z' }),
      assessed('VexAffected', 'affects', 'a', {
        security_actionStatement: 'x',
        security_publishedTime: '2025-04-01T00:00:00Z',
      }),
    ]);
    expect(findings.map(({ analysis }) => analysis?.state)).toEqual(['fixed']);
  });

  it('stay when nobody says what they affect, or when that is not there', () => {
    const alone = read([vulnerability, element('SpdxDocument', 'doc', { name: 'demo' })]).findings;
    expect(alone.map((finding) => [finding.id, finding.package.name])).toEqual([['CVE-2025-1', 'demo']]);
    const gone = read([vulnerability, related('affects', 'vuln', ['gone'])]).findings;
    expect(gone.map((finding) => finding.package.ref)).toEqual([id('gone')]);
  });

  it('are rejected when they have no identifier', () => {
    const { findings, inventory } = read([
      element('security_Vulnerability', 'vuln'),
      aPackage('a'),
      related('affects', 'vuln', ['a']),
    ]);
    expect(findings.length + inventory.rejected.length).toBe(1);
  });
});
