import { AssayError, type ImageReference } from '@assay/contract';
import { openRegistry, type RegistryOptions, type RegistryRepository } from '@assay/oci';
import type { BlobStore } from './blob-store.ts';
import type { BuiltImage } from './build-image.ts';

/** What a push did. */
export interface PushOutcome {
  /** Whether the tag already named this very image, so that nothing was sent. */
  readonly unchanged: boolean;
  readonly sentBytes: number;
}

/** Pushes an image to a tag, blobs first. Blobs the registry has are not sent again. Throws what the registry's client throws. */
export async function pushImage(
  image: BuiltImage,
  to: ImageReference & { readonly tag: string },
  store: BlobStore,
  options: RegistryOptions,
  signal?: AbortSignal,
): Promise<PushOutcome> {
  const repository = openRegistry(to, options);
  try {
    if ((await findDigest(repository, signal)) === image.root.descriptor.digest)
      return { unchanged: true, sentBytes: 0 };
    let sentBytes = 0;
    for (const { digest, size } of image.blobs) {
      const content = { digest, size, open: () => store.open(digest) };
      const outcome = await repository.pushBlob(content, { ...(signal && { signal }) });
      if (outcome === 'sent') sentBytes += size;
    }
    for (const { bytes, descriptor } of image.manifests)
      await repository.pushManifest(bytes, descriptor.mediaType, { ...(signal && { signal }) });
    const { root } = image;
    await repository.pushManifest(root.bytes, root.descriptor.mediaType, { tag: to.tag, ...(signal && { signal }) });
    return { unchanged: false, sentBytes };
  } finally {
    await repository.close();
  }
}

async function findDigest(repository: RegistryRepository, signal?: AbortSignal): Promise<string | undefined> {
  try {
    return (await repository.resolve(signal)).digest;
  } catch (error) {
    if (error instanceof AssayError && error.code === 'REGISTRY_NOT_FOUND') return undefined;
    throw error;
  }
}
