import type { Platform } from '@assay/contract';
import type { Descriptor } from '@assay/oci';
import type { BlobStore } from './blob-store.ts';
import type { FileTree } from './file-tree.ts';
import {
  type Document,
  type ImageFacts,
  imageConfig,
  imageIndex,
  imageManifest,
  type PackedLayer,
} from './image-documents.ts';

/** A layer to be: what it holds, and one line that says what it is. */
export interface LayerRecipe {
  readonly tree: FileTree;
  readonly comment: string;
}

/** One platform's image to be. */
export interface ImageRecipe {
  readonly platform: Platform;
  readonly facts: ImageFacts;
  /** Lowest first: what changes least. */
  readonly layers: readonly LayerRecipe[];
}

/** A built image. Its blobs are in the store it was built into. */
export interface BuiltImage {
  /** Of the manifest, or of the index where there is more than one platform. */
  readonly root: Document;
  /** The manifests to be pushed before the root: none where the root is the manifest. */
  readonly manifests: readonly Document[];
  /** Configurations and layers, each once. */
  readonly blobs: readonly Descriptor[];
}

/** Builds an image of one or more platforms into a store. The same recipes give the same digest. */
export async function buildImage(recipes: readonly ImageRecipe[], store: BlobStore): Promise<BuiltImage> {
  const manifests: Document[] = [];
  const blobs = new Map<string, Descriptor>();
  for (const { platform, facts, layers } of recipes) {
    const packed: PackedLayer[] = [];
    // One after the other: a layer may hold a hundred megabytes.
    for (const { tree, comment } of layers) packed.push(await store.pack(tree, comment));
    const config = imageConfig(facts, platform, packed);
    const manifest = imageManifest(config, platform, packed);
    await store.put(config);
    await store.put(manifest);
    manifests.push(manifest);
    for (const { descriptor } of [...packed, config]) blobs.set(descriptor.digest, descriptor);
  }
  const [only, ...others] = manifests;
  if (only !== undefined && others.length === 0) return { root: only, manifests: [], blobs: [...blobs.values()] };
  const index = imageIndex(manifests);
  await store.put(index);
  return { root: index, manifests, blobs: [...blobs.values()] };
}

/** Bytes of all blobs: what a first pull transfers. */
export function sizeOfImage(image: BuiltImage): number {
  return image.blobs.reduce((sum, { size }) => sum + size, 0);
}
