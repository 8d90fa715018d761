import { createHash } from 'node:crypto';
import type { PolicyBundle } from './engine.ts';

const known = new WeakMap<PolicyBundle, string>();

/** Tells bundles apart by their content; the same object is looked at once. */
export function digestOf(bundle: PolicyBundle): string {
  const before = known.get(bundle);
  if (before !== undefined) return before;
  const hash = createHash('sha256');
  // Lengths in front: no two bundles make the same text.
  for (const [name, text] of Object.entries(bundle.modules))
    hash.update(`${name.length}:${name}${text.length}:${text}`);
  hash.update(JSON.stringify(bundle.data));
  const digest = hash.digest('hex');
  known.set(bundle, digest);
  return digest;
}
