import { describe, expect, it } from 'vitest';
import { spdxProblems, spdxTagValueProblems } from './spdx-problems.ts';

const sound2 = {
  spdxVersion: 'SPDX-2.3',
  dataLicense: 'CC0-1.0',
  SPDXID: 'SPDXRef-DOCUMENT',
  name: 'demo',
  documentNamespace: 'https://example.org/demo-1',
  creationInfo: { created: '2026-11-25T10:00:00Z', creators: ['Tool: demo-1', 'Person: Jo (jo@example.org)'] },
  hasExtractedLicensingInfos: [{ licenseId: 'LicenseRef-1', extractedText: 'text' }],
  packages: [
    {
      ...{ SPDXID: 'SPDXRef-a', name: 'a', downloadLocation: 'NOASSERTION', licenseDeclared: 'MIT AND LicenseRef-1' },
      checksums: [{ algorithm: 'SHA256', checksumValue: '0'.repeat(64) }],
      externalRefs: [
        { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: 'pkg:npm/a@1' },
        {
          referenceCategory: 'SECURITY',
          referenceType: 'cpe23Type',
          referenceLocator: 'cpe:2.3:a:a:a:1:*:*:*:*:*:*:*',
        },
      ],
    },
  ],
  files: [{ SPDXID: 'SPDXRef-f', fileName: './f', checksums: [{ algorithm: 'SHA1', checksumValue: '0'.repeat(40) }] }],
  relationships: [
    { spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: 'SPDXRef-a' },
  ],
};

const info = {
  type: 'CreationInfo',
  '@id': '_:ci',
  specVersion: '3.0.1',
  created: '2026-11-25T10:00:00Z',
  createdBy: ['urn:x:jo'],
};
const element = (type: string, name: string, more: object = {}) => ({
  type,
  spdxId: `urn:x:${name}`,
  creationInfo: '_:ci',
  ...more,
});
const sound3 = {
  '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld',
  '@graph': [
    info,
    element('Person', 'jo', { name: 'Jo' }),
    element('software_Package', 'a', { name: 'a', software_packageUrl: 'pkg:npm/a@1', suppliedBy: 'urn:x:jo' }),
    element('security_Vulnerability', 'v'),
    element('security_CvssV3VulnAssessmentRelationship', 's', {
      ...{ relationshipType: 'hasAssessmentFor', from: 'urn:x:v', to: ['urn:x:a'], security_score: 9.8 },
      ...{ security_severity: 'critical', security_vectorString: 'CVSS:3.1/AV:N' },
    }),
  ],
};

/** A copy of the document with one value at a pointer changed; `undefined` takes it away. */
function changed(document: object, pointer: string, value: unknown): object {
  const copy = structuredClone(document);
  const path = pointer.split('/').slice(1);
  const last = path.pop() ?? '';
  // Walks JSON that this test wrote itself.
  let at = copy as Record<string, unknown>;
  for (const key of path) at = at[key] as Record<string, unknown>;
  if (value === undefined) delete at[last];
  else at[last] = value;
  return copy;
}

