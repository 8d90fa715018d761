import { AssayError, type ImageReference } from '@assay/contract';
import type { RegistryOptions, RegistryRepository } from './options.ts';

/** Opens one repository of a registry. Nothing is asked of it before the first call. */
export function openRegistry(reference: ImageReference, options: RegistryOptions = {}): RegistryRepository {
  throw new AssayError('INTERNAL', `not written yet: ${reference.registry} ${Object.keys(options).length}`);
}
