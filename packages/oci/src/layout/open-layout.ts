import type { ReferrerSource } from '../content-source.ts';
import { openFolder } from './folder-files.ts';
import { layoutSource } from './layout-source.ts';

/**
 * Opens an OCI layout folder. `selector` is `@sha256:…` or `:name` (the `org.opencontainers.image.ref.name`, or a tag of a full image name);
 * without one the folder must hold one image. Throws FILE_NOT_FOUND, LAYOUT_INVALID, IMAGE_NOT_CHOSEN. Source: OCI image-spec, image-layout.md.
 */
export async function openLayout(folder: string, selector?: string): Promise<ReferrerSource> {
  return layoutSource(await openFolder(folder), selector);
}
