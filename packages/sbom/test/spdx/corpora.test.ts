import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Package, ReadDocument } from '@assay/contract';
import { fixtures, fixturesFor } from '@assay/testkit';
import { describe, expect, it } from 'vitest';
import { readDocument } from '../../src/index.ts';
import { openJson } from '../../src/json/split-document.ts';
import {
  readSpdx3,
  readSpdxJson,
  readSpdxTagValue,
  type SpdxDocument,
  spdxProblems,
  writeSpdx,
} from '../../src/spdx/index.ts';

const json = (path: string): SpdxDocument => readSpdxJson(openJson(readFileSync(path)));
const tagValue = (path: string): SpdxDocument => readSpdxTagValue(readFileSync(path, 'utf8'));
const graph = (path: string): SpdxDocument => readSpdx3(openJson(readFileSync(path)));

/** The scanned thing and the distribution are packages of the document, and not of the inventory. */
function apart({ inventory, counts }: SpdxDocument): number {
  return counts.packages - inventory.packages.length;
}

describe.runIf(fixturesFor('SPDX examples'))('every example of spdx/spdx-examples', () => {
  const root = join(fixtures('corpora'), 'spdx+spdx-examples');
  // Packages counted in the files by hand: `grep -c '^PackageName:'`, the length of `packages`, elements of the three package classes.
  const packagesOf: Readonly<Record<string, number>> = {
    'ai/example01/spdx3.0/simplehtr-example.json': 13,
    'ai/example02/spdx3.0/sbom.spdx3.json': 2,
    'presentations/OSS-NA-2023/SPDXVersion2.3/01-MinimalSBOM.json': 1,
    'presentations/OSS-NA-2023/SPDXVersion2.3/02-SBOMwSource.json': 1,
    'presentations/OSS-NA-2023/SPDXVersion2.3/03-SBOMwDependency.json': 2,
    'presentations/OSS-NA-2023/SPDXVersion2.3/04-SBOMwSecurity.json': 2,
    'presentations/OSS-NA-2023/SPDXVersion2.3/05-SBOMwSourceLicense.json': 1,
    'presentations/SBOMS-SPDX-Now-and-Future/ACME-v2.3.spdx.json': 4,
    'software/example12/spdx2.2/hello-dist.spdx.json': 1,
    'software/example12/spdx2.2/hello-src.spdx.json': 1,
    'software/example12/spdx3.0/hello-dist.spdx3.json': 1,
    'software/example12/spdx3.0/hello-src.spdx3.json': 1,
    'software/example13/spdx3.0/example13.spdx3.json': 4,
    'software/example2/spdx2.2/example2-bin.spdx': 1,
    'software/example2/spdx2.2/example2-src.spdx': 1,
    'software/example5/spdx2.2/example5-bin.spdx': 1,
    'software/example5/spdx2.2/example5-src.spdx': 1,
    'software/example5/spdx3.0/example5-bin.json': 1,
    'software/example5/spdx3.0/example5-src.json': 1,
    'software/example6/spdx2.2/example6-bin.spdx': 1,
    'software/example6/spdx2.2/example6-lib.spdx': 5,
    'software/example6/spdx2.2/example6-src.spdx': 1,
    'software/example6/spdx3.0/example6-bin.json': 1,
    'software/example6/spdx3.0/example6-lib.json': 5,
    'software/example6/spdx3.0/example6-src.json': 1,
    'software/example9/spdx2.2/appbomination.spdx.json': 7,
    'software/example9/spdx3.0/appbomination.spdx3.json': 7,
  };
  const files = globSync('**/*.{json,spdx}', { cwd: root }).sort();
  const read = (file: string) => {
    const path = join(root, file);
    return file.endsWith('.spdx') ? tagValue(path) : file.includes('spdx3.0/') ? graph(path) : json(path);
  };

  it('is known here', () => expect(files).toEqual(Object.keys(packagesOf).sort()));

  it.each(files)('yields its packages: %s', (file) => {
    const document = read(file);
    expect(document.counts.packages).toBe(packagesOf[file]);
    expect(document.inventory.packages).toHaveLength(packagesOf[file] ?? 0);
    expect(document.inventory.rejected).toEqual([]);
  });

  // The one example that breaks its specification gives two relationships the same id.
  it.each(files.filter((file) => file.endsWith('.json')))('is judged by its specification: %s', (file) => {
    const { version } = read(file).format;
    const problems = spdxProblems(JSON.parse(readFileSync(join(root, file), 'utf8')), version);
    expect(problems.map(({ why }) => why)).toEqual(
      basename(file) === 'simplehtr-example.json' ? [expect.stringContaining('used twice')] : [],
    );
  });

  // The same software in both versions: names, versions, licences, suppliers and hashes agree.
  it.each([
    ['software/example5/spdx2.2/example5-src.spdx', 'software/example5/spdx3.0/example5-src.json'],
    ['software/example6/spdx2.2/example6-lib.spdx', 'software/example6/spdx3.0/example6-lib.json'],
    ['software/example9/spdx2.2/appbomination.spdx.json', 'software/example9/spdx3.0/appbomination.spdx3.json'],
  ])('says the same in 2.2 and 3.0: %s', (older, newer) => {
    const tell = ({ inventory }: SpdxDocument) =>
      inventory.packages
        .map(({ name, version, supplier, hashes }) => ({ name, version, supplier, hashes }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    expect(tell(read(newer))).toEqual(tell(read(older)));
  });
});

describe.runIf(fixturesFor('SPDX of Syft and Trivy'))('what Syft and Trivy wrote', () => {
  const golden = join(fixtures('scans'), 'golden');
  const documents = globSync('*/*.spdx*.json', { cwd: golden }).sort();

  it('is there', () => expect(documents.length).toBeGreaterThan(30));

  it.each(documents)('is read with nothing rejected: %s', (file) => {
    const document = json(join(golden, file));
    expect(document.inventory.rejected).toEqual([]);
    // Trivy lists the operating system where there is one.
    expect(apart(document)).toBe(file.includes('trivy') && document.inventory.distro !== undefined ? 2 : 1);
  });

  it.each(documents.filter((file) => existsSync(join(golden, file.replace(/\.json$/, '.tv')))))(
    'has a twin in tag-value: %s',
    (file) => {
      const twin = tagValue(join(golden, file.replace(/\.json$/, '.tv')));
      expect(twin.inventory.rejected).toEqual([]);
      // Trivy's tag-value lacks its annotations, hence layers and properties of its own.
      const tell = ({ inventory }: SpdxDocument) =>
        inventory.packages.map((pkg) => inComparableOrder(pkg)).sort((a, b) => (a.ref < b.ref ? -1 : 1));
      expect(tell(twin)).toEqual(tell(json(join(golden, file))));
      expect(twin.inventory.distro).toEqual(json(join(golden, file)).inventory.distro);
    },
  );

  it.each(documents)('is written back as it was read: %s', (file) => {
    const { inventory } = json(join(golden, file));
    const input = { inventory, createdAt: inventory.createdAt ?? '', tool: { name: 'assay', version: '0.1.0' } };
    const text = [...writeSpdx(input, { version: '2.3' })].join('');
    const again = readSpdxJson(openJson(Buffer.from(text))).inventory;
    expect({ ...again, tools: again.tools.slice(1) }).toEqual(inventory);
    expect(spdxProblems(JSON.parse(text), '2.3')).toEqual([]);
  });

  it('names the same source packages, whichever tool wrote it', () => {
    const folder = join(golden, 'debian-base-meta');
    const sources = (file: string) =>
      new Map(
        json(join(folder, file)).inventory.packages.flatMap(({ name, source, version }) =>
          source === undefined ? [] : [[name, `${source.name} ${source.version || version}`]],
        ),
      );
    const [syft, trivy] = [sources('syft.spdx23.json'), sources('trivy.spdx.json')];
    const both = [...syft].filter(([name]) => trivy.has(name));
    expect(both.length).toBeGreaterThan(50);
    expect(both.filter(([name, source]) => trivy.get(name) !== source)).toEqual([]);
  });

  it.each(globSync('*/trivy.spdx.json', { cwd: golden }).sort())(
    'says of packages what its CycloneDX says: %s',
    async (file) => {
      const cyclonedx = await readDocument(readFileSync(join(golden, dirname(file), 'trivy.cdx.json')));
      const tell = ({ inventory }: ReadDocument) =>
        inventory.packages
          .filter(({ purl }) => purl !== undefined)
          .map(({ kind, name, version, purl, source, arch, licenses, hashes, supplier }) =>
            JSON.stringify({ kind, name, version, purl, source, arch, licenses, hashes, supplier }),
          )
          .sort();
      const spdx = json(join(golden, file));
      expect(tell(spdx)).toEqual(tell(cyclonedx));
      expect(spdx.inventory.distro).toEqual(cyclonedx.inventory.distro);
    },
  );

  it('names the distribution and the digest of the image', () => {
    for (const file of ['syft.spdx22.json', 'syft.spdx23.json', 'trivy.spdx.json']) {
      const { inventory } = json(join(golden, 'alpine-3.4', file));
      expect(inventory.distro).toEqual({ id: 'alpine', version: '3.4.6', like: [] });
      expect(inventory.subject.kind).toBe('image');
    }
    const { subject } = json(join(golden, 'alpine-3.4', 'syft.spdx23.json')).inventory;
    expect(subject.digest).toBe('sha256:aa597abd1bb9c8f354823e4c0e517e4a17a3235928ad105a72617e71137da76d');
    expect(basename(dirname(subject.name))).toBe('images');
  });
});

function inComparableOrder({ properties, locations, dependsOn, ...pkg }: Package) {
  return {
    ...pkg,
    dependsOn: [...dependsOn].sort(),
    locations: locations.map(({ path }) => path),
    properties: properties.filter(({ name }) => !name.startsWith('aquasecurity:trivy:')),
  };
}
