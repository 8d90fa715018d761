import { parseDigest } from '@assay/contract';
import { describe, expect, it } from 'vitest';
import { bundleTag, reportRank } from './bundle-format.ts';
import { checkBundleConfig, checkImagesLock, parseBundleManifest } from './read-bundle.ts';
import { parseStepFailure } from './step-words.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const docker = 'application/vnd.docker.distribution.manifest.v2+json';
const layer = { mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip', digest: digest('b'), size: 7 };
const config = { mediaType: 'application/vnd.docker.container.image.v1+json', digest: digest('a'), size: 5 };

// Source: the Scan 2.0 contract, "Published artifact (imgpkg bundle)", row by row.
describe('a bundle', () => {
  it('is read from a Docker manifest, and from an OCI one', () => {
    expect(parseBundleManifest({ config, layers: [layer] }, docker)).toEqual({ config, layer });
    const oci = { ...layer, mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' };
    const type = 'application/vnd.oci.image.manifest.v1+json';
    expect(parseBundleManifest({ config, layers: [oci] }, type).layer).toEqual(oci);
  });

  it.each([
    ['of an index', { config, layers: [layer] }, 'application/vnd.oci.image.index.v1+json', 'MANIFEST_UNSUPPORTED'],
    ['of two layers', { config, layers: [layer, layer] }, docker, 'MANIFEST_INVALID'],
    ['of no layer', { config, layers: [] }, docker, 'MANIFEST_INVALID'],
    ['without layers', { config }, docker, 'MANIFEST_INVALID'],
    [
      'of zstd',
      { config, layers: [{ ...layer, mediaType: 'application/vnd.oci.image.layer.v1.tar+zstd' }] },
      docker,
      'MANIFEST_UNSUPPORTED',
    ],
    ['without a digest', { config, layers: [{ ...layer, digest: 'x' }] }, docker, 'MANIFEST_INVALID'],
    ['with a size of -1', { config: { ...config, size: -1 }, layers: [layer] }, docker, 'MANIFEST_INVALID'],
    ['that is a list', [], docker, 'MANIFEST_INVALID'],
  ])('is not read from one %s', (_what, document, type, code) => {
    expect(() => parseBundleManifest(document, type)).toThrow(expect.objectContaining({ code }));
  });

  it('says so in a label; a plain image is refused in the words of imgpkg', () => {
    checkBundleConfig({ config: { Labels: { 'dev.carvel.imgpkg.bundle': 'true' } } });
    for (const plain of [
      {},
      { config: {} },
      { config: { Labels: { 'dev.carvel.imgpkg.bundle': 'false' } } },
      undefined,
    ])
      expect(() => checkBundleConfig(plain)).toThrow(/Expected bundle image but found plain image/);
  });

  it('holds an images lock', () => {
    checkImagesLock('---\napiVersion: imgpkg.carvel.dev/v1alpha1\nimages: []\nkind: ImagesLock\n');
    for (const text of ['', 'apiVersion: imgpkg.carvel.dev/v1alpha1', 'kind: ImagesLock', 'kind: Other'])
      expect(() => checkImagesLock(text)).toThrow(expect.objectContaining({ code: 'MANIFEST_INVALID' }));
  });

  it('has a tag of its own digest', () => {
    expect(bundleTag(parseDigest(digest('c')))).toBe(`sha256-${'c'.repeat(64)}.imgpkg`);
  });
});

// Source: the Scan 2.0 contract, open question 7.
it('reports are preferred by name', () => {
  const names = ['a.txt', 'a.cdx.xml', 'a.SPDX.json', 'x/a.cdx.json'];
  expect(names.toSorted((a, b) => reportRank(a) - reportRank(b))).toEqual([
    'x/a.cdx.json',
    'a.SPDX.json',
    'a.cdx.xml',
    'a.txt',
  ]);
});

describe('what a failed step left', () => {
  const failure = { step: 'publisher', reason: 'ResultsEmpty', message: 'm', retry: 'never' } as const;

  it('is read from the result, and from what Tekton makes of the termination message', () => {
    const text = JSON.stringify(failure);
    expect(parseStepFailure(text)).toEqual(failure);
    const list = [
      { key: 'failure', value: text, type: 1 },
      { key: 'StartedAt', value: '2026-11-25T04:00:56.995Z', type: 3 },
    ];
    expect(parseStepFailure(JSON.stringify(list))).toEqual(failure);
    expect(parseStepFailure({ ...failure })).toEqual(failure);
  });

  it.each([
    '',
    'x',
    '[]',
    '{}',
    'null',
    '[null]',
    '{"step":"publisher","reason":"Other","message":"m"}',
    '[{"key":"failure","value":"["}]',
  ])('is not read from %j', (text) => expect(parseStepFailure(text)).toBeUndefined());
});
