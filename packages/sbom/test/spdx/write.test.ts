import type { Finding, Inventory, Package } from '@assay/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openJson } from '../../src/json/split-document.ts';
import type { SbomInput } from '../../src/sbom-input.ts';
import { readSpdxJson, spdxProblems, writeSpdx } from '../../src/spdx/index.ts';
import { inventories } from './inventories.ts';

const tool = { name: 'assay', version: '0.1.0' };
const createdAt = '2026-11-25T10:00:00Z';

function chunks(input: Omit<SbomInput, 'createdAt' | 'tool'>): readonly string[] {
  return [...writeSpdx({ createdAt, tool, ...input }, { version: '2.3' })];
}

const written = (input: Omit<SbomInput, 'createdAt' | 'tool'>) => chunks(input).join('');

function readAgain(text: string) {
  return readSpdxJson(openJson(new TextEncoder().encode(text)));
}

const aPackage = (name: string, more: Partial<Package> = {}): Package => ({
  ...{
    ref: `pkg:npm/${name}@1`,
    kind: 'library',
    name,
    version: '1',
    purl: `pkg:npm/${name}@1`,
    licenses: [],
    cpes: [],
  },
  ...{ hashes: {}, locations: [], dependsOn: [], properties: [] },
  ...more,
});

const anInventory = (packages: readonly Package[], more: Partial<Inventory> = {}): Inventory => ({
  subject: { kind: 'image', name: 'demo:1' },
  packages,
  rejected: [],
  createdAt,
  tools: [],
  ...more,
});

const aFinding = (pkg: Package): Finding => ({
  ...{ id: 'CVE-2026-1', aliases: [], package: pkg, severity: 'high', severitySource: 'nvd', ratings: [] },
  ...{ fixState: 'fixed', fixedIn: ['2'], evidence: [], urls: ['https://example.org/CVE-2026-1'], cwes: [] },
});

describe('SPDX 2.2 that we write', () => {
  it('breaks no rule of 2.2, and reads back to the same packages', () => {
    fc.assert(
      fc.property(inventories, (inventory) => {
        const text = [...writeSpdx({ createdAt, tool, inventory }, { version: '2.2' })].join('');
        expect(spdxProblems(JSON.parse(text), '2.2')).toEqual([]);
        const names = (packages: readonly Package[]) =>
          packages.map(({ name, version, purl }) => [name, version, purl]);
        expect(names(readAgain(text).inventory.packages)).toEqual(names(inventory.packages));
      }),
      { numRuns: 200 },
    );
  });
});

