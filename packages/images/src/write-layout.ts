import { copyFile, link, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { digestParts } from '@assay/contract';
import { mediaTypes } from '@assay/oci';
import type { BlobStore } from './blob-store.ts';
import type { BuiltImage } from './build-image.ts';

/** Writes an image as an OCI layout, over one that may be there. Source: OCI image-spec, image-layout.md. */
export async function writeLayout(folder: string, image: BuiltImage, tag: string, store: BlobStore): Promise<void> {
  await rm(join(folder, 'blobs'), { recursive: true, force: true });
  for (const { digest } of [...image.blobs, ...[...image.manifests, image.root].map((each) => each.descriptor)]) {
    const { algorithm, hex } = digestParts(digest);
    const path = join(folder, 'blobs', algorithm, hex);
    await mkdir(dirname(path), { recursive: true });
    // Another file system cannot share the bytes.
    await link(store.pathOf(digest), path).catch(() => copyFile(store.pathOf(digest), path));
  }
  const entry = { ...image.root.descriptor, annotations: { 'org.opencontainers.image.ref.name': tag } };
  const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [entry] };
  await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(join(folder, 'index.json'), JSON.stringify(index));
}
