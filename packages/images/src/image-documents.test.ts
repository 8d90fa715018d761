import { parseDigest } from '@assay/contract';
import { describe, expect, it } from 'vitest';
import { imageConfig, imageIndex, imageManifest, type PackedLayer } from './image-documents.ts';

const digest = (digit: string) => parseDigest(`sha256:${digit.repeat(64)}`);
const layers: readonly PackedLayer[] = [
  {
    descriptor: { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: digest('a'), size: 10 },
    diffId: digest('b'),
    comment: 'one file',
  },
];
const facts = {
  user: '65534:65534',
  entrypoint: ['/usr/local/bin/node', '/app/runner.js'],
  env: { PATH: '/bin', HOME: '/tmp' },
  workingDir: '/app',
  labels: { z: '2', a: '1' },
};
const platform = { os: 'linux', architecture: 'amd64' };
const parse = ({ bytes }: { readonly bytes: Uint8Array }): unknown => JSON.parse(Buffer.from(bytes).toString());

describe('the documents of an image', () => {
  it('are a configuration with user, entry point and layers', () => {
    // Source: OCI image-spec, config.md "Properties".
    expect(parse(imageConfig(facts, platform, layers))).toEqual({
      created: '1970-01-01T00:00:00Z',
      architecture: 'amd64',
      os: 'linux',
      config: {
        User: '65534:65534',
        Env: ['PATH=/bin', 'HOME=/tmp'],
        Entrypoint: ['/usr/local/bin/node', '/app/runner.js'],
        WorkingDir: '/app',
        Labels: { a: '1', z: '2' },
      },
      rootfs: { type: 'layers', diff_ids: [`sha256:${'b'.repeat(64)}`] },
      history: [{ created: '1970-01-01T00:00:00Z', created_by: 'one file' }],
    });
  });

  it('are a manifest that points at them', () => {
    const config = imageConfig(facts, platform, layers);
    // Source: OCI image-spec, manifest.md "Example Image Manifest".
    expect(parse(imageManifest(config, platform, layers))).toEqual({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: {
        mediaType: 'application/vnd.oci.image.config.v1+json',
        digest: config.descriptor.digest,
        size: config.bytes.byteLength,
      },
      layers: [
        {
          mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
          digest: `sha256:${'a'.repeat(64)}`,
          size: 10,
        },
      ],
    });
  });

  it('are an index that says which manifest is for which platform', () => {
    const arm = { os: 'linux', architecture: 'arm64' };
    const manifests = [platform, arm].map((each) => imageManifest(imageConfig(facts, each, layers), each, layers));
    expect(parse(imageIndex(manifests))).toMatchObject({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [
        { mediaType: 'application/vnd.oci.image.manifest.v1+json', platform: { os: 'linux', architecture: 'amd64' } },
        { mediaType: 'application/vnd.oci.image.manifest.v1+json', platform: { os: 'linux', architecture: 'arm64' } },
      ],
    });
  });
});
