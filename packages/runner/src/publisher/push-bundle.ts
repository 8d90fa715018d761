import { AssayError, type ImageReference } from '@assay/contract';
import { parseReference, type RegistryRepository } from '@assay/oci';
import { bundleFormat, bundleTag } from '@assay/pipeline';
import type { Bundle } from './build-bundle.ts';

/** Where results go: a repository and a tag. */
export type Location = ImageReference & { readonly tag: string; readonly digest?: never };

/** Reads `spec.scanResults.location`: `registry/repository[:tag]`, `latest` when it names no tag. Throws LOCATION_INVALID. */
export function parseLocation(text: string): Location {
  let reference: ImageReference;
  try {
    reference = parseReference(text);
  } catch (cause) {
    if (!(cause instanceof AssayError)) throw cause;
    throw new AssayError('LOCATION_INVALID', cause.detail, { cause });
  }
  const { registry, repository, tag = bundleFormat.usualTag, digest } = reference;
  if (digest !== undefined)
    throw new AssayError(
      'LOCATION_INVALID',
      `${JSON.stringify(text.slice(0, 200))} names a digest; results go to a tag`,
    );
  return { registry, repository, tag };
}

/**
 * Pushes the parts, then the manifest under the tag that stays, then under the location's own: whoever sees the tag move finds the bundle.
 * `open` gives the repository as seen by one tag. Throws what the registry says.
 */
export async function pushBundle(
  bundle: Bundle,
  tag: string,
  open: (tag: string) => RegistryRepository,
  signal: AbortSignal,
): Promise<void> {
  const tags = new Set([bundleTag(bundle.digest), tag]);
  const parts = [bundle.config, bundle.layer];
  for (const each of tags) {
    const repository = open(each);
    try {
      for (const part of parts.splice(0)) await repository.pushBlob(part, { signal });
      await pushTag(bundle, each, repository, signal);
    } finally {
      await repository.close();
    }
  }
}

/** A registry whose tags cannot be moved refuses what is there already: for a publisher that runs again, that is success. */
async function pushTag(
  bundle: Bundle,
  tag: string,
  repository: RegistryRepository,
  signal: AbortSignal,
): Promise<void> {
  try {
    await repository.pushManifest(bundle.manifest, bundleFormat.manifestType, { tag, signal });
  } catch (error) {
    if (!(error instanceof AssayError) || error.retry === 'later') throw error;
    const found = await repository.resolve(signal).catch(() => undefined);
    if (found?.digest !== bundle.digest) throw error;
  }
}
