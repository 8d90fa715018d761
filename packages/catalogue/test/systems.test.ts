import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPurl, findPurlLadder, formatPurl, type Inventory } from '@assay/contract';
import { readFolder, readImage } from '@assay/image';
import { openImage, openLayout, parsePlatform } from '@assay/oci';
import { fixtures, fixturesFor } from '@assay/testkit';
import { describe, expect, it } from 'vitest';
import { apk } from '../src/apk/cataloguer.ts';
import { cargoLock } from '../src/cargo-lock/cataloguer.ts';
import { catalogueFiles } from '../src/catalogue-files.ts';
import type { TargetKind } from '../src/cataloguer.ts';
import { dpkg } from '../src/dpkg/cataloguer.ts';
import { goBinary } from '../src/go-binary/cataloguer.ts';
import { goMod } from '../src/go-mod/cataloguer.ts';
import { osRelease } from '../src/os-release/cataloguer.ts';
import { rpm } from '../src/rpm/cataloguer.ts';
import { rustBinary } from '../src/rust-binary/cataloguer.ts';
import { toInventory } from '../src/to-inventory.ts';

const choices = [osRelease, dpkg, apk, rpm, goBinary, goMod, rustBinary, cargoLock];
const types = new Set(['deb', 'apk', 'rpm', 'golang', 'cargo']);

interface Target {
  readonly name: string;
  readonly kind: TargetKind;
  readonly count: number;
}

/** The counts are those of fixtures/golden/table.tsv, each package counted once however often it lies in the image. */
const targets: readonly Target[] = [
  { name: 'debian-base-meta', kind: 'image', count: 140 },
  { name: 'debian-meta', kind: 'image', count: 140 + 17 },
  { name: 'debian-meta-zstd', kind: 'image', count: 140 + 17 },
  { name: 'distroless-like', kind: 'image', count: 9 + 17 },
  { name: 'alpine-3.4', kind: 'image', count: 16 },
  { name: 'busybox-static', kind: 'image', count: 0 },
  { name: 'multiarch', kind: 'image', count: 17 },
  { name: 'gobin-a', kind: 'directory', count: 17 },
  { name: 'rustbin-a', kind: 'directory', count: 15 },
  { name: 'lock-a', kind: 'directory', count: 19 + 19 },
];

describe.runIf(fixturesFor('packages of systems and programs against Syft and Trivy'))('packages', () => {
  it.each(targets)('of $name are exactly those that Syft and Trivy list', async ({ name, kind, count }) => {
    const folder = fixtures('scans');
    const syft = new Set(goldenPurls(folder, name, 'syft.cdx16.json').flatMap(versioned));
    const trivy = new Set(goldenPurls(folder, name, 'trivy.cdx.json').flatMap(versioned));
    const { packages, rejected } = await inventoryOf(folder, name, kind);
    const ours = new Set(packages.flatMap(({ purl }) => versioned(purl ?? '')));

    const missing = [...syft.union(trivy)].filter((purl) => !ours.has(purl));
    const alone = [...ours].filter((purl) => !syft.has(purl) && !trivy.has(purl));
    expect({ missing, alone }).toEqual({ missing: [], alone: [] });
    expect(ours.size).toBe(count);
    expect(rejected).toEqual([]);
  });

  it.each(['debian-base-meta', 'distroless-like', 'alpine-3.4'])(
    'of %s have the purl that Syft writes, but for the origin of the package',
    async (name) => {
      const folder = fixtures('scans');
      const qualified = (purl: string): string[] =>
        /^pkg:(?:deb|apk)\//.test(purl) ? [findPurlLadder(purl)?.qualified ?? purl] : [];
      const { packages } = await inventoryOf(folder, name, 'image');
      expect(packages.flatMap(({ purl }) => qualified(purl ?? '')).sort()).toEqual(
        goldenPurls(folder, name, 'syft.cdx16.json').flatMap(qualified).sort(),
      );
    },
  );

  // The recorded SrcName and SrcVersion of Trivy, which writes the version and the revision apart.
  it('of Debian name the source that Trivy names', async () => {
    const folder = fixtures('scans');
    const report: TrivyReport = JSON.parse(readFileSync(join(folder, 'golden/debian-base-meta/trivy.json'), 'utf8'));
    const theirs = (report.Results ?? []).flatMap(({ Packages }) => Packages ?? []).map(sourceOf);
    const { packages } = await inventoryOf(folder, 'debian-base-meta', 'image');
    const ours = packages.flatMap(({ foundBy, name, version, source }) =>
      foundBy === 'dpkg' ? [`${name}: ${source?.name ?? name} ${source?.version ?? version}`] : [],
    );
    expect(ours.sort()).toEqual(theirs.sort());
  });

  it('of Debian know what they need, as many as Trivy found', async () => {
    const folder = fixtures('scans');
    const report: TrivyReport = JSON.parse(readFileSync(join(folder, 'golden/debian-base-meta/trivy.json'), 'utf8'));
    const theirs = (report.Results ?? []).flatMap(({ Packages }) => Packages ?? []);
    const { packages } = await inventoryOf(folder, 'debian-base-meta', 'image');
    for (const { Name, DependsOn } of theirs) {
      const ours = packages.find(({ name, foundBy }) => name === Name && foundBy === 'dpkg');
      // Ours are more where an alternative or a virtual package satisfies a need.
      expect(ours?.dependsOn.length, Name).toBeGreaterThanOrEqual(DependsOn?.length ?? 0);
    }
  });

  it('of an image say the layer they came from', async () => {
    const { packages, distro } = await inventoryOf(fixtures('scans'), 'debian-meta', 'image');
    expect(distro).toMatchObject({ id: 'debian', version: '12', codename: 'bookworm' });
    for (const { locations } of packages) {
      expect(locations.length).toBeGreaterThan(0);
      for (const { layer } of locations) expect(layer).toMatch(/^sha256:[0-9a-f]{64}$/);
    }
  });

  it('of the arm64 image of an index are those of that program', async () => {
    const { packages } = await inventoryOf(fixtures('scans'), 'multiarch', 'image', 'linux/arm64');
    const main = packages.find(({ name }) => name === 'example.test/gobin-a');
    expect(main?.properties).toContainEqual({ name: 'go:GOARCH', value: 'arm64' });
    expect(main?.dependsOn).toHaveLength(16);
  });
});

