import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openJson } from '../../src/json/split-document.ts';
import {
  readSpdx3,
  readSpdxJson,
  readSpdxTagValue,
  type SpdxDocument,
  spdxProblems,
  spdxTagValueProblems,
} from '../../src/spdx/index.ts';

const ids = fc.constantFrom('SPDXRef-a', 'SPDXRef-b', 'SPDXRef-DOCUMENT', 'urn:x:a', 'urn:x:b', '_:c', '__proto__', '');
const words = fc.oneof(
  ids,
  fc.constantFrom(
    'MIT AND LicenseRef-1',
    'pkg:npm/a@1',
    'pkg:rpm/a/b@1?epoch=x&distro=',
    'purl',
    'cpe23Type',
    'DEPENDS_ON',
    'DESCRIBES',
  ),
  fc.constantFrom(
    'assay: {"ref":"SPDXRef-b","role":"distro"}',
    'assay: {"role":"subject","layers":[1]}',
    'Tool: trivy',
    'LayerDigest: x',
  ),
  fc.constantFrom(
    'OPERATING_SYSTEM',
    'CONTAINER',
    'hasDeclaredLicense',
    'affects',
    'describes',
    'dependsOn',
    '2026-11-25T10:00:00Z',
    'NONE',
  ),
);

const leaf = fc.oneof(words, fc.constantFrom(null, true, -1, 1e308), fc.string({ maxLength: 3 }));
const names = fc.constantFrom(
  ...[
    'SPDXID',
    'spdxId',
    '@id',
    'name',
    'fileName',
    'versionInfo',
    'externalRefs',
    'referenceType',
    'referenceLocator',
    'annotations',
  ],
  ...[
    'annotator',
    'comment',
    'checksums',
    'algorithm',
    'checksumValue',
    'licenseDeclared',
    'primaryPackagePurpose',
    'spdxElementId',
  ],
  ...[
    'relatedSpdxElement',
    'relationshipType',
    'creators',
    'created',
    'createdBy',
    'creationInfo',
    'from',
    'to',
    'rootElement',
  ],
  ...[
    'externalIdentifier',
    'identifier',
    'externalIdentifierType',
    'verifiedUsing',
    'suppliedBy',
    'expandedlicensing_member',
    '__proto__',
  ],
);

const { value } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, leaf, tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 3 }),
  object: fc.dictionary(names, tie('value'), { maxKeys: 6 }),
}));
const object = fc.dictionary(names, value, { maxKeys: 8 });
const entries = fc.oneof(fc.array(fc.oneof(object, value), { maxLength: 5 }), value);

/** Every entry is somewhere: in the inventory, apart from it, or rejected under its own place. */
function isComplete({ inventory, counts }: SpdxDocument, place: RegExp): boolean {
  const lost = inventory.rejected.filter(({ at }) => place.test(at)).length;
  const apart = counts.packages - inventory.packages.length - lost;
  return apart >= 0 && apart <= 2;
}

describe('any document', () => {
  it('of SPDX 2 in JSON is read without loss, and judged', () => {
    const head = {
      spdxVersion: fc.constantFrom('SPDX-2.2', 'SPDX-2.3'),
      name: value,
      creationInfo: value,
      documentDescribes: value,
    };
    const more = {
      packages: entries,
      files: entries,
      snippets: entries,
      relationships: entries,
      hasExtractedLicensingInfos: entries,
      annotations: entries,
    };
    fc.assert(
      fc.property(fc.record({ ...head, ...more }), (document) => {
        const read = readSpdxJson(openJson(Buffer.from(JSON.stringify(document))));
        expect(isComplete(read, /^\/packages\/\d+$/)).toBe(true);
        expect(new Set(read.inventory.packages.map(({ ref }) => ref)).size).toBe(read.inventory.packages.length);
        for (const version of ['2.2', '2.3']) expect(Array.isArray(spdxProblems(document, version))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('of SPDX 3 is read, and judged', () => {
    const types = fc.constantFrom(
      ...[
        'software_Package',
        'software_File',
        'software_Sbom',
        'SpdxDocument',
        'CreationInfo',
        'Relationship',
        'Person',
        'Tool',
      ],
      ...[
        'security_Vulnerability',
        'security_VexFixedVulnAssessmentRelationship',
        'security_EpssVulnAssessmentRelationship',
      ],
      ...['expandedlicensing_ConjunctiveLicenseSet', 'simplelicensing_LicenseExpression', 'Gadget'],
    );
    const element = fc.tuple(types, object).map(([type, members]) => ({ ...members, type }));
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 5, arbitrary: element }, value), { maxLength: 12 }), (graph) => {
        const document = { '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld', '@graph': graph };
        const { inventory } = readSpdx3(openJson(Buffer.from(JSON.stringify(document))));
        expect(new Set(inventory.packages.map(({ ref }) => ref)).size).toBe(inventory.packages.length);
        expect(Array.isArray(spdxProblems(document, '3.0.1'))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('of tag-value is read without loss, and judged', () => {
    const tags = fc.constantFrom(
      ...[
        'PackageName',
        'SPDXID',
        'PackageVersion',
        'PackageChecksum',
        'ExternalRef',
        'ExternalRefComment',
        'FileName',
        'Relationship',
      ],
      ...[
        'SnippetSPDXID',
        'SnippetByteRange',
        'LicenseID',
        'LicenseName',
        'Annotator',
        'SPDXREF',
        'AnnotationComment',
        'Creator',
        'Nonsense',
      ],
    );
    const line = fc.oneof(
      fc.tuple(tags, words).map(([tag, word]) => `${tag}: ${word}`),
      fc.tuple(tags, words).map(([tag, word]) => `${tag}: <text>${word}\n# x\n</text>`),
      fc.string({ maxLength: 10 }),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        const text = `SPDXVersion: SPDX-2.3\n${lines.join('\n')}`;
        const read = readSpdxTagValue(text);
        expect(read.counts.packages).toBeGreaterThanOrEqual(read.inventory.packages.length);
        expect(Array.isArray(spdxTagValueProblems(text))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
