import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { AssayError } from '@assay/contract';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ContentSource } from '../src/content-source.ts';
import { openArchive, openImage, readAll, verified } from '../src/index.ts';
import {
  type BuiltImage,
  buildImage,
  dockerSaveFiles,
  jsonBytes,
  layoutFiles,
  sha256,
  type TarEntry,
  tar,
  writeFiles,
} from './image-builder.ts';
import { temporaryFolder } from './servers.ts';

const base = tar([['etc/os-release', 'ID=debian\n']]);
const one = buildImage({ labels: { n: '1' } });
const two = buildImage({ labels: { n: '2' } });

let inflated: string;

beforeEach(async () => {
  // Where a compressed archive is inflated: nothing may be left there, whatever happened.
  inflated = join(await temporaryFolder(), 'tmp');
  await mkdir(inflated);
  vi.stubEnv('TMPDIR', inflated);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  expect(await readdir(inflated)).toEqual([]);
  expect(await openFiles()).toEqual([]);
});

/** The archives, and what was inflated from them, that this process still holds open; Linux tells. */
async function openFiles(): Promise<readonly string[]> {
  const handles = await readdir('/proc/self/fd').catch(() => []);
  const targets = await Promise.all(handles.map((handle) => readlink(`/proc/self/fd/${handle}`).catch(() => '')));
  return targets.filter((target) => /(?:image|archive)\.tar/.test(target));
}

async function file(bytes: Uint8Array): Promise<string> {
  const path = join(await temporaryFolder(), 'image.tar');
  await writeFile(path, bytes);
  return path;
}

async function rejection(work: Promise<unknown>): Promise<AssayError> {
  return work.then(
    () => {
      throw new Error('nothing was thrown');
    },
    (error: AssayError) => error,
  );
}

/** The image, every layer of it read and verified. */
async function readWhole(source: ContentSource) {
  try {
    const image = await openImage(source);
    const layers: Uint8Array[] = [];
    for (const layer of image.layers) layers.push(await readAll(verified(source.fetch(layer), layer), 1e9));
    return { image, layers };
  } finally {
    await source.close();
  }
}

const name = (image: BuiltImage, text: string) => ({
  ...image.manifest,
  annotations: { 'org.opencontainers.image.ref.name': text },
});
const dotted = (files: readonly TarEntry[]) => files.map(([path, content]): TarEntry => [`./${path}`, content]);

/** What Docker wrote from 1.10 to 24: a folder per layer, a layer that several images share as a link, and files of still older times. */
function oldDockerSave(): readonly TarEntry[] {
  const upper = [tar([['one', '1']]), tar([['two', '2']])];
  const images = upper.map((layer, at) => buildImage({ layers: [base, layer], labels: { n: String(at) } }));
  const [first, second] = images;
  if (first === undefined || second === undefined) throw new Error('two images were built');
  const entry = (image: BuiltImage, text: string, folders: readonly string[]) => ({
    Config: `${image.config.digest.slice(7)}.json`,
    RepoTags: [text],
    Layers: folders.map((folder) => `${folder}/layer.tar`),
  });
  const layerFolder = (folder: string, layer: TarEntry[1]): readonly TarEntry[] => [
    [`${folder}/VERSION`, '1.0'],
    [`${folder}/json`, jsonBytes({ id: folder })],
    [`${folder}/layer.tar`, layer],
  ];
  const ids = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(64));
  const [a = '', b = '', c = '', d = ''] = ids;
  return [
    ...layerFolder(a, base),
    ...layerFolder(b, upper[0] ?? ''),
    ...layerFolder(c, { symlink: `../${a}/layer.tar` }),
    ...layerFolder(d, upper[1] ?? ''),
    ...images.map((image): TarEntry => [`${image.config.digest.slice(7)}.json`, image.configBytes]),
    ['manifest.json', jsonBytes([entry(first, 'app:1', [a, b]), entry(second, 'app:2', [c, d])])],
    ['repositories', jsonBytes({ app: { '1': b, '2': d } })],
  ];
}