interface TrivyReport {
  readonly Results?: readonly { readonly Packages?: readonly TrivyPackage[] }[];
}

interface TrivyPackage {
  readonly Name: string;
  readonly SrcName?: string;
  readonly SrcVersion?: string;
  readonly SrcRelease?: string;
  readonly SrcEpoch?: number;
  readonly DependsOn?: readonly string[];
}

function sourceOf({ Name, SrcName, SrcVersion, SrcRelease, SrcEpoch }: TrivyPackage): string {
  const epoch = SrcEpoch === undefined ? '' : `${SrcEpoch}:`;
  const revision = SrcRelease === undefined ? '' : `-${SrcRelease}`;
  return `${Name}: ${SrcName} ${epoch}${SrcVersion}${revision}`;
}

async function inventoryOf(folder: string, name: string, kind: TargetKind, platform?: string): Promise<Inventory> {
  const view =
    kind === 'directory'
      ? await readFolder(join(folder, 'inputs', name), catalogueFiles('directory', choices))
      : await readLayout(join(folder, 'images', name), platform);
  return toInventory(view, { kind, name }, kind, choices);
}

async function readLayout(path: string, platform: string | undefined) {
  const source = await openLayout(path);
  try {
    const { layers } = await openImage(source, platform === undefined ? {} : { platform: parsePlatform(platform) });
    return await readImage(source, layers, catalogueFiles('image', choices));
  } finally {
    await source.close();
  }
}

function goldenPurls(folder: string, name: string, file: string): string[] {
  const document: { components?: { purl?: string }[] } = JSON.parse(
    readFileSync(join(folder, 'golden', name, file), 'utf8'),
  );
  return (document.components ?? []).flatMap(({ purl }) => (purl === undefined ? [] : [purl]));
}

/**
 * Type, name and version without what each tool adds; nothing for other ecosystems. Trivy writes a `v` before versions of Go
 * itself, and epochs as a qualifier.
 */
function versioned(text: string): string[] {
  const purl = findPurl(text);
  if (purl === undefined || !types.has(purl.type)) return [];
  const { type, namespace, name, qualifiers } = purl;
  const written = qualifiers.epoch === undefined ? purl.version : `${qualifiers.epoch}:${purl.version}`;
  return [formatPurl({ type, namespace, name, version: type === 'golang' ? written.replace(/^v/, '') : written })];
}
