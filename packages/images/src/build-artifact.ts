import { digestOf } from '@assay/oci';
import type { BlobStore } from './blob-store.ts';
import type { BuiltImage } from './build-image.ts';
import { toDocument } from './image-documents.ts';

/** An artifact of one file to be: some bytes in a registry that are no image. */
export interface ArtifactRecipe {
  readonly configType: string;
  readonly fileType: string;
  /** The name the file is unpacked under. */
  readonly title: string;
  readonly content: Uint8Array;
}

/** Builds an artifact into a store. Source: OCI image-spec, manifest.md "Guidelines for Artifact Usage". */
export async function buildArtifact(recipe: ArtifactRecipe, store: BlobStore): Promise<BuiltImage> {
  const { configType, fileType, title, content } = recipe;
  const config = toDocument(configType, {});
  const descriptor = { mediaType: fileType, digest: digestOf(content), size: content.byteLength };
  const root = toDocument('application/vnd.oci.image.manifest.v1+json', {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: config.descriptor,
    layers: [{ ...descriptor, annotations: { 'org.opencontainers.image.title': title } }],
  });
  for (const document of [config, { bytes: content, descriptor }, root]) await store.put(document);
  return { root, manifests: [], blobs: [config.descriptor, descriptor] };
}

/** Trivy's database as Trivy fetches it: `REPOSITORY:2`. Source: Trivy's documentation, "Self-hosting", media types of the database. */
export function trivyDatabase(content: Uint8Array): ArtifactRecipe {
  return {
    configType: 'application/vnd.aquasec.trivy.config.v1+json',
    fileType: 'application/vnd.aquasec.trivy.db.layer.v1.tar+gzip',
    title: 'db.tar.gz',
    content,
  };
}
