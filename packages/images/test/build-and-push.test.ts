import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseDigest } from '@assay/contract';
import { createRegistry, digestOf, openImage, openLayout, openRegistry } from '@assay/oci';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BlobStore, buildArtifact, buildImage, pushImage, trivyDatabase, writeLayout } from '../src/index.ts';
import { smallImage } from './small-image.ts';

const run = promisify(execFile);
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-images-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('an image', () => {
  it('built twice, in two places, has the same digest', async () => {
    const digests = await Promise.all(
      ['one', 'two'].map(async (name) => {
        const built = await buildImage([smallImage('amd64')], new BlobStore(join(folder, name)));
        return built.root.descriptor.digest;
      }),
    );
    expect(new Set(digests).size).toBe(1);
  });

  it('built from other input has another', async () => {
    const store = new BlobStore(join(folder, 'other'));
    const one = await buildImage([smallImage('amd64', 'hello')], store);
    const two = await buildImage([smallImage('amd64', 'other')], store);
    expect(two.root.descriptor.digest).not.toBe(one.root.descriptor.digest);
  });

  it('whose packed layer was lost is packed again', async () => {
    const store = new BlobStore(join(folder, 'lost'));
    const first = await buildImage([smallImage('amd64')], store);
    for (const { digest } of first.blobs) await rm(store.pathOf(digest));
    expect((await buildImage([smallImage('amd64')], store)).root).toEqual(first.root);
    for (const { digest, size } of first.blobs) expect((await stat(store.pathOf(digest))).size).toBe(size);
  });

  it('as an OCI layout is read by our own reader, whole', async () => {
    const store = new BlobStore(join(folder, 'store'));
    const built = await buildImage([smallImage('amd64')], store);
    const layout = join(folder, 'layout');
    await writeLayout(layout, built, '0.1.0', store);
    const source = await openLayout(layout);
    const image = await openImage(source);
    expect(image.manifest.digest).toBe(built.root.descriptor.digest);
    await source.close();
    expect((await readdir(join(layout, 'blobs', 'sha256'))).length).toBe(4);
  });

  it('has layers that GNU tar unpacks as meant', async () => {
    const store = new BlobStore(join(folder, 'tar'));
    const built = await buildImage([smallImage('amd64')], store);
    const listed = await Promise.all(
      built.blobs
        .filter(({ mediaType }) => mediaType.endsWith('+gzip'))
        .map(({ digest }) => run('tar', ['-tvzf', store.pathOf(digest), '--numeric-owner', '--full-time', '--utc'])),
    );
    const lines = listed.flatMap(({ stdout }) => stdout.trim().split('\n'));
    expect(lines.map((line) => line.replace(/ +/g, ' '))).toEqual([
      'drwxrwxrwt 0/0 0 1970-01-01 00:00:00 tmp/',
      'lrwxrwxrwx 0/0 0 1970-01-01 00:00:00 app -> bin/app',
      'drwxr-xr-x 0/0 0 1970-01-01 00:00:00 bin/',
      '-rwxr-xr-x 0/0 25000 1970-01-01 00:00:00 bin/app',
    ]);
  });
});

describe('the database of Trivy as an artifact', () => {
  it('has the types Trivy asks for', async () => {
    const store = new BlobStore(join(folder, 'artifact'));
    const built = await buildArtifact(trivyDatabase(Buffer.from('archive')), store);
    // Source: Trivy's documentation, "Self-Hosting Trivy's Databases".
    expect(JSON.parse(Buffer.from(built.root.bytes).toString())).toMatchObject({
      config: { mediaType: 'application/vnd.aquasec.trivy.config.v1+json' },
      layers: [
        {
          mediaType: 'application/vnd.aquasec.trivy.db.layer.v1.tar+gzip',
          digest: digestOf(Buffer.from('archive')),
          annotations: { 'org.opencontainers.image.title': 'db.tar.gz' },
        },
      ],
    });
  });
});

describe('a push', () => {
  const serve = async () => {
    const registry = await createRegistry({ folder: await mkdtemp(join(folder, 'registry-')) });
    await registry.listen();
    return registry;
  };

  it('of two platforms puts an index from which each is chosen', async () => {
    const registry = await serve();
    const store = new BlobStore(join(folder, 'multi'));
    const built = await buildImage([smallImage('amd64', 'x'), smallImage('arm64', 'a')], store);
    const to = { registry: registry.host, repository: 'assay/app', tag: '1' };
    expect(await pushImage(built, to, store, {})).toMatchObject({ unchanged: false });
    const source = openRegistry(to);
    const image = await openImage(source, { platform: { os: 'linux', architecture: 'arm64' } });
    expect(image.manifest.digest).toBe(built.manifests[1]?.descriptor.digest);
    await source.close();
    await registry.close();
  });

  it('of what is there already sends nothing; of a changed app only the app', async () => {
    const registry = await serve();
    const store = new BlobStore(join(folder, 'twice'));
    const to = { registry: registry.host, repository: 'assay/app', tag: '1' };
    const first = await buildImage([smallImage('amd64')], store);
    const all = first.blobs.reduce((sum, { size }) => sum + size, 0);
    expect(await pushImage(first, to, store, {})).toEqual({ unchanged: false, sentBytes: all });
    expect(await pushImage(first, to, store, {})).toEqual({ unchanged: true, sentBytes: 0 });
    const changed = await buildImage([smallImage('amd64', 'other')], store);
    const [places] = first.blobs;
    const rest = changed.blobs.filter(({ digest }) => digest !== places?.digest);
    expect(await pushImage(changed, to, store, {})).toEqual({
      unchanged: false,
      sentBytes: rest.reduce((sum, { size }) => sum + size, 0),
    });
    await registry.close();
  });

  it('of a damaged store fails, and moves no tag', async () => {
    const registry = await serve();
    const store = new BlobStore(join(folder, 'damaged'));
    const built = await buildImage([smallImage('amd64')], store);
    const [layer] = built.blobs;
    const digest = layer?.digest ?? parseDigest(digestOf(Buffer.from('')));
    await rm(store.pathOf(digest));
    const to = { registry: registry.host, repository: 'assay/app', tag: '1' };
    await expect(pushImage(built, to, store, { retries: 0 })).rejects.toThrow();
    const source = openRegistry(to);
    await expect(source.resolve()).rejects.toMatchObject({ code: 'REGISTRY_NOT_FOUND' });
    await source.close();
    await registry.close();
  });
});
