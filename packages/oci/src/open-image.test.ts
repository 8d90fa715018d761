import type { Digest } from '@assay/contract';
import { describe, expect, it } from 'vitest';
import { buildImage, describeBytes, jsonBytes, memorySource, sha256 } from '../test/image-builder.ts';
import type { Descriptor } from './content-source.ts';
import { openImage } from './open-image.ts';
import { parsePlatform } from './platform.ts';

const indexType = 'application/vnd.oci.image.index.v1+json';
const manifestType = 'application/vnd.oci.image.manifest.v1+json';

type Blobs = Map<Digest, Uint8Array>;

function add(blobs: Blobs, value: unknown, mediaType: string): Descriptor {
  const bytes = jsonBytes(value);
  blobs.set(sha256(bytes), bytes);
  return describeBytes(bytes, mediaType);
}

const images = ['amd64', 'arm64', 's390x'].map((architecture) => buildImage({ architecture }));
const [amd64, arm64, s390x] = images;
const attestation = {
  ...describeBytes(jsonBytes('attestation'), manifestType),
  platform: { os: 'unknown', architecture: 'unknown' },
};

function allBlobs(): Blobs {
  return new Map(images.flatMap(({ blobs }) => [...blobs]));
}

function entry(image: (typeof images)[number] | undefined, platform?: string): object {
  return { ...image?.manifest, ...(platform !== undefined && { platform: parsePlatform(platform) }) };
}

function indexOf(blobs: Blobs, entries: readonly object[]): Descriptor {
  return add(blobs, { schemaVersion: 2, mediaType: indexType, manifests: entries }, indexType);
}

