import { describe, expect, it } from 'vitest';
import { openJson } from '../../json/split-document.ts';
import type { SpdxReadOptions } from './document-reader.ts';
import { readSpdxJson } from './read-json.ts';

const read = (document: object | string, options?: SpdxReadOptions) =>
  readSpdxJson(openJson(Buffer.from(typeof document === 'string' ? document : JSON.stringify(document))), options);

const aDocument = (more: object = {}) => ({
  spdxVersion: 'SPDX-2.3',
  name: 'demo',
  documentNamespace: 'https://example.org/demo',
  creationInfo: { creators: ['Tool: demo-1'], created: '2026-11-25T10:00:00Z' },
  ...more,
});

const aPackage = (id: string, more: object = {}) => ({ SPDXID: `SPDXRef-${id}`, name: id, ...more });

const related = (from: string, type: string, to: string) => ({
  spdxElementId: `SPDXRef-${from}`,
  relationshipType: type,
  relatedSpdxElement: `SPDXRef-${to}`,
});

// The numbers are those of research/anchors-stores.md (e), "Correctness traps".
describe('SPDX 2 in JSON', () => {
  it('has its root in documentDescribes, in a relationship, or nowhere (trap 12)', () => {
    const packages = [aPackage('a'), aPackage('b')];
    const byList = read(aDocument({ packages, documentDescribes: ['SPDXRef-a'] }));
    const byEdge = read(aDocument({ packages, relationships: [related('DOCUMENT', 'DESCRIBES', 'a')] }));
    const byReverse = read(aDocument({ packages, relationships: [related('a', 'DESCRIBED_BY', 'DOCUMENT')] }));
    for (const { inventory } of [byList, byEdge, byReverse]) expect(inventory.subject.name).toBe('a');
    expect(read(aDocument({ packages })).inventory.subject).toEqual({ kind: 'sbom', name: 'demo' });
    expect(read(aDocument()).inventory.packages).toEqual([]);
  });

  it('spells categories in two ways and may name several package URLs (trap 13)', () => {
    const refs = [
      { referenceCategory: 'PACKAGE_MANAGER', referenceType: 'purl', referenceLocator: 'pkg:npm/a@1' },
      { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: 'pkg:github/a/a@1' },
      { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: 'pkg:npm/a@1' },
      ...Array(1000).fill({
        referenceCategory: 'SECURITY',
        referenceType: 'cpe22Type',
        referenceLocator: 'cpe:/a:a:a:1',
      }),
    ];
    const [pkg] = read(aDocument({ packages: [aPackage('a', { externalRefs: refs })] })).inventory.packages;
    expect(pkg?.purl).toBe('pkg:npm/a@1');
    expect(pkg?.cpes).toEqual(['cpe:/a:a:a:1']);
    expect(pkg?.properties).toEqual([{ name: 'spdx:externalRef:purl', value: 'pkg:github/a/a@1' }]);
  });

  it('carries no findings: an advisory is a property of its package (trap 13)', () => {
    const advisory = {
      referenceCategory: 'SECURITY',
      referenceType: 'advisory',
      referenceLocator: 'https://example.org/1',
    };
    const { findings, inventory } = read(aDocument({ packages: [aPackage('a', { externalRefs: [advisory] })] }));
    expect(findings).toEqual([]);
    expect(inventory.packages[0]?.properties).toEqual([
      { name: 'spdx:externalRef:advisory', value: 'https://example.org/1' },
    ]);
  });

  it('says nothing with NOASSERTION and NONE (trap 14)', () => {
    const silent = {
      versionInfo: 'NOASSERTION',
      supplier: 'NOASSERTION',
      licenseDeclared: 'NONE',
      description: 'NONE',
    };
    const [pkg] = read(aDocument({ packages: [aPackage('a', silent)] })).inventory.packages;
    expect(pkg).toEqual({
      ...{ ref: 'SPDXRef-a', kind: 'library', name: 'a', version: '', licenses: [], cpes: [], hashes: {} },
      ...{ locations: [], foundBy: 'demo', dependsOn: [], properties: [] },
    });
  });

  it('keeps the version it states, epoch and all, whatever the package URL says (trap 14)', () => {
    const ref = { referenceType: 'purl', referenceLocator: 'pkg:deb/debian/a@1.2-3?epoch=1' };
    const [pkg] = read(aDocument({ packages: [aPackage('a', { versionInfo: '1:1.2-3', externalRefs: [ref] })] }))
      .inventory.packages;
    expect(pkg?.version).toBe('1:1.2-3');
  });

  it('lists files only when asked (trap 15)', () => {
    const document = aDocument({
      files: [{ SPDXID: 'SPDXRef-f', fileName: './src/x.c', checksums: [] }, { SPDXID: 'SPDXRef-g' }],
    });
    const plain = read(document);
    expect(plain.counts.files).toBe(2);
    expect(plain.inventory.packages).toEqual([]);
    expect(plain.inventory.rejected).toEqual([{ at: '/files/1', why: 'the file has no name' }]);
    expect(read(document, { files: true }).inventory.packages).toMatchObject([
      { kind: 'file', name: './src/x.c', locations: [{ path: 'src/x.c' }] },
    ]);
  });

  it('must end where its document ends (trap 17)', () => {
    expect(() => read(`${JSON.stringify(aDocument())} trailing`)).toThrow('SBOM_INVALID');
  });

  it('reads relationships that come before packages, either way round', () => {
    const { inventory } = read(
      JSON.stringify({
        relationships: [related('a', 'DEPENDS_ON', 'b'), related('c', 'DEPENDENCY_OF', 'a')],
        ...aDocument({ packages: ['a', 'b', 'c'].map((id) => aPackage(id)) }),
      }),
    );
    expect(inventory.rejected).toEqual([]);
    expect(inventory.packages[0]?.dependsOn).toEqual(['SPDXRef-b', 'SPDXRef-c']);
  });

  it('counts every entry, understood or not', () => {
    const packages = [
      aPackage('a'),
      'text',
      { SPDXID: 'SPDXRef-x' },
      null,
      aPackage('b', { checksums: [{}], externalRefs: [5] }),
    ];
    const { inventory, counts } = read(aDocument({ packages }));
    const lost = inventory.rejected.filter(({ at }) => /^\/packages\/\d+$/.test(at));
    expect(counts.packages).toBe(5);
    expect(inventory.packages.length + lost.length).toBe(5);
    expect(inventory.rejected.map(({ at }) => at)).toEqual([
      ...['/packages/1', '/packages/2', '/packages/3', '/packages/4/externalRefs/0', '/packages/4/checksums/0'],
    ]);
  });

  it('keeps both packages that share an id, and the edges of the first', () => {
    const { inventory } = read(
      aDocument({
        packages: [aPackage('a'), aPackage('a', { name: 'other' }), aPackage('b')],
        relationships: [related('b', 'DEPENDS_ON', 'a')],
      }),
    );
    expect(inventory.packages.map(({ ref, name }) => [ref, name])).toEqual([
      ['SPDXRef-a', 'a'],
      ['SPDXRef-a-2', 'other'],
      ['SPDXRef-b', 'b'],
    ]);
    expect(inventory.packages[2]?.dependsOn).toEqual(['SPDXRef-a']);
  });

  it('tells each missing element once, and how often it is named', () => {
    const relationships = Array.from({ length: 1000 }, () => related('a', 'DEPENDS_ON', 'gone'));
    const { inventory } = read(aDocument({ packages: [aPackage('a')], relationships }));
    expect(inventory.rejected).toEqual([
      {
        at: '/relationships/0',
        why: 'the relationship names "SPDXRef-gone", which the document does not have; 1000 relationships do',
      },
    ]);
  });

  it('knows elements of other documents, and the words for none', () => {
    const relationships = [
      { ...related('a', 'DEPENDS_ON', ''), relatedSpdxElement: 'DocumentRef-x:SPDXRef-y' },
      { ...related('a', 'DEPENDS_ON', ''), relatedSpdxElement: 'NOASSERTION' },
    ];
    expect(read(aDocument({ packages: [aPackage('a')], relationships })).inventory.rejected).toEqual([]);
  });

  it('takes circles of dependencies as they are', () => {
    const relationships = [
      related('a', 'DEPENDS_ON', 'b'),
      related('b', 'DEPENDS_ON', 'a'),
      related('a', 'DEPENDS_ON', 'a'),
    ];
    const { inventory } = read(aDocument({ packages: [aPackage('a'), aPackage('b')], relationships }));
    expect(inventory.packages.map(({ dependsOn }) => dependsOn)).toEqual([['SPDXRef-b', 'SPDXRef-a'], ['SPDXRef-a']]);
  });

  it('is not fooled by names of the language', () => {
    const hostile = `{"spdxVersion":"SPDX-2.3","name":"x","__proto__":{"name":"y"},"packages":[{"__proto__":{"name":"z"},"SPDXID":"SPDXRef-1"},
      {"name":"constructor","SPDXID":"__proto__","primaryPackagePurpose":"toString","checksums":[{"algorithm":"__proto__","checksumValue":"00"}]}]}`;
    const { inventory } = read(hostile);
    expect(inventory.packages).toHaveLength(1);
    expect(inventory.packages[0]).toMatchObject({ ref: '__proto__', name: 'constructor', kind: 'other' });
    expect(Object.keys(inventory.packages[0]?.hashes ?? {})).toEqual(['__proto__']);
    expect(inventory.rejected.map(({ at }) => at)).toEqual(['/packages/0', '/packages/1/primaryPackagePurpose']);
  });

  it('keeps a date that is none out of the answer, and says so', () => {
    const { inventory } = read(aDocument({ creationInfo: { creators: ['Tool: x'], created: 'yesterday' } }));
    expect(inventory.createdAt).toBeUndefined();
    expect(inventory.rejected[0]?.at).toBe('/creationInfo/created');
  });

  it('takes names made to be slow to read', () => {
    const slow = `Tool: ${'-1'.repeat(200_000)}\n`;
    const purl = (n: number) => `pkg:deb/debian/a@1?distro=${'a-1'.repeat(1200)}%20${n}`;
    const packages = Array.from({ length: 200 }, (_, n) =>
      aPackage(`p${n}`, { externalRefs: [{ referenceType: 'purl', referenceLocator: purl(n) }] }),
    );
    const { inventory } = read(aDocument({ packages, creationInfo: { creators: [slow], created: '' } }));
    expect(inventory.packages).toHaveLength(200);
    expect(inventory.distro).toBeUndefined();
  }, 5_000);

  it('rejects lists that are none', () => {
    const { inventory } = read(aDocument({ packages: 'none', files: 5, relationships: null }));
    expect(inventory.rejected.map(({ at }) => at).sort()).toEqual(['/files', '/packages']);
  });

  it('is refused when it is of another version', () => {
    expect(() => read({ spdxVersion: 'SPDX-2.9' })).toThrow('SBOM_VERSION');
    expect(() => read({ SPDXID: 'SPDXRef-DOCUMENT' })).toThrow('SBOM_VERSION');
  });

  it('costs what it is long: a hundred thousand relationships, all of one package', () => {
    const packages = [aPackage('a'), ...Array.from({ length: 1000 }, (_, n) => aPackage(`p${n}`))];
    const relationships = Array.from({ length: 100_000 }, (_, n) => related('a', 'DEPENDS_ON', `p${n % 1000}`));
    const { inventory } = read(aDocument({ packages, relationships }));
    expect(inventory.packages[0]?.dependsOn).toHaveLength(1000);
  }, 20_000);
});
