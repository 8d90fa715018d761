import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPurl, formatPurl, type Package } from '@assay/contract';
import { type FileView, readFolder, readImage } from '@assay/image';
import { openImage, openLayout } from '@assay/oci';
import { fixtures, fixturesFor } from '@assay/testkit';
import { describe, expect, it } from 'vitest';
import { catalogueFiles, type Find } from '../src/catalogue-files.ts';
import type { TargetKind } from '../src/cataloguer.ts';
import { dotnet } from '../src/dotnet/cataloguer.ts';
import { java } from '../src/java/cataloguer.ts';
import { npm } from '../src/npm/cataloguer.ts';
import { php } from '../src/php/cataloguer.ts';
import { python } from '../src/python/cataloguer.ts';
import { ruby } from '../src/ruby/cataloguer.ts';
import { toInventory } from '../src/to-inventory.ts';

const choices = [npm, python, java, ruby, php, dotnet];
const types = new Set(['npm', 'pypi', 'maven', 'gem', 'composer', 'nuget']);

interface Target {
  readonly name: string;
  readonly kind: TargetKind;
  /** Packages that one tool lists and we do not, or we list and no tool does, with the reason. */
  readonly explained: Readonly<Record<string, string>>;
}

const targets: readonly Target[] = [
  {
    name: 'lock-a',
    kind: 'directory',
    explained: {
      'pkg:gem/bad-entry@5.5.5': 'Trivy reads a section that Bundler does not know; we tell the section as rejected',
    },
  },
  { name: 'node-a', kind: 'directory', explained: {} },
  { name: 'pyvenv-a', kind: 'directory', explained: {} },
  { name: 'debian-meta', kind: 'image', explained: {} },
  { name: 'debian-meta-zstd', kind: 'image', explained: {} },
  { name: 'with-sbom', kind: 'image', explained: {} },
  { name: 'distroless-like', kind: 'image', explained: {} },
  { name: 'alpine-3.4', kind: 'image', explained: {} },
];

describe.runIf(fixturesFor('packages of languages against Syft and Trivy'))('packages of languages', () => {
  it.each(targets)('in $name are those that Syft and Trivy list', async ({ name, kind, explained }) => {
    const folder = fixtures('scans');
    const syft = goldenPurls(folder, name, 'syft.cdx16.json');
    const trivy = goldenPurls(folder, name, 'trivy.cdx.json');
    const ours = purlsOf(await packagesOf(folder, name, kind));
    const both = [...syft].filter((purl) => trivy.has(purl));
    const either = [...new Set([...syft, ...trivy])];

    const missing = (wanted: readonly string[]): string[] => wanted.filter((purl) => !ours.has(purl));
    expect(missing(both).length, `missing of both:\n${missing(both).join('\n')}`).toBeLessThanOrEqual(
      both.length / 100,
    );
    expect(missing(either).length, `missing:\n${missing(either).join('\n')}`).toBeLessThanOrEqual(either.length / 20);
    const differences = [...missing(either), ...[...ours].filter((purl) => !syft.has(purl) && !trivy.has(purl))];
    expect(differences.sort()).toEqual(Object.keys(explained).sort());
  });

  it('name the layer and the file they came from', async () => {
    const packages = await packagesOf(fixtures('scans'), 'debian-meta', 'image');
    expect(packages.length).toBeGreaterThan(80);
    for (const { locations } of packages) {
      expect(locations.length).toBeGreaterThan(0);
      for (const { layer } of locations) expect(layer).toMatch(/^sha256:[0-9a-f]{64}$/);
    }
    const express = packages.find(({ name }) => name === 'express');
    expect(express?.locations[0]?.path).toMatch(/node_modules\/express\/package\.json$/);
    expect(express?.dependsOn).toContain(packages.find(({ name }) => name === 'accepts')?.ref);
  });

  it('are the same for the same files, whatever the compression', async () => {
    const folder = fixtures('scans');
    const names = async (name: string): Promise<string[]> =>
      [...purlsOf(await packagesOf(folder, name, 'image'))].sort();
    expect(await names('debian-meta-zstd')).toEqual(await names('debian-meta'));
  });
});

async function packagesOf(folder: string, name: string, kind: TargetKind): Promise<readonly Package[]> {
  const view =
    kind === 'image'
      ? await readLayout(join(folder, 'images', name))
      : await readFolder(join(folder, 'inputs', name), catalogueFiles('directory', choices));
  return toInventory(view, { kind, name }, kind, choices).packages;
}

async function readLayout(path: string): Promise<FileView<readonly Find[]>> {
  const source = await openLayout(path);
  try {
    const { layers } = await openImage(source);
    return await readImage(source, layers, catalogueFiles('image', choices));
  } finally {
    await source.close();
  }
}

function purlsOf(packages: readonly Package[]): Set<string> {
  return new Set(packages.map(({ purl }) => versioned(purl ?? '')).filter((purl) => purl !== undefined));
}

function goldenPurls(folder: string, name: string, file: string): Set<string> {
  const document: { components?: { purl?: string }[] } = JSON.parse(
    readFileSync(join(folder, 'golden', name, file), 'utf8'),
  );
  const purls = (document.components ?? []).map(({ purl }) => versioned(purl ?? ''));
  return new Set(purls.filter((purl) => purl !== undefined));
}

/** Type, name and version, without what each tool adds; `undefined` for other ecosystems. */
function versioned(text: string): string | undefined {
  const purl = findPurl(text);
  if (purl === undefined || !types.has(purl.type)) return undefined;
  const { type, namespace, name, version } = purl;
  return formatPurl({ type, namespace, name, version });
}
