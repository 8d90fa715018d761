import { AssayError, type Rejected } from '@assay/contract';
import { entriesAt, isObject, type JsonObject, objectAt, parseJsonObject, textAt } from '../formats/json-value.ts';
import type { Listed, Listing } from '../listing/listing.ts';
import { nugetKey, nugetPurl, sha512Of, splitNuget } from './nuget-name.ts';

/**
 * Reads `NAME.deps.json`, the runtime's list of what an application was published with. Throws FILE_UNREADABLE.
 * Source: dotnet/sdk "runtime-configuration-file": `libraries` says what each is, `targets` what it needs.
 */
export function parseDepsJson(bytes: Uint8Array): Listing {
  const top = parseJsonObject(bytes);
  const libraries = objectAt(top, 'libraries');
  if (libraries === undefined) throw new AssayError('FILE_UNREADABLE', 'no libraries: not a deps.json of .NET');
  const needs = needsByLibrary(top);
  const packages: Listed[] = [];
  const rejected: Rejected[] = [];
  for (const [id, entry] of Object.entries(libraries)) {
    const named = splitNuget(id);
    if (named === undefined || !isObject(entry)) rejected.push({ at: `/libraries/${id}`, why: 'not name/version' });
    else packages.push(toListed(named, entry, needs.get(id) ?? []));
  }
  return { packages, rejected };
}

function toListed(
  { name: written, version }: { readonly name: string; readonly version: string },
  entry: JsonObject,
  dependsOn: readonly string[],
): Listed {
  const type = textAt(entry, 'type')?.toLowerCase() ?? '';
  // `runtimepack.` is the SDK's mark; the package is published, and named in advisories, without it.
  const name = type === 'runtimepack' ? written.replace(/^runtimepack\./, '') : written;
  return {
    key: nugetKey(written, version),
    ...(type === 'project' ? { kind: 'application' as const } : {}),
    name,
    version,
    purl: nugetPurl(name, version),
    hashes: sha512Of(textAt(entry, 'sha512')),
    dependsOn,
    properties: type === '' || type === 'package' ? [] : [{ name: 'dotnet:type', value: type }],
  };
}

function needsByLibrary(top: JsonObject): Map<string, string[]> {
  const out = new Map<string, string[]>();
  for (const [, target] of entriesAt(top, 'targets')) {
    if (!isObject(target)) continue;
    for (const [id, entry] of Object.entries(target)) {
      if (!isObject(entry)) continue;
      const needs = entriesAt(entry, 'dependencies').map(([name, version]) => nugetKey(name, String(version)));
      const known = out.get(id);
      if (known === undefined) out.set(id, needs);
      else for (const need of needs) known.push(need);
    }
  }
  return out;
}