describe('SPDX 2.3 that we write', () => {
  it('gives the same inventory when it is read back, and breaks no rule', () => {
    fc.assert(
      fc.property(inventories, (inventory) => {
        const text = written({ inventory });
        const others = inventory.tools.filter(({ name, version }) => name !== tool.name || version !== tool.version);
        const expected: Inventory = { ...inventory, tools: [tool, ...others] };
        expect(JSON.parse(JSON.stringify(readAgain(text).inventory))).toEqual(JSON.parse(JSON.stringify(expected)));
        expect(spdxProblems(JSON.parse(text), '2.3')).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('is the same for the same input, and its namespace another for another', () => {
    const namespace = (inventory: Inventory, serialNumber?: string) =>
      JSON.parse(written({ inventory, ...(serialNumber === undefined ? {} : { serialNumber }) })).documentNamespace;
    const inventory = anInventory([aPackage('a')]);
    expect(written({ inventory })).toBe(written({ inventory: structuredClone(inventory) }));
    expect(namespace(inventory)).not.toBe(namespace(anInventory([aPackage('b')])));
    // Source: RFC 9562 §5.8, a UUID of version 8.
    expect(namespace(inventory)).toMatch(
      /^https:\/\/assay\.dev\/spdx\/demo-1-[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    const uuid = '3e671687-395b-41f5-a30f-a58921a69b79';
    expect(namespace(inventory, `urn:uuid:${uuid}`)).toBe(`https://assay.dev/spdx/demo-1-${uuid}`);
  });

  it('comes in pieces', () => {
    const packages = Array.from({ length: 3000 }, (_, n) => aPackage(`p${n}`));
    expect(chunks({ inventory: anInventory(packages) }).length).toBeGreaterThan(5);
  });

  it('says what others read: package URL, source, licences, edges, operating system', () => {
    const a = aPackage('a', {
      ...{ source: { name: 'src-a', version: '1-2' }, licenses: ['MIT OR ISC', 'The Own License'], supplier: 'Acme' },
      ...{ hashes: { sha256: '0'.repeat(64) }, cpes: ['cpe:2.3:a:a:a:1:*:*:*:*:*:*:*'], dependsOn: ['pkg:npm/b@1'] },
    });
    const distro = { id: 'debian', version: '12', like: [], prettyName: 'Debian GNU/Linux 12' };
    const document = JSON.parse(written({ inventory: anInventory([a, aPackage('b')], { distro }) }));
    const [root, os, pkg, other] = document.packages;
    expect(root).toMatchObject({ name: 'demo:1', primaryPackagePurpose: 'CONTAINER' });
    expect(os).toMatchObject({ name: 'debian', versionInfo: '12', primaryPackagePurpose: 'OPERATING_SYSTEM' });
    const [license] = document.hasExtractedLicensingInfos;
    expect(license.name).toBe('The Own License');
    expect(pkg).toMatchObject({
      sourceInfo: 'built package from: src-a 1-2',
      licenseDeclared: `(MIT OR ISC) AND ${license.licenseId}`,
      supplier: 'Organization: Acme',
      checksums: [{ algorithm: 'SHA256', checksumValue: '0'.repeat(64) }],
      externalRefs: [
        { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: 'pkg:npm/a@1' },
        {
          referenceCategory: 'SECURITY',
          referenceType: 'cpe23Type',
          referenceLocator: 'cpe:2.3:a:a:a:1:*:*:*:*:*:*:*',
        },
      ],
    });
    const edges = document.relationships.map((edge: Record<string, string>) => [
      edge.spdxElementId,
      edge.relationshipType,
      edge.relatedSpdxElement,
    ]);
    expect(edges).toEqual([
      ['SPDXRef-DOCUMENT', 'DESCRIBES', root.SPDXID],
      [root.SPDXID, 'CONTAINS', os.SPDXID],
      [root.SPDXID, 'CONTAINS', pkg.SPDXID],
      [root.SPDXID, 'CONTAINS', other.SPDXID],
      [pkg.SPDXID, 'DEPENDS_ON', other.SPDXID],
    ]);
  });

  it('names the advisory of each finding, and reading gives the inventory, not the finding', () => {
    const a = aPackage('a');
    const text = written({ inventory: anInventory([a]), findings: [aFinding(a)] });
    expect(JSON.parse(text).packages[1].externalRefs[1]).toEqual({
      referenceCategory: 'SECURITY',
      referenceType: 'advisory',
      referenceLocator: 'https://example.org/CVE-2026-1',
      comment: 'CVE-2026-1: high, fixed in 2',
    });
    expect(spdxProblems(JSON.parse(text), '2.3')).toEqual([]);
    const again = readAgain(text);
    expect(again.findings).toEqual([]);
    expect(again.inventory.packages).toEqual([a]);
  });

  it('says that it is incomplete when entries of its source were not understood', () => {
    const text = written({ inventory: anInventory([], { rejected: [{ at: '/x', why: 'y' }] }) });
    expect(JSON.parse(text).comment).toBe('Incomplete: 1 entries of the source could not be understood.');
  });

  it('is refused when its date is none', () => {
    const input = { inventory: anInventory([]), createdAt: 'today', tool };
    expect(() => [...writeSpdx(input, { version: '2.3' })]).toThrow('OPTION_INVALID');
  });

  it('does not believe an annotation that breaks the model', () => {
    const text = written({ inventory: anInventory([aPackage('a', { arch: 'amd64' })]) });
    const hostile = text.replace(
      '\\"arch\\":\\"amd64\\"',
      '\\"arch\\":5,\\"hashes\\":null,\\"__proto__\\":{},\\"ref\\":\\"\\"',
    );
    expect(hostile).not.toBe(text);
    const { inventory } = readAgain(hostile);
    expect(inventory.packages[0]).toMatchObject({ name: 'a', hashes: {} });
    expect(inventory.packages[0]?.arch).toBeUndefined();
    expect(inventory.rejected.length).toBeGreaterThanOrEqual(3);
  });
});
