import type { CustomResourceDefinition } from './core.ts';
import { profileCrd } from './profile-crd.ts';
import { scanCrd } from './scan-crd.ts';

/** The definitions of all kinds of ours, as they are applied. `deploy/crds` holds the same as YAML. */
export function crdManifests(): readonly CustomResourceDefinition[] {
  return [scanCrd, profileCrd];
}