describe('an archive', () => {
  const gzip = (bytes: Uint8Array) => gzipSync(bytes, { level: 1 });
  const packings: [name: string, pack: (bytes: Uint8Array) => Uint8Array][] = [
    ['plain', (bytes) => bytes],
    ['in gzip', gzip],
    ['in two members of gzip', (bytes) => Buffer.concat([gzip(bytes.subarray(0, 1000)), gzip(bytes.subarray(1000))])],
    ['in zstd', (bytes) => zstdCompressSync(bytes)],
    [
      'in two frames of zstd',
      (bytes) => Buffer.concat([zstdCompressSync(bytes.subarray(0, 1000)), zstdCompressSync(bytes.subarray(1000))]),
    ],
    // RFC 8878 §3.1.2: magic, length, bytes to pass over.
    [
      'in zstd behind a skippable frame',
      (bytes) => Buffer.concat([Buffer.from('502a4d1804000000deadbeef', 'hex'), zstdCompressSync(bytes)]),
    ],
  ];
  it.each(packings)('of a layout, %s', async (_, pack) => {
    const { image, layers } = await readWhole(
      await openArchive(await file(pack(tar(layoutFiles([one.manifest], one.blobs))))),
    );
    expect(image).toMatchObject({ manifest: one.manifest, imageId: one.config.digest });
    expect(layers.map((bytes) => sha256(bytes))).toEqual(one.layers.map(({ digest }) => digest));
  });

  it.each(packings)('of docker save, %s', async (_, pack) => {
    const { image, layers } = await readWhole(
      await openArchive(await file(pack(tar(dockerSaveFiles(one, ['app:1']))))),
    );
    expect(image).toMatchObject({ imageId: one.config.digest, diffIds: one.diffIds });
    expect(layers.map((bytes) => sha256(bytes))).toEqual(one.diffIds);
  });

  it('whose paths begin with ./', async () => {
    for (const files of [layoutFiles([one.manifest], one.blobs), dockerSaveFiles(one, ['app:1'])])
      expect((await readWhole(await openArchive(await file(tar(dotted(files)))))).image.imageId).toBe(
        one.config.digest,
      );
  });

  it.each(['gnu', 'pax', 'ustar'])('made by tar in its %s format', async (format) => {
    const folder = await writeFiles(await temporaryFolder(), layoutFiles([one.manifest], one.blobs));
    const path = join(await temporaryFolder(), 'image.tar');
    execFileSync('tar', ['-C', folder, `--format=${format}`, '-cf', path, '.']);
    expect((await readWhole(await openArchive(path))).image.manifest).toMatchObject(one.manifest);
  });

  it('of old docker save, with two images and a layer they share as a link', async () => {
    const path = await file(tar(oldDockerSave()));
    const first = await readWhole(await openArchive(path, ':app:1'));
    const second = await readWhole(await openArchive(path, ':app:2'));
    expect(second.layers[0]).toEqual(first.layers[0]);
    expect(Buffer.from(second.layers[0] ?? []).equals(base)).toBe(true);
    expect(second.image.labels).toEqual({ n: '1' });
    for (const selector of [':docker.io/library/app:2', ':2', `@${second.image.imageId}`])
      expect((await readWhole(await openArchive(path, selector))).image.imageId).toBe(second.image.imageId);
    expect(await rejection(openArchive(path))).toMatchObject({
      code: 'IMAGE_NOT_CHOSEN',
      detail: expect.stringMatching(/:app:1.*:app:2/),
    });
    expect(await rejection(openArchive(path, ':app:3'))).toMatchObject({
      code: 'IMAGE_NOT_CHOSEN',
      detail: expect.stringContaining(':app:2'),
    });
  });

  it('of new docker save, which is a layout too: its manifest is the true one', async () => {
    const path = (digest: string) => `blobs/${digest.replace(':', '/')}`;
    const files: readonly TarEntry[] = [
      ...layoutFiles([name(one, 'docker.io/library/app:1')], one.blobs),
      [
        'manifest.json',
        jsonBytes([
          {
            Config: path(one.config.digest),
            RepoTags: ['app:1'],
            Layers: one.layers.map(({ digest }) => path(digest)),
          },
        ]),
      ],
    ];
    const archive = await file(tar(files));
    for (const selector of [undefined, ':app:1', `@${one.manifest.digest}`])
      expect((await readWhole(await openArchive(archive, selector))).image.manifest).toMatchObject(one.manifest);
    // The image id is what `docker images` prints: the layout does not know it, the list for docker does.
    expect((await readWhole(await openArchive(archive, `@${one.config.digest}`))).image.imageId).toBe(
      one.config.digest,
    );
  });

  it('with layers packed in gzip, as crane and kaniko write them', async () => {
    const paths = one.layers.map(({ digest }) => `${digest.slice(7)}.tar.gz`);
    const files: readonly TarEntry[] = [
      [one.config.digest, one.configBytes],
      ...one.layers.map(({ digest }, at): TarEntry => [paths[at] ?? '', one.blobs.get(digest) ?? '']),
      ['manifest.json', jsonBytes([{ Config: one.config.digest, RepoTags: null, Layers: paths }])],
    ];
    expect(
      (await readWhole(await openArchive(await file(tar(files))))).image.layers.map(({ digest, size }) => ({
        digest,
        size,
      })),
    ).toEqual(one.layers.map(({ digest, size }) => ({ digest, size })));
  });

  it('of several images in a layout', async () => {
    const path = await file(
      tar(layoutFiles([name(one, 'a:1'), name(two, 'b:1')], new Map([...one.blobs, ...two.blobs]))),
    );
    expect((await readWhole(await openArchive(path, ':b:1'))).image.manifest).toMatchObject(two.manifest);
    expect((await rejection(openArchive(path))).code).toBe('IMAGE_NOT_CHOSEN');
  });

  it('with hard links', async () => {
    const files = dockerSaveFiles(one, ['app:1']).map(
      ([path, content]): TarEntry => [path === 'manifest.json' ? 'other.json' : path, content],
    );
    expect(
      (await readWhole(await openArchive(await file(tar([...files, ['manifest.json', { hardlink: 'other.json' }]])))))
        .image.imageId,
    ).toBe(one.config.digest);
  });
});

