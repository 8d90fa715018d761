import { describe, expect, it } from 'vitest';
import { openJson } from '../../json/split-document.ts';
import { readSpdxJson } from './read-json.ts';
import { readSpdxTagValue } from './read-tag-value.ts';

const head = `SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: demo
DocumentNamespace: https://example.org/demo
Creator: Person: Jo (jo@example.org)
Creator: Tool: some-tool-1.2.3
Created: 2026-11-25T10:00:00Z
`;

describe('SPDX in tag-value', () => {
  it('gives each package the tags that follow its name', () => {
    const { inventory, counts } = readSpdxTagValue(`${head}
PackageName: a
SPDXID: SPDXRef-a
PackageVersion: 1.0
PackageSupplier: Organization: Acme
PackageChecksum: SHA256: ${'0'.repeat(64)}
PackageLicenseDeclared: MIT AND LicenseRef-1
PackageDescription: <text>two
lines</text>
ExternalRef: PACKAGE_MANAGER purl pkg:npm/a@1.0
ExternalRefComment: here
ExternalRef: SECURITY cpe23Type cpe:2.3:a:a:a:1.0:*:*:*:*:*:*:*
PrimaryPackagePurpose: APPLICATION

FileName: ./lib/x.js
SPDXID: SPDXRef-f
FileChecksum: SHA1: ${'0'.repeat(40)}
LicenseConcluded: MIT

SnippetSPDXID: SPDXRef-s
SnippetFromFileSPDXID: SPDXRef-f
SnippetByteRange: 1:20

LicenseID: LicenseRef-1
LicenseName: Own Licence
ExtractedText: <text>do
good</text>

Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-a
RelationshipComment: so it is
`);
    expect(inventory.rejected).toEqual([]);
    expect(counts).toEqual({ packages: 1, files: 1, snippets: 1, relationships: 1 });
    expect(inventory.packages).toEqual([
      {
        ref: 'SPDXRef-a',
        kind: 'application',
        name: 'a',
        version: '1.0',
        purl: 'pkg:npm/a@1.0',
        licenses: ['MIT', 'Own Licence'],
        cpes: ['cpe:2.3:a:a:a:1.0:*:*:*:*:*:*:*'],
        hashes: { sha256: '0'.repeat(64) },
        supplier: 'Acme',
        description: 'two\nlines',
        locations: [],
        foundBy: 'some-tool',
        dependsOn: [],
        properties: [],
      },
    ]);
    expect(inventory.subject).toMatchObject({ kind: 'application', name: 'a', version: '1.0' });
    expect(inventory.tools).toEqual([{ name: 'some-tool', version: '1.2.3' }]);
    expect(inventory.createdAt).toBe('2026-11-25T10:00:00Z');
  });

  it('reads relationships that come before the packages they name', () => {
    const { inventory } = readSpdxTagValue(`${head}
Relationship: SPDXRef-b DEPENDENCY_OF SPDXRef-a
PackageName: a
SPDXID: SPDXRef-a
PackageName: b
SPDXID: SPDXRef-b
`);
    expect(inventory.rejected).toEqual([]);
    expect(inventory.packages.map(({ dependsOn }) => dependsOn)).toEqual([['SPDXRef-b'], []]);
  });

  it('counts what it does not understand, under its line', () => {
    const { inventory } = readSpdxTagValue(`${head}PackageName: a
SPDXID: SPDXRef-a
PackageColour: red
just words
PackageChecksum: none
Relationship: SPDXRef-a DEPENDS_ON SPDXRef-gone
SnippetByteRange: 1:2
`);
    expect(inventory.rejected.map(({ at }) => at)).toEqual(['line 11', 'line 12', 'line 13', 'line 15', 'line 14']);
    expect(inventory.packages).toHaveLength(1);
  });

  it('gives annotations to the element they name', () => {
    const { inventory } = readSpdxTagValue(`${head}
PackageName: a
SPDXID: SPDXRef-a
PackageName: b
SPDXID: SPDXRef-b
Annotator: Tool: trivy-0.74.0
AnnotationDate: 2026-11-25T10:00:00Z
AnnotationType: OTHER
SPDXREF: SPDXRef-a
AnnotationComment: <text>PkgType: debian</text>
`);
    expect(inventory.packages.map(({ properties }) => properties)).toEqual([
      [{ name: 'aquasecurity:trivy:PkgType', value: 'debian' }],
      [],
    ]);
  });

  it('says what its JSON twin says', () => {
    const json = {
      spdxVersion: 'SPDX-2.3',
      name: 'demo',
      documentNamespace: 'https://example.org/demo',
      creationInfo: {
        creators: ['Person: Jo (jo@example.org)', 'Tool: some-tool-1.2.3'],
        created: '2026-11-25T10:00:00Z',
      },
      packages: [
        { name: 'a', SPDXID: 'SPDXRef-a', versionInfo: '1', licenseConcluded: 'MIT', licenseDeclared: 'NOASSERTION' },
      ],
    };
    const tags = `${head}PackageName: a\nSPDXID: SPDXRef-a\nPackageVersion: 1\nPackageLicenseConcluded: MIT\nPackageLicenseDeclared: NOASSERTION`;
    const twin = readSpdxJson(openJson(Buffer.from(JSON.stringify(json))));
    expect(readSpdxTagValue(tags).inventory).toEqual(twin.inventory);
    expect(twin.inventory.packages[0]?.licenses).toEqual(['MIT']);
  });

  it('is refused when it is of another version, or of none', () => {
    expect(() => readSpdxTagValue('SPDXVersion: SPDX-1.2\n')).toThrow('SBOM_VERSION');
    expect(() => readSpdxTagValue('DocumentName: x\n')).toThrow('SBOM_VERSION');
  });
});
