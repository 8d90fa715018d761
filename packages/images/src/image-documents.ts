import { createHash } from 'node:crypto';
import type { Digest, Platform } from '@assay/contract';
import { type Descriptor, digestOf, mediaTypes } from '@assay/oci';

/** What runs in an image, and as whom. */
export interface ImageFacts {
  /** `uid:gid`, numeric: Kubernetes cannot tell whether a name is root. */
  readonly user: string;
  readonly entrypoint: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDir: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** One packed layer. */
export interface PackedLayer {
  readonly descriptor: Descriptor;
  /** Digest of the uncompressed tar. */
  readonly diffId: Digest;
  /** One line for `docker history`. */
  readonly comment: string;
}

/** Some bytes and what points at them. */
export interface Document {
  readonly bytes: Uint8Array;
  readonly descriptor: Descriptor;
}

/** Images have no time of their own: what they hold is what they are. */
const noTime = '1970-01-01T00:00:00Z';
/** Not exported by `oci`, whose readers take any layer. Source: OCI image-spec, media-types.md. */
export const gzipLayerType = 'application/vnd.oci.image.layer.v1.tar+gzip';

/** The configuration of one platform's image. Source: OCI image-spec, config.md. */
export function imageConfig(facts: ImageFacts, platform: Platform, layers: readonly PackedLayer[]): Document {
  return toDocument(mediaTypes.ociConfig, {
    created: noTime,
    architecture: platform.architecture,
    os: platform.os,
    ...(platform.variant !== undefined && { variant: platform.variant }),
    config: {
      User: facts.user,
      Env: Object.entries(facts.env).map(([name, value]) => `${name}=${value}`),
      Entrypoint: facts.entrypoint,
      WorkingDir: facts.workingDir,
      Labels: sorted(facts.labels),
    },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.diffId) },
    history: layers.map((layer) => ({ created: noTime, created_by: layer.comment })),
  });
}

/** Source: OCI image-spec, manifest.md. */
export function imageManifest(config: Document, platform: Platform, layers: readonly PackedLayer[]): Document {
  const document = toDocument(mediaTypes.ociManifest, {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: config.descriptor,
    layers: layers.map((layer) => layer.descriptor),
  });
  return { ...document, descriptor: { ...document.descriptor, platform } };
}

/** Source: OCI image-spec, image-index.md. */
export function imageIndex(manifests: readonly Document[]): Document {
  return toDocument(mediaTypes.ociIndex, {
    schemaVersion: 2,
    mediaType: mediaTypes.ociIndex,
    manifests: manifests.map(({ descriptor }) => descriptor),
  });
}

/** JSON without spaces, as it is given: key order is ours, so it never changes by itself. */
export function toDocument(mediaType: string, value: unknown): Document {
  const bytes = Buffer.from(JSON.stringify(value));
  return { bytes, descriptor: { mediaType, digest: digestOf(bytes), size: bytes.byteLength } };
}

/** A short name for some text, to keep what was made of it under. */
export const keyOf = (text: string): string => createHash('sha256').update(text).digest('hex');

function sorted(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
