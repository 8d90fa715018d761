import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Digest, parseDigest } from '@assay/contract';
import { type LayerEntry, layerTar } from './layer-builder.ts';

/** What to change about an image that is otherwise sound. */
export interface LayoutSettings {
  readonly architecture?: string;
  /** `org.opencontainers.image.ref.name` of the layout's entry. */
  readonly name?: string;
  /** Used for the layer's blob in place of the gzipped tar, whose digest still stands in the manifest when `lie` is set. */
  readonly blob?: (packed: Buffer) => Buffer;
  readonly lie?: boolean;
  readonly layerType?: string;
  readonly manifestType?: string;
}

export interface WrittenLayout {
  readonly folder: string;
  readonly manifest: Digest;
  readonly layers: readonly { readonly digest: Digest; readonly bytes: Buffer }[];
}

/** Writes an image as an OCI layout folder, lowest layer first. Source: OCI image-spec, image-layout.md. */
export function writeLayout(
  folder: string,
  layers: readonly (readonly LayerEntry[])[],
  settings: LayoutSettings = {},
): WrittenLayout {
  const blobs = join(folder, 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  const put = (bytes: Buffer, name: Digest = digestOf(bytes)) => {
    writeFileSync(join(blobs, name.slice('sha256:'.length)), bytes);
    return { digest: name, size: bytes.length };
  };
  const tars = layers.map((entries) => layerTar(entries));
  const packed = tars.map((tar) => gzipSync(tar));
  const written = packed.map((bytes) => {
    const blob = settings.blob?.(bytes) ?? bytes;
    return settings.lie === true ? { ...put(blob, digestOf(bytes)), size: bytes.length } : put(blob);
  });
  const config = put(
    json({
      os: 'linux',
      architecture: settings.architecture ?? 'amd64',
      config: {},
      rootfs: { type: 'layers', diff_ids: tars.map(digestOf) },
    }),
  );
  const manifestType = settings.manifestType ?? 'application/vnd.oci.image.manifest.v1+json';
  const manifest = put(
    json({
      schemaVersion: 2,
      mediaType: manifestType,
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
      layers: written.map((layer) => ({
        mediaType: settings.layerType ?? 'application/vnd.oci.image.layer.v1.tar+gzip',
        ...layer,
      })),
    }),
  );
  const annotations =
    settings.name === undefined ? {} : { annotations: { 'org.opencontainers.image.ref.name': settings.name } };
  writeFileSync(
    join(folder, 'index.json'),
    json({ schemaVersion: 2, manifests: [{ mediaType: manifestType, ...manifest, ...annotations }] }),
  );
  writeFileSync(join(folder, 'oci-layout'), json({ imageLayoutVersion: '1.0.0' }));
  return {
    folder,
    manifest: manifest.digest,
    layers: packed.map((bytes, index) => ({ digest: written[index]?.digest ?? digestOf(bytes), bytes })),
  };
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function digestOf(bytes: Uint8Array): Digest {
  return parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
}
