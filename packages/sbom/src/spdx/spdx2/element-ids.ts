import { createHash } from 'node:crypto';
import type { Package } from '@assay/contract';

/** The document's own id and that of the scanned thing. */
export const documentId = 'SPDXRef-DOCUMENT';

const valid = /^SPDXRef-[A-Za-z0-9.-]+$/;

/** A valid id with readable words and, where they are not all, a digest. Source: SPDX 2.3 §7.2. */
export function toElementId(kind: string, text: string): string {
  const readable = text
    .replace(/[^A-Za-z0-9.]+/g, '-')
    .slice(0, 60)
    .replace(/^-+|-+$/g, '');
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return `SPDXRef-${kind}-${readable === '' ? '' : `${readable}-`}${digest}`;
}

/** Ids of packages by ref: refs that are ids stay, so that what was read is written again under its own name. */
export function toPackageIds(packages: readonly Package[], taken: ReadonlySet<string>): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  const used = new Set(taken);
  for (const { ref } of packages) {
    if (!valid.test(ref) || used.has(ref)) continue;
    ids.set(ref, ref);
    used.add(ref);
  }
  for (const { ref, name, version } of packages) {
    if (ids.has(ref)) continue;
    const base = toElementId('Package', `${name} ${version} ${ref}`);
    let id = base;
    for (let n = 2; used.has(id); n++) id = `${base}-${n}`;
    ids.set(ref, id);
    used.add(id);
  }
  return ids;
}
