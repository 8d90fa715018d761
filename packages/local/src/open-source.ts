import type { Target } from '@assay/contract';
import {
  type ContentSource,
  openArchive,
  openLayout,
  openRegistry,
  parseReference,
  type RegistryOptions,
} from '@assay/oci';

/** A target that is an image, wherever it lies. */
export type ImageTarget = Extract<Target, { kind: 'registry' | 'oci-layout' | 'archive' }>;

/** Whether the target is an image. */
export function isImageTarget(target: Target): target is ImageTarget {
  return target.kind === 'registry' || target.kind === 'oci-layout' || target.kind === 'archive';
}

/** Opens the place an image is in. Nothing is read of a registry before the first question. Throws what the place's opener throws. */
export async function openSource(target: ImageTarget, registry: RegistryOptions): Promise<ContentSource> {
  if (target.kind === 'registry') return openRegistry(parseReference(target.reference), registry);
  if (target.kind === 'oci-layout') return openLayout(target.path, target.selector);
  return openArchive(target.path, target.selector);
}
