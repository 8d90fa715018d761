import { AssayError, type Digest, type Platform } from '@assay/contract';
import type { ContentSource, Descriptor } from './content-source.ts';

/** An image chosen from a source: its manifest and configuration read and verified, its layers not yet touched. */
export interface OpenedImage {
  /** Of the image manifest, after the platform was chosen. */
  readonly manifest: Descriptor;
  /** Of the index it was chosen from, when there was one. */
  readonly index?: Descriptor;
  /** Digest of the configuration: the image id. */
  readonly imageId: Digest;
  readonly platform: Platform;
  /** Lowest first, as in the manifest. */
  readonly layers: readonly Descriptor[];
  /** `rootfs.diff_ids` of the configuration: digests of the uncompressed layers, lowest first. */
  readonly diffIds: readonly Digest[];
  readonly created?: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface OpenImageOptions {
  /** The wanted platform; this machine's processor with Linux, else the first Linux image, when absent. */
  readonly platform?: Platform;
  readonly signal?: AbortSignal;
}

export async function openImage(source: ContentSource, options: OpenImageOptions = {}): Promise<OpenedImage> {
  throw new AssayError('INTERNAL', `not written yet: ${source.name} ${Object.keys(options).length}`);
}