describe('a document of SPDX 2.3', () => {
  it('is sound as the specification wants it', () => expect(spdxProblems(sound2, '2.3')).toEqual([]));

  // Each line breaks one clause of SPDX 2.3.
  it.each([
    ['/dataLicense', 'MIT', '§6.2'],
    ['/SPDXID', 'SPDXRef-OTHER', '§6.3'],
    ['/name', undefined, 'clause 6'],
    ['/documentNamespace', 'https://example.org/demo#1', '§6.5'],
    ['/documentNamespace', 'demo', '§6.5'],
    ['/creationInfo/created', '2026-11-25', '§6.9'],
    ['/creationInfo/created', '2026-13-25T10:00:00Z', '§6.9'],
    ['/creationInfo/creators', [], 'at least 1'],
    ['/creationInfo/creators/0', 'demo', '§6.8'],
    ['/colour', 'red', 'no member'],
    ['/packages', {}, 'expected a list'],
    ['/packages/0', 'a', 'expected an object'],
    ['/packages/0/name', undefined, 'name is missing'],
    ['/packages/0/downloadLocation', undefined, 'downloadLocation is missing'],
    ['/packages/0/SPDXID', 'SPDXRef-a_b', '§7.2'],
    ['/packages/0/SPDXID', 'SPDXRef-f', 'used twice'],
    ['/packages/0/supplier', 'Acme', '§7.5'],
    ['/packages/0/licenseDeclared', 'MIT AND', 'Annex D'],
    ['/packages/0/licenseDeclared', 'LicenseRef-2', '§10.1'],
    ['/packages/0/primaryPackagePurpose', 'GADGET', '§7.24'],
    ['/packages/0/filesAnalyzed', 'false', 'true or false'],
    ['/packages/0/checksums/0/algorithm', 'SHA-256', '§7.10'],
    ['/packages/0/checksums/0/checksumValue', '00', '64 digits'],
    ['/packages/0/checksums/0/checksumValue', 'A'.repeat(64), '§7.10'],
    ['/packages/0/externalRefs/0/referenceCategory', 'PACKAGES', '§7.21'],
    ['/packages/0/externalRefs/0/referenceLocator', 'https://example.org', 'Annex F'],
    ['/packages/0/externalRefs/1/referenceLocator', 'cpe:/a:a', 'Annex F'],
    ['/files/0/checksums', [], 'at least 1'],
    ['/files/0/checksums', [{ algorithm: 'MD5', checksumValue: '0'.repeat(32) }], '§8.4'],
    ['/files/0/fileTypes', ['CODE'], '§8.3'],
    ['/relationships/0/relationshipType', 'KNOWS', '§11.1'],
    ['/relationships/0/relatedSpdxElement', 'SPDXRef-gone', 'not in the document'],
    ['/relationships/0/relatedSpdxElement', 'DocumentRef-x:SPDXRef-y', '§6.6'],
    ['/hasExtractedLicensingInfos/0/licenseId', 'Own', '§10.1'],
    ['/annotations', [{ annotator: 'Tool: x' }], 'clause 12'],
  ])('is not when %s is %j (%s)', (pointer, value, clause) => {
    const whys = spdxProblems(changed(sound2, pointer, value), '2.3').map(({ at, why }) => `${at} ${why}`);
    expect(
      whys.some((why) => why.includes(clause)),
      whys.join('\n'),
    ).toBe(true);
  });

  it('needs less than one of 2.2, and may use more', () => {
    const older = changed(sound2, '/spdxVersion', 'SPDX-2.2');
    expect(spdxProblems(older, '2.2').map(({ why }) => why.split(' ')[0])).toEqual([
      ...['licenseConcluded', 'copyrightText', 'licenseConcluded', 'copyrightText'],
    ]);
    const purposeful = changed(older, '/packages/0/primaryPackagePurpose', 'LIBRARY');
    expect(spdxProblems(purposeful, '2.2').some(({ at }) => at === '/packages/0/primaryPackagePurpose')).toBe(true);
  });

  it('is told in lines when it is tag-value', () => {
    const text =
      'SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\nSPDXID: SPDXRef-DOCUMENT\nDocumentName: x\nDocumentNamespace: https://example.org/x\nCreator: Tool: x\nCreated: 2026-11-25T10:00:00Z\n';
    expect(spdxTagValueProblems(text)).toEqual([]);
    expect(spdxTagValueProblems(`${text}\nPackageName: a\nSPDXID: SPDXRef-a\nwhat`).map(({ at }) => at)).toEqual([
      'line 11',
      'line 9',
    ]);
  });

  it('has its problems counted beyond a thousand', () => {
    const packages = Array.from({ length: 3000 }, (_, n) => ({ SPDXID: `SPDXRef-${n}`, name: 'a' }));
    const problems = spdxProblems({ ...sound2, packages, relationships: [] }, '2.3');
    expect(problems).toHaveLength(1001);
    expect(problems.at(-1)?.why).toBe('2000 more problems');
  });

  it('is never taken for sound when there are no rules for it', () => {
    expect(spdxProblems(sound2, '4.0')).toHaveLength(1);
    expect(spdxProblems('text', '2.3')).toHaveLength(1);
  });
});

describe('a document of SPDX 3.0.1', () => {
  it('is sound as the model wants it', () => expect(spdxProblems(sound3, '3.0.1')).toEqual([]));

  // Each line breaks one rule of the SPDX 3.0.1 model.
  it.each([
    ['/@context', 'https://example.org', 'Serialization'],
    ['/name', 'x', 'Serialization'],
    ['/@graph', {}, 'expected a list'],
    ['/@graph/0/created', 'today', 'DateTime'],
    ['/@graph/0/specVersion', '2.3', 'specVersion'],
    ['/@graph/0/createdBy', [], 'at least 1'],
    ['/@graph/0/createdBy/0', 'urn:x:nobody', 'ExternalMap'],
    ['/@graph/1/type', 'Robot', 'not a class'],
    ['/@graph/1/type', undefined, 'type is missing'],
    ['/@graph/1/spdxId', undefined, 'needs an IRI'],
    ['/@graph/1/spdxId', 'urn:x:a', 'used twice'],
    ['/@graph/1/creationInfo', undefined, 'creationInfo is missing'],
    ['/@graph/2/name', undefined, 'name is missing'],
    ['/@graph/2/name', 5, 'expected a text'],
    ['/@graph/2/security_score', 5, 'no property'],
    ['/@graph/2/software_packageUrl', 'npm/a', 'packageUrl'],
    ['/@graph/2/software_primaryPurpose', 'gadget', 'SoftwarePurpose'],
    ['/@graph/2/suppliedBy', 'urn:x:gone', 'ExternalMap'],
    ['/@graph/2/verifiedUsing', [{ type: 'Hash', algorithm: 'SHA1', hashValue: '00' }], 'HashAlgorithm'],
    [
      '/@graph/2/externalIdentifier',
      [{ type: 'ExternalIdentifier', identifier: 'x' }],
      'externalIdentifierType is missing',
    ],
    ['/@graph/4/to', [], 'at least 1'],
    ['/@graph/4/relationshipType', 'DESCRIBES', 'RelationshipType'],
    ['/@graph/4/security_score', 11, 'score'],
    ['/@graph/4/security_severity', undefined, 'security_severity is missing'],
  ])('is not when %s is %j (%s)', (pointer, value, rule) => {
    const whys = spdxProblems(changed(sound3, pointer, value), '3.0.1').map(({ at, why }) => `${at} ${why}`);
    expect(
      whys.some((why) => why.includes(rule)),
      whys.join('\n'),
    ).toBe(true);
  });
});
