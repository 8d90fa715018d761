import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type FileView, readImage } from '@assay/image';
import { type OpenedImage, openArchive, openImage, openLayout, parsePlatform } from '@assay/oci';
import { fixtures, fixturesFor } from '@assay/testkit';
import { describe, expect, it } from 'vitest';
import { textReader, textsOf } from './read-texts.ts';

interface Read {
  readonly image: OpenedImage;
  readonly view: FileView<string>;
}

async function readLayout(name: string, platform?: string): Promise<Read> {
  const source = await openLayout(join(fixtures('scans'), 'images', name));
  try {
    const image = await openImage(source, platform === undefined ? {} : { platform: parsePlatform(platform) });
    // Every file, as long as it fits: a program is not text, but its length tells.
    const view = await readImage(
      source,
      image.layers,
      textsOf(() => true),
      { diffIds: image.diffIds },
    );
    return { image, view };
  } finally {
    await source.close();
  }
}

/** Regular files of a layer, as tar lists them. */
function listed(name: string, layer: string): string[] {
  const blob = join(fixtures('scans'), 'images', name, 'blobs', layer.replace(':', '/'));
  const lines = execFileSync('tar', ['-tvzf', blob], { encoding: 'utf8', maxBuffer: 1 << 26 }).split('\n');
  return lines
    .filter((line) => line.startsWith('-'))
    .map((line) =>
      line
        .split(/\s+/)
        .slice(5)
        .join(' ')
        .replace(/^\.?\//, ''),
    );
}

describe.runIf(fixturesFor('real images'))('the image', () => {
  it('debian-meta shows what its four layers leave: three whiteouts and an opaque folder', async () => {
    const { image, view } = await readLayout('debian-meta');
    const lower = image.layers.slice(0, 3).flatMap(({ digest }) => listed('debian-meta', digest));
    // The last layer's entries, by hand.
    const modules = 'srv/node/node_modules';
    const packages = 'opt/venv/lib/python3.11/site-packages';
    const gone = [
      `${packages}/PyYAML-5.1.dist-info/`,
      `${packages}/yaml/`,
      `${modules}/minimist/`,
      `${modules}/marked/`,
    ];
    const left = lower.filter((path) => !gone.some((folder) => path.startsWith(folder)));
    expect(lower.length - left.length).toBeGreaterThan(2);
    expect(view.rejected).toEqual([]);
    expect(view.entries).toBe(1215 + 138 + 173 + 14);
    // Files of which a hard link of another name is wanted as well are there too.
    const top = listed('debian-meta', image.layers[3]?.digest ?? '').filter((path) => !path.includes('/.wh.'));
    const paths = new Set(view.files.map(({ path }) => path));
    expect([...left, ...top].filter((path) => !paths.has(path))).toEqual([]);
    expect([...paths].filter((path) => gone.some((folder) => path.startsWith(folder)))).toEqual([]);
    const django = view.files.find(({ path }) => path === `${packages}/Django-2.2.dist-info/METADATA`);
    expect(django?.layer).toBe(image.layers[1]?.digest);
    expect(django?.value).toContain('Name: Django\nVersion: 2.2\n');
  });

  it('debian-meta-zstd shows the same', async () => {
    const gzip = await readLayout('debian-meta');
    const zstd = await readLayout('debian-meta-zstd');
    expect(zstd.image.layers[0]?.mediaType).toContain('zstd');
    const plain = ({ view }: Read): unknown => view.files.map(({ path, size, value }) => ({ path, size, value }));
    expect(plain(zstd)).toEqual(plain(gzip));
  });

  it('debian-meta as an archive shows the same', async () => {
    const source = await openArchive(join(fixtures('scans'), 'images/debian-meta.docker.tar'));
    const image = await openImage(source);
    const view = await readImage(
      source,
      image.layers,
      textsOf(() => true),
    );
    await source.close();
    const { view: expected } = await readLayout('debian-meta');
    expect(view.files.map(({ path, value }) => [path, value])).toEqual(
      expected.files.map(({ path, value }) => [path, value]),
    );
  });

  it('alpine-3.4 has its packages and its release', async () => {
    const { view } = await readLayout('alpine-3.4');
    const file = (path: string): string => view.files.find((found) => found.path === path)?.value ?? '';
    expect(file('etc/os-release')).toContain('ID=alpine');
    expect(file('lib/apk/db/installed').match(/^P:/gm)).toHaveLength(16); // README of the fixtures: 16 apk packages
    expect(view.rejected).toEqual([]);
  });

  it('distroless-like has a file per package and a program told by its head', async () => {
    const source = await openLayout(join(fixtures('scans'), 'images/distroless-like'));
    const image = await openImage(source);
    const view = await readImage(source, image.layers, {
      byPath: ({ path }) => (path.startsWith('var/lib/dpkg/status.d/') ? textReader() : undefined),
      byHead: (_, head) => (Buffer.from(head.subarray(0, 4)).equals(Buffer.from('\x7fELF')) ? textReader() : undefined),
    });
    await source.close();
    expect(view.files.find(({ path }) => path === 'app')?.layer).toBe(image.layers[1]?.digest);
    expect(view.files.filter(({ path }) => path.startsWith('var/lib/dpkg/status.d/')).length).toBeGreaterThan(3);
  });

  it.each(['linux/amd64', 'linux/arm64'])('multiarch has a file system for %s', async (platform) => {
    const { view } = await readLayout('multiarch', platform);
    expect(view.files.length).toBeGreaterThan(0);
    expect(view.rejected).toEqual([]);
  });
});
