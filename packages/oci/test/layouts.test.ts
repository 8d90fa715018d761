import { execFileSync } from 'node:child_process';
import { mkdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AssayError, Digest } from '@assay/contract';
import { fixtures, fixturesFor } from '@assay/testkit';
import { describe, expect, it } from 'vitest';
import type { ContentSource, Descriptor } from '../src/content-source.ts';
import { openArchive, openImage, openLayout, parsePlatform, readAll, verified } from '../src/index.ts';
import { type BuiltImage, buildImage, describeBytes, jsonBytes, layoutFiles, writeFiles } from './image-builder.ts';
import { temporaryFolder } from './servers.ts';

const indexType = 'application/vnd.oci.image.index.v1+json';
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const one = buildImage({ labels: { n: '1' } });
const two = buildImage({ labels: { n: '2' }, architecture: 'arm64' });

function named(image: BuiltImage, name: string, key = 'org.opencontainers.image.ref.name'): object {
  return { ...image.manifest, annotations: { [key]: name } };
}

function blobsOf(...images: readonly BuiltImage[]): Map<Digest, Uint8Array> {
  return new Map(images.flatMap(({ blobs }) => [...blobs]));
}

async function layout(entries: readonly object[], blobs: ReadonlyMap<Digest, Uint8Array>): Promise<string> {
  return writeFiles(await temporaryFolder(), layoutFiles(entries, blobs));
}

async function chosen(folder: string, selector?: string): Promise<Digest> {
  const source = await openLayout(folder, selector);
  const { digest } = await source.resolve();
  await source.close();
  return digest;
}

async function rejection(work: Promise<unknown>): Promise<AssayError> {
  return work.then(
    () => {
      throw new Error('nothing was thrown');
    },
    (error: AssayError) => error,
  );
}

/** Opens the image and reads every layer, verified. */
async function readWhole(source: ContentSource): Promise<void> {
  const image = await openImage(source);
  for (const layer of image.layers) await readAll(verified(source.fetch(layer), layer), 1e9);
}

