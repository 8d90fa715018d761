import { AssayError, formatPurl, type Rejected } from '@assay/contract';
import { parseBlockYaml } from '../formats/block-yaml.ts';
import { decodeText, linesOf } from '../formats/decode-text.ts';
import { isObject, listAt, objectAt, textAt, valueAt } from '../formats/json-value.ts';
import type { Listed, Listing } from '../listing/listing.ts';

/** Reads `cabal.project.freeze`. Source: cabal.readthedocs.io, "cabal freeze": constraints `any.NAME ==VERSION`; others set flags. */
export function parseCabalFreeze(bytes: Uint8Array): Listing {
  const packages: Listed[] = [];
  for (const line of linesOf(decodeText(bytes))) {
    if (line.trimStart().startsWith('--')) continue;
    for (const [, name = '', version = ''] of line.matchAll(/\bany\.([A-Za-z0-9-]+) ==([0-9.]+)/g))
      packages.push(toListed(name, version));
  }
  return { packages, rejected: [] };
}

/**
 * Reads `stack.yaml.lock`. Throws FILE_UNREADABLE. Source: docs.haskellstack.org, "Lock files": packages with what each was
 * completed to, `NAME-VERSION@sha256:…`. A snapshot's packages are not in it.
 */
export function parseStackLock(bytes: Uint8Array): Listing {
  const top = parseBlockYaml(decodeText(bytes));
  if (!isObject(top) || (valueAt(top, 'packages') === undefined && valueAt(top, 'snapshots') === undefined))
    throw new AssayError('FILE_UNREADABLE', 'neither packages nor snapshots: not a stack.yaml.lock');
  const packages: Listed[] = [];
  const rejected: Rejected[] = [];
  for (const [index, entry] of listAt(top, 'packages').entries()) {
    const completed = isObject(entry) ? objectAt(entry, 'completed') : undefined;
    const hackage = completed === undefined ? undefined : textAt(completed, 'hackage');
    const match = /^([A-Za-z0-9-]+)-([0-9.]+)(?:@|$)/.exec(hackage ?? '');
    const name = match?.[1] ?? (completed && textAt(completed, 'name'));
    const version = match?.[2] ?? (completed && textAt(completed, 'version'));
    if (name === undefined || version === undefined)
      rejected.push({ at: `/packages/${index}`, why: 'a package without name and version' });
    else packages.push(toListed(name, version));
  }
  return { packages, rejected };
}

function toListed(name: string, version: string): Listed {
  return { key: `${name}-${version}`, name, version, purl: formatPurl({ type: 'hackage', name, version }) };
}
