import { AssayError, type Rejected } from '@assay/contract';
import { entriesAt, isObject, type JsonObject, objectAt, parseJsonObject, textAt } from '../formats/json-value.ts';
import type { Listed, Listing } from '../listing/listing.ts';
import { nugetKey, nugetPurl, sha512Of } from './nuget-name.ts';

/** Reads `packages.lock.json`. Throws FILE_UNREADABLE. Source: learn.microsoft.com, "Locking dependencies": one map per target framework. */
export function parsePackagesLock(bytes: Uint8Array): Listing {
  const top = parseJsonObject(bytes);
  if (objectAt(top, 'dependencies') === undefined) {
    throw new AssayError('FILE_UNREADABLE', 'no dependencies: not a packages.lock.json');
  }
  const packages = new Map<string, Listed>();
  const rejected: Rejected[] = [];
  for (const [framework, members] of entriesAt(top, 'dependencies')) {
    const entries = isObject(members) ? Object.entries(members) : [];
    const resolved = new Map<string, string>();
    for (const [name, entry] of entries) {
      const version = isObject(entry) ? textAt(entry, 'resolved') : undefined;
      if (version !== undefined) resolved.set(name.toLowerCase(), nugetKey(name, version));
    }
    for (const [name, entry] of entries) {
      const version = isObject(entry) ? textAt(entry, 'resolved') : undefined;
      if (isObject(entry) && version !== undefined) addListed(packages, toListed(name, version, entry, resolved));
      // A project of the same solution has no version; everything else must.
      else if (!isObject(entry) || textAt(entry, 'type') !== 'Project') {
        rejected.push({ at: `/dependencies/${framework}/${name}`, why: 'no resolved version' });
      }
    }
  }
  return { packages: [...packages.values()], rejected };
}

function addListed(packages: Map<string, Listed>, listed: Listed): void {
  const known = packages.get(listed.key);
  const dependsOn = [...new Set([...(known?.dependsOn ?? []), ...(listed.dependsOn ?? [])])];
  packages.set(listed.key, { ...(known ?? listed), dependsOn });
}

function toListed(name: string, version: string, entry: JsonObject, resolved: ReadonlyMap<string, string>): Listed {
  return {
    key: nugetKey(name, version),
    name,
    version,
    purl: nugetPurl(name, version),
    hashes: sha512Of(textAt(entry, 'contentHash')),
    dependsOn: entriesAt(entry, 'dependencies')
      .map(([need]) => resolved.get(need.toLowerCase()))
      .filter((key) => key !== undefined),
  };
}