describe('a layout folder', () => {
  it('with one image is that image', async () => {
    const source = await openLayout(await layout([one.manifest], one.blobs));
    await readWhole(source);
    expect((await openImage(source)).imageId).toBe(one.config.digest);
    expect(source.name).toMatch(/^oci:/);
  });

  it.each([
    ['its tag', ':one'],
    ['its digest', `@${two.manifest.digest}`],
    ['its full name', ':registry.example/team/app:2'],
    ['its tag in a full name', ':2'],
    ['the name containerd gives it', ':docker.io/library/three:latest'],
    ['that name as Docker shortens it', ':three'],
  ])('gives the image by %s', async (_, selector) => {
    const three = buildImage({ labels: { n: '3' } });
    const folder = await layout(
      [
        named(one, 'one'),
        named(two, 'registry.example/team/app:2'),
        named(three, 'docker.io/library/three:latest', 'io.containerd.image.name'),
      ],
      blobsOf(one, two, three),
    );
    const wanted = selector.includes('three') ? three : selector === ':one' ? one : two;
    expect(await chosen(folder, selector)).toBe(wanted.manifest.digest);
  });

  it('with several images names them and asks', async () => {
    const folder = await layout([named(one, 'one'), named(two, 'two')], blobsOf(one, two));
    const error = await rejection(openLayout(folder));
    expect(error).toMatchObject({ code: 'IMAGE_NOT_CHOSEN', exit: 2 });
    for (const word of [':one', ':two', one.manifest.digest, two.manifest.digest]) expect(error.detail).toContain(word);
    expect((await rejection(openLayout(folder, ':three'))).detail).toContain(':one');
    expect((await rejection(openLayout(folder, `@sha256:${'0'.repeat(64)}`))).code).toBe('IMAGE_NOT_CHOSEN');
    expect((await rejection(openLayout(folder, '@latest'))).code).toBe('DIGEST_INVALID');
  });

  it('passes over signatures and SBOMs beside the image', async () => {
    const sbom = jsonBytes({
      mediaType: manifestType,
      config: describeBytes(jsonBytes({}), 'application/vnd.oci.empty.v1+json'),
      layers: [],
      subject: one.manifest,
    });
    const entry = describeBytes(sbom, manifestType);
    expect(await chosen(await layout([one.manifest, entry], new Map([...one.blobs, [entry.digest, sbom]])))).toBe(
      one.manifest.digest,
    );
  });

  it('with one image per platform is an index of them', async () => {
    const entries = [
      { ...one.manifest, platform: { os: 'linux', architecture: 'amd64' } },
      { ...two.manifest, platform: { os: 'linux', architecture: 'arm64' } },
    ];
    const folder = await layout(entries, blobsOf(one, two));
    for (const [platform, image] of [
      ['linux/amd64', one],
      ['linux/arm64', two],
    ] as const) {
      expect((await openImage(await openLayout(folder), { platform: parsePlatform(platform) })).manifest.digest).toBe(
        image.manifest.digest,
      );
    }
  });

  it('gives an image below an index by its digest, and the index by its name', async () => {
    const bytes = jsonBytes({ mediaType: indexType, manifests: [one.manifest, two.manifest] });
    const index = describeBytes(bytes, indexType);
    const folder = await layout(
      [{ ...index, annotations: { 'org.opencontainers.image.ref.name': 'all' } }],
      new Map([...blobsOf(one, two), [index.digest, bytes]]),
    );
    expect(await chosen(folder)).toBe(index.digest);
    expect(await chosen(folder, ':all')).toBe(index.digest);
    expect(await chosen(folder, `@${two.manifest.digest}`)).toBe(two.manifest.digest);
  });

  it('gives the images of an index that are there, when others were left out', async () => {
    const bytes = jsonBytes({
      mediaType: indexType,
      manifests: [
        { ...two.manifest, platform: { os: 'linux', architecture: 'arm64' } },
        { ...one.manifest, platform: { os: 'linux', architecture: 'amd64' } },
      ],
    });
    const index = describeBytes(bytes, indexType);
    const folder = await layout([index], new Map([...one.blobs, [index.digest, bytes]]));
    expect((await openImage(await openLayout(folder))).manifest.digest).toBe(one.manifest.digest);
    const error = await rejection(openImage(await openLayout(folder), { platform: parsePlatform('linux/arm64') }));
    expect(error.code).toBe('PLATFORM_NOT_FOUND');
  });

  it('lists what refers to its image', async () => {
    const sbom = jsonBytes({
      mediaType: manifestType,
      artifactType: 'application/vnd.example.sbom',
      config: describeBytes(jsonBytes({}), 'application/vnd.oci.empty.v1+json'),
      layers: [],
      subject: one.manifest,
      annotations: { a: 'b' },
    });
    const entry = describeBytes(sbom, manifestType);
    const source = await openLayout(await layout([one.manifest, entry], new Map([...one.blobs, [entry.digest, sbom]])));
    const found: Descriptor[] = [];
    for await (const each of source.referrers(one.manifest)) found.push(each);
    expect(found).toEqual([{ ...entry, artifactType: 'application/vnd.example.sbom', annotations: { a: 'b' } }]);
    for await (const each of source.referrers(one.manifest, 'application/vnd.other')) expect(each).toBeUndefined();
  });
});

