import { AssayError, formatPurl, type Rejected } from '@assay/contract';
import { entriesAt, isObject, type JsonObject, listAt, textAt, textsAt, valueAt } from '../formats/json-value.ts';
import { parseToml } from '../formats/toml-document.ts';
import type { Listed, Listing } from '../listing/listing.ts';

/**
 * Reads `Cargo.lock`, versions 1 to 4. Throws FILE_UNREADABLE. Source: cargo's `resolver/encode.rs`: a dependency is
 * `name`, `name version` or `name version (source)`, whichever is unique; version 1 keeps checksums under `[metadata]`.
 */
export function parseCargoLock(bytes: Uint8Array): Listing {
  const top = parseToml(bytes);
  const root = valueAt(top, 'root');
  const tables = [...(isObject(root) ? [root] : []), ...listAt(top, 'package')];
  if (tables.length === 0 && valueAt(top, 'version') === undefined) {
    throw new AssayError('FILE_UNREADABLE', 'neither packages nor a version: not a Cargo.lock');
  }
  const checksums = oldChecksums(top);
  const packages: Listed[] = [];
  const rejected: Rejected[] = [];
  const byName = new Map<string, string>();
  for (const [index, table] of tables.entries()) {
    const listed = isObject(table) ? toListed(table, checksums) : undefined;
    if (listed === undefined) rejected.push({ at: `/package/${index}`, why: 'a package without name or version' });
    else {
      packages.push(listed);
      byName.set(listed.name, listed.key);
    }
  }
  return {
    packages: packages.map((listed) => ({
      ...listed,
      dependsOn: (listed.dependsOn ?? []).map((need) => keyOf(need, byName)),
    })),
    rejected,
  };
}

function toListed(table: JsonObject, checksums: ReadonlyMap<string, string>): Listed | undefined {
  const name = textAt(table, 'name');
  const version = textAt(table, 'version');
  if (name === undefined || version === undefined) return undefined;
  const source = textAt(table, 'source');
  const sha256 = textAt(table, 'checksum') ?? checksums.get(`${name} ${version} (${source})`);
  return {
    key: `${name} ${version}`,
    // Without a source it is a crate of the project's own.
    ...(source === undefined ? { kind: 'application' as const } : {}),
    name,
    version,
    purl: formatPurl({ type: 'cargo', name, version }),
    hashes: sha256 !== undefined && /^[0-9a-f]{64}$/.test(sha256) ? { sha256 } : {},
    dependsOn: textsAt(table, 'dependencies'),
    properties: source === undefined ? [] : [{ name: 'cargo:source', value: source }],
  };
}

function keyOf(need: string, byName: ReadonlyMap<string, string>): string {
  const [name = '', version] = need.split(' ', 2);
  return version === undefined ? (byName.get(name) ?? name) : `${name} ${version}`;
}

/** `[metadata]` of version 1: `"checksum NAME VERSION (SOURCE)" = "HEX"`. */
function oldChecksums(top: JsonObject): Map<string, string> {
  const out = new Map<string, string>();
  for (const [key, value] of entriesAt(top, 'metadata')) {
    if (key.startsWith('checksum ') && typeof value === 'string') out.set(key.slice('checksum '.length), value);
  }
  return out;
}
