import { AssayError, formatPurl, type Rejected } from '@assay/contract';
import {
  isObject,
  isTrueAt,
  type JsonObject,
  listAt,
  parseJsonObject,
  textAt,
  valueAt,
} from '../formats/json-value.ts';
import type { Listed, Listing } from '../listing/listing.ts';

/**
 * Reads the list of crates that cargo-auditable builds into a program. Crates that only took part in the build are left out: they
 * are not in the program. Throws FILE_UNREADABLE. Source: rust-secure-code/cargo-auditable, cargo-auditable.schema.json.
 */
export function parseAuditData(bytes: Uint8Array): Listing {
  const top = parseJsonObject(bytes);
  if (!Array.isArray(valueAt(top, 'packages'))) {
    throw new AssayError('FILE_UNREADABLE', 'the list of crates has no packages');
  }
  const crates = listAt(top, 'packages');
  const packages: Listed[] = [];
  const rejected: Rejected[] = [];
  for (const [index, crate] of crates.entries()) {
    if (isObject(crate) && textAt(crate, 'kind') === 'build') continue;
    const listed = isObject(crate) ? toListed(crate, index, crates) : undefined;
    if (listed === undefined) rejected.push({ at: `/packages/${index}`, why: 'a crate without name or version' });
    else packages.push(listed);
  }
  return { packages, rejected };
}

function toListed(crate: JsonObject, index: number, crates: readonly unknown[]): Listed | undefined {
  const name = textAt(crate, 'name');
  const version = textAt(crate, 'version');
  if (name === undefined || name === '' || version === undefined || version === '') return undefined;
  const source = textAt(crate, 'source');
  return {
    key: String(index),
    ...(isTrueAt(crate, 'root') ? { kind: 'application' as const } : {}),
    name,
    version,
    purl: formatPurl({ type: 'cargo', name, version }),
    dependsOn: listAt(crate, 'dependencies')
      .filter((need) => typeof need === 'number' && need < crates.length)
      .map(String),
    properties: source === undefined ? [] : [{ name: 'cargo:source', value: source }],
  };
}