describe('opening an image', () => {
  it('tells its layers, id, platform, date and labels', async () => {
    const image = buildImage();
    await expect(openImage(memorySource(image.manifest, image.blobs))).resolves.toEqual({
      manifest: image.manifest,
      imageId: image.config.digest,
      platform: { os: 'linux', architecture: 'amd64' },
      layers: image.layers,
      diffIds: image.diffIds,
      created: '2026-01-02T03:04:05Z',
      labels: { maintainer: 'me' },
    });
  });

  it('takes the wanted platform of an index, past attestations', async () => {
    const blobs = allBlobs();
    const root = indexOf(blobs, [attestation, entry(amd64, 'linux/amd64'), entry(arm64, 'linux/arm64')]);
    const opened = await openImage(memorySource(root, blobs), { platform: parsePlatform('linux/arm64') });
    expect(opened.manifest.digest).toBe(arm64?.manifest.digest);
    expect(opened.index).toEqual(root);
  });

  it('takes the first Linux image when there is none for this machine', async () => {
    const blobs = allBlobs();
    const root = indexOf(blobs, [
      entry(amd64, 'windows/amd64'),
      entry(s390x, 'linux/s390x'),
      entry(arm64, 'linux/riscv64'),
    ]);
    expect((await openImage(memorySource(root, blobs))).manifest.digest).toBe(s390x?.manifest.digest);
  });

  it('finds the platform in the configuration when the index does not say it', async () => {
    const blobs = allBlobs();
    const root = indexOf(blobs, [entry(amd64), entry(s390x)]);
    const opened = await openImage(memorySource(root, blobs), { platform: parsePlatform('linux/s390x') });
    expect(opened.manifest.digest).toBe(s390x?.manifest.digest);
  });

  it('reads an index inside an index', async () => {
    const blobs = allBlobs();
    const inner = indexOf(blobs, [entry(arm64, 'linux/arm64')]);
    const root = indexOf(blobs, [inner]);
    expect(
      (await openImage(memorySource(root, blobs), { platform: parsePlatform('linux/arm64') })).manifest.digest,
    ).toBe(arm64?.manifest.digest);
  });

  it('names the platforms there are when the wanted one is missing', async () => {
    const blobs = allBlobs();
    const root = indexOf(blobs, [attestation, entry(amd64, 'linux/amd64'), entry(arm64, 'linux/arm64/v8')]);
    const opening = openImage(memorySource(root, blobs), { platform: parsePlatform('linux/ppc64le') });
    await expect(opening).rejects.toMatchObject({
      code: 'PLATFORM_NOT_FOUND',
      detail: expect.stringMatching(/linux\/ppc64le.*linux\/amd64, linux\/arm64\/v8$/),
    });
  });

  it('refuses a single image for another platform than the wanted one', async () => {
    const image = buildImage();
    await expect(
      openImage(memorySource(image.manifest, image.blobs), { platform: parsePlatform('linux/arm64') }),
    ).rejects.toMatchObject({
      code: 'PLATFORM_NOT_FOUND',
    });
  });

  it('opens an image without layers', async () => {
    const image = buildImage({ layers: [] });
    expect((await openImage(memorySource(image.manifest, image.blobs))).layers).toEqual([]);
  });

  it('is not fooled by indexes nested without end', async () => {
    const blobs = allBlobs();
    let root = indexOf(blobs, [entry(amd64, 'linux/amd64')]);
    for (let depth = 0; depth < 20; depth += 1) root = indexOf(blobs, [root]);
    await expect(openImage(memorySource(root, blobs))).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });

  const config = describeBytes(jsonBytes({}), 'application/vnd.oci.image.config.v1+json');
  const layer = describeBytes(jsonBytes('layer'), 'application/vnd.oci.image.layer.v1.tar');
  const cases: [name: string, document: unknown, mediaType: string, code: string][] = [
    [
      'schema 1',
      { schemaVersion: 1, fsLayers: [] },
      'application/vnd.docker.distribution.manifest.v1+prettyjws',
      'MANIFEST_UNSUPPORTED',
    ],
    ['schema 1 that hides its type', { schemaVersion: 1, fsLayers: [] }, manifestType, 'MANIFEST_UNSUPPORTED'],
    [
      'a chart',
      { config: { ...config, mediaType: 'application/vnd.cncf.helm.config.v1+json' }, layers: [layer] },
      manifestType,
      'MANIFEST_UNSUPPORTED',
    ],
    [
      'a signature',
      { config, layers: [{ ...layer, mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json' }] },
      manifestType,
      'MANIFEST_UNSUPPORTED',
    ],
    ['an unknown type', { some: 'thing' }, 'application/vnd.example+json', 'MANIFEST_UNSUPPORTED'],
    ['an index that is also an image', { manifests: [], config, layers: [] }, indexType, 'MANIFEST_INVALID'],
    ['an image announced as index', { mediaType: manifestType, config, layers: [] }, indexType, 'MANIFEST_INVALID'],
    ['an index announced as image', { manifests: [] }, manifestType, 'MANIFEST_INVALID'],
    ['no config', { layers: [] }, manifestType, 'MANIFEST_INVALID'],
    ['a layer without digest', { config, layers: [{ mediaType: 'x', size: 1 }] }, manifestType, 'MANIFEST_INVALID'],
    ['a layer of negative size', { config, layers: [{ ...layer, size: -1 }] }, manifestType, 'MANIFEST_INVALID'],
    ['a list of layers that is none', { config, layers: 'many' }, manifestType, 'MANIFEST_INVALID'],
    ['two thousand layers', { config, layers: Array(2000).fill(layer) }, manifestType, 'LIMIT_EXCEEDED'],
    ['a list', [], manifestType, 'MANIFEST_INVALID'],
    ['an index of nothing', { manifests: [] }, indexType, 'MANIFEST_UNSUPPORTED'],
  ];
  it.each(cases)('refuses %s', async (_, document, mediaType, code) => {
    const blobs: Blobs = new Map([[config.digest, jsonBytes({})]]);
    await expect(openImage(memorySource(add(blobs, document, mediaType), blobs))).rejects.toMatchObject({ code });
  });

  it('refuses a configuration that speaks of other layers', async () => {
    const blobs: Blobs = new Map();
    const wrong = add(
      blobs,
      { os: 'linux', architecture: 'amd64', rootfs: { diff_ids: [] } },
      'application/vnd.oci.image.config.v1+json',
    );
    const root = add(blobs, { config: wrong, layers: [layer] }, manifestType);
    await expect(openImage(memorySource(root, blobs))).rejects.toMatchObject({
      code: 'MANIFEST_INVALID',
      detail: expect.stringContaining('1 layers'),
    });
  });

  it('refuses bytes that are not the promised ones', async () => {
    const image = buildImage();
    const blobs = new Map([
      ...image.blobs,
      [image.config.digest, Buffer.from(image.configBytes).fill(0x20, 0, 1)] as const,
    ]);
    await expect(openImage(memorySource(image.manifest, blobs))).rejects.toMatchObject({ code: 'CONTENT_MISMATCH' });
  });

  it('refuses JSON nested a hundred thousand deep, and a manifest larger than any', async () => {
    const deep = Buffer.from('['.repeat(100_000));
    const source = memorySource(describeBytes(deep, manifestType), new Map([[sha256(deep), deep]]));
    await expect(openImage(source)).rejects.toMatchObject({ code: 'MANIFEST_INVALID' });
    const large = { ...describeBytes(deep, manifestType), size: 5 * 1024 * 1024 };
    await expect(openImage(memorySource(large, new Map()))).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });
});