describe('a layout folder that is damaged or hostile', () => {
  const blobOf = (folder: string, { digest }: { digest: Digest }) => join(folder, 'blobs', digest.replace(':', '/'));
  const cases: [name: string, harm: (folder: string) => Promise<unknown>, code: string][] = [
    ['has no index.json', (folder) => rm(join(folder, 'index.json')), 'LAYOUT_INVALID'],
    [
      'has an index.json that is no JSON',
      (folder) => writeFile(join(folder, 'index.json'), '<html>'),
      'MANIFEST_INVALID',
    ],
    [
      'has an index.json of another shape',
      (folder) => writeFile(join(folder, 'index.json'), '{"manifests":{"0":1}}'),
      'MANIFEST_INVALID',
    ],
    [
      'has an index.json nested 100 000 deep',
      (folder) => writeFile(join(folder, 'index.json'), '['.repeat(100_000)),
      'MANIFEST_INVALID',
    ],
    [
      'has an index.json without end',
      (folder) => truncate(join(folder, 'index.json'), 3 * 1024 ** 3),
      'LIMIT_EXCEEDED',
    ],
    ['lists nothing', (folder) => writeFile(join(folder, 'index.json'), '{"manifests":[]}'), 'LAYOUT_INVALID'],
    [
      'is of a later version',
      (folder) => writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"2.0.0"}'),
      'LAYOUT_INVALID',
    ],
    ['lacks the manifest', (folder) => rm(blobOf(folder, one.manifest)), 'LAYOUT_INVALID'],
    ['lacks a layer', (folder) => rm(blobOf(folder, one.layers[0] ?? one.config)), 'LAYOUT_INVALID'],
    [
      'has a layer that is cut off',
      (folder) => truncate(blobOf(folder, one.layers[1] ?? one.config), 20),
      'CONTENT_TRUNCATED',
    ],
    [
      'has a layer of other bytes',
      (folder) => writeFile(blobOf(folder, one.layers[1] ?? one.config), Buffer.alloc(one.layers[1]?.size ?? 0)),
      'CONTENT_MISMATCH',
    ],
    [
      'has a folder for a blob',
      async (folder) => {
        await rm(blobOf(folder, one.config));
        await mkdir(blobOf(folder, one.config));
      },
      'LAYOUT_INVALID',
    ],
    [
      'has a pipe for a blob',
      async (folder) => {
        await rm(blobOf(folder, one.config));
        execFileSync('mkfifo', [blobOf(folder, one.config)]);
      },
      'LAYOUT_INVALID',
    ],
    [
      'has a blob that leads out of it',
      async (folder) => {
        await rm(blobOf(folder, one.config));
        await symlink('/etc/hostname', blobOf(folder, one.config));
      },
      'LAYOUT_INVALID',
    ],
    [
      'has a blob that leads in circles',
      async (folder) => {
        await rm(blobOf(folder, one.config));
        await symlink(one.config.digest.slice(7), blobOf(folder, one.config));
      },
      'LAYOUT_INVALID',
    ],
  ];
  it.each(cases)('%s', async (_, harm, code) => {
    const folder = await layout([one.manifest], one.blobs);
    await harm(folder);
    const error = await rejection(openLayout(folder).then(readWhole));
    expect(error.code).toBe(code);
    expect(error.detail).not.toMatch(/\n|<html/);
  });

  it('is not there, or is a file', async () => {
    const folder = await temporaryFolder();
    expect((await rejection(openLayout(join(folder, 'none')))).code).toBe('FILE_NOT_FOUND');
    await writeFile(join(folder, 'file'), '');
    expect((await rejection(openLayout(join(folder, 'file')))).code).toBe('LAYOUT_INVALID');
  });

  it('without its marker is read all the same', async () => {
    const folder = await layout([one.manifest], one.blobs);
    await rm(join(folder, 'oci-layout'));
    expect(await chosen(folder)).toBe(one.manifest.digest);
  });
});

describe.runIf(fixturesFor('real layouts and archives'))('real layouts', () => {
  const images = () => join(fixtures('scans'), 'images');

  it.each([
    'alpine-3.4',
    'busybox-static',
    'debian-base-meta',
    'debian-meta',
    'debian-meta-zstd',
    'distroless-like',
    'with-sbom',
  ])('%s opens, and every layer is what it promises', async (name) => {
    const source = await openLayout(join(images(), name));
    await readWhole(source);
    expect((await openImage(source)).platform).toMatchObject({ os: 'linux', architecture: 'amd64' });
  });

  it('multiarch has both its platforms', async () => {
    for (const architecture of ['amd64', 'arm64']) {
      const image = await openImage(await openLayout(join(images(), 'multiarch')), {
        platform: { os: 'linux', architecture },
      });
      expect(image.platform.architecture).toBe(architecture);
    }
  });

  it('with-sbom names its SBOMs', async () => {
    const source = await openLayout(join(images(), 'with-sbom'));
    const types: (string | undefined)[] = [];
    for await (const { artifactType } of source.referrers(await source.resolve())) types.push(artifactType);
    // Attached with oras: `grep -c '"subject"'` over the layout's manifests gives the same number.
    expect(types.sort()).toEqual(['application/spdx+json', 'application/vnd.cyclonedx+json']);
  });

  it('debian-meta saved by Docker is the image of the layout', async () => {
    const saved = await openArchive(join(images(), 'debian-meta.docker.tar'));
    await readWhole(saved);
    const layout = await openImage(await openLayout(join(images(), 'debian-meta')));
    expect((await openImage(saved)).diffIds).toEqual(layout.diffIds);
    await saved.close();
  });
});