describe('an archive that is damaged or hostile', () => {
  const saved = tar(dockerSaveFiles(one, ['app:1']));
  const manifestOf = (change: object) => {
    const files = dockerSaveFiles(one, ['app:1']);
    const item = (JSON.parse(String(files.at(-1)?.[1])) as object[])[0];
    return tar([...files.slice(0, -1), ['manifest.json', jsonBytes([{ ...item, ...change }])]]);
  };
  const cases: [name: string, bytes: () => Uint8Array, code: string][] = [
    ['is empty', () => Buffer.alloc(0), 'LAYOUT_INVALID'],
    ['is text', () => Buffer.from('hello'.repeat(1000)), 'LAYOUT_INVALID'],
    ['is a tar of nothing', () => tar([]), 'LAYOUT_INVALID'],
    ['is a tar of something else', () => tar([['README', 'hello']]), 'LAYOUT_INVALID'],
    ['is cut off in a file', () => saved.subarray(0, 700), 'CONTENT_TRUNCATED'],
    ['is cut off in a header', () => saved.subarray(0, saved.indexOf('manifest.json') + 100), 'LAYOUT_INVALID'],
    [
      'has a header of other bytes',
      () => Buffer.concat([tar([['a', 'b']]).subarray(0, 1024), Buffer.alloc(512, 'x'), saved]),
      'LAYOUT_INVALID',
    ],
    ['is gzip that is cut off', () => gzipSync(saved).subarray(0, 200), 'LAYOUT_INVALID'],
    ['is gzip of text', () => gzipSync('hello'.repeat(1000)), 'LAYOUT_INVALID'],
    ['is zstd that is cut off', () => zstdCompressSync(saved).subarray(0, 100), 'LAYOUT_INVALID'],
    ['is zstd with bytes changed', () => Buffer.from(zstdCompressSync(saved)).fill(0xff, 60, 90), 'LAYOUT_INVALID'],
    ['is bzip2', () => Buffer.from('BZh91AY&SY'), 'LAYOUT_INVALID'],
    ['is xz', () => Buffer.from('fd377a585a000004', 'hex'), 'LAYOUT_INVALID'],
    ['grows without end', () => gzipSync(Buffer.alloc(80 * 1024 * 1024)), 'LIMIT_EXCEEDED'],
    ['has a manifest.json that is no JSON', () => tar([['manifest.json', '<html>']]), 'LAYOUT_INVALID'],
    ['has a manifest.json of nothing', () => tar([['manifest.json', '[]']]), 'LAYOUT_INVALID'],
    ['has a manifest.json without a configuration', () => tar([['manifest.json', '[{}]']]), 'LAYOUT_INVALID'],
    ['names a configuration that is not there', () => manifestOf({ Config: 'none.json' }), 'LAYOUT_INVALID'],
    ['names a configuration outside', () => manifestOf({ Config: '../../etc/passwd' }), 'LAYOUT_INVALID'],
    [
      'names a layer that is not there',
      () => manifestOf({ Layers: ['none/layer.tar', 'other/layer.tar'] }),
      'LAYOUT_INVALID',
    ],
    ['has fewer layers than its configuration', () => manifestOf({ Layers: [] }), 'MANIFEST_INVALID'],
    ['has ten thousand layers', () => manifestOf({ Layers: Array(10_000).fill('x') }), 'LIMIT_EXCEEDED'],
    [
      'has links in circles',
      () =>
        tar([
          ['manifest.json', { symlink: 'other.json' }],
          ['other.json', { symlink: 'manifest.json' }],
        ]),
      'LAYOUT_INVALID',
    ],
    ['has a link out of it', () => tar([['manifest.json', { symlink: '../../etc/passwd' }]]), 'LAYOUT_INVALID'],
    ['has a link to an absolute path', () => tar([['manifest.json', { symlink: '/etc/passwd' }]]), 'LAYOUT_INVALID'],
    [
      'has names outside',
      () =>
        tar([
          ['../manifest.json', '[{}]'],
          ['/../manifest.json', '[]'],
        ]),
      'LAYOUT_INVALID',
    ],
    [
      'has a layer of other bytes',
      () => {
        const bytes = Buffer.from(saved);
        return bytes.fill(0x41, bytes.indexOf('oneone'), bytes.indexOf('oneone') + 10);
      },
      'CONTENT_MISMATCH',
    ],
    [
      'has 200 000 entries',
      () => Buffer.concat(Array(200_000).fill(tar([['x', '']]).subarray(0, 512))),
      'LIMIT_EXCEEDED',
    ],
    [
      'has an entry larger than there are bytes',
      () => {
        // GNU base-256: the whole of 2^60 bytes.
        const bytes = Buffer.from(tar([['x', 'y']]));
        Buffer.from('800000001000000000000000', 'hex').copy(bytes, 124);
        bytes.write('        ', 148);
        const sum = bytes.subarray(0, 512).reduce((total, byte) => total + byte, 0);
        bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
        return bytes;
      },
      'LAYOUT_INVALID',
    ],
  ];
  it.each(cases)('%s', async (_, bytes, code) => {
    const path = await file(bytes());
    const began = process.cpuUsage();
    const error = await rejection(openArchive(path).then(readWhole));
    const { user, system } = process.cpuUsage(began);
    expect(error.code).toBe(code);
    expect(error.detail).not.toMatch(/\n|root:|<html/);
    expect(user + system).toBeLessThan(2_000_000);
  });

  it('is not there, is a folder, a pipe, or larger than its bytes', async () => {
    const folder = await temporaryFolder();
    expect((await rejection(openArchive(join(folder, 'none.tar')))).code).toBe('FILE_NOT_FOUND');
    expect((await rejection(openArchive(folder))).code).toBe('FILE_UNREADABLE');
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect((await rejection(openArchive(join(folder, 'pipe')))).code).toBe('FILE_UNREADABLE');
    const sparse = await file(Buffer.alloc(0));
    await truncate(sparse, 3 * 1024 ** 3);
    expect((await rejection(openArchive(sparse))).code).toBe('LAYOUT_INVALID');
  });

  it('leaves nothing when its inflating is aborted', async () => {
    const path = await file(gzipSync(Buffer.alloc(60 * 1024 * 1024, 'abc'), { level: 1 }));
    const controller = new AbortController();
    const opening = openArchive(path, undefined, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 10);
    await expect(opening).rejects.toThrow('enough');
  });

  it('says so when there is no room to inflate it', async () => {
    vi.stubEnv('TMPDIR', join(inflated, 'none'));
    expect((await rejection(openArchive(await file(gzipSync(saved))))).code).toBe('CACHE_UNWRITABLE');
  });
});
