import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { type Digest, parseDigest } from '@assay/contract';
import { openRegistry, parseReference } from '@assay/oci';
import { file, folder, layerTar } from '@assay/testkit';

/** Pushes a bundle of results as the publisher does, typed from spec/scan-2.md §5. Gives `repo@sha256:…`. */
export async function pushBundle(repository: string, files: Readonly<Record<string, string>>): Promise<string> {
  const entries = [
    folder('.imgpkg/'),
    file('.imgpkg/images.yml', 'apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages: []\n'),
    ...Object.entries(files).map(([name, text]) => file(name, text)),
  ];
  const tar = layerTar(entries);
  const layer = gzipSync(tar);
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: { Labels: { 'dev.carvel.imgpkg.bundle': 'true' } },
      rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
    }),
  );
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      config: {
        mediaType: 'application/vnd.docker.container.image.v1+json',
        digest: digestOf(config),
        size: config.length,
      },
      layers: [
        { mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip', digest: digestOf(layer), size: layer.length },
      ],
    }),
  );
  const target = openRegistry(parseReference(`${repository}:1`));
  for (const content of [config, layer]) {
    await target.pushBlob({
      digest: digestOf(content),
      size: content.length,
      open: async function* () {
        yield content;
      },
    });
  }
  const { digest } = await target.pushManifest(manifest, 'application/vnd.docker.distribution.manifest.v2+json', {
    tag: '1',
  });
  await target.close();
  return `${repository}@${digest}`;
}

function digestOf(bytes: Uint8Array): Digest {
  return parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
}
