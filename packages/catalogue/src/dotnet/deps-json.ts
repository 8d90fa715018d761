import { AssayError, type Rejected } from '@assay/contract';
import {
  entriesAt,
  isObject,
  isTrueAt,
  type JsonObject,
  objectAt,
  parseJsonObject,
  textAt,
} from '../formats/json-value.ts';
import type { Listed, Listing } from '../listing/listing.ts';
import { reachable } from '../listing/reachable.ts';
import { nugetKey, nugetPurl, sha512Of, splitNuget } from './nuget-name.ts';

/** The members of a target's library that name files it brings. */
const assets = ['runtime', 'runtimeTargets', 'native', 'resources', 'compile'];

/** What all targets together say of one library. */
interface TargetFacts {
  readonly needs: string[];
  bringsFiles: boolean;
}

/**
 * Reads `NAME.deps.json`, the runtime's list of what an application was published with. Libraries that bring no file, nor
 * need one that does, are left out: the framework has them built in, and they are names only. Throws FILE_UNREADABLE.
 * Source: dotnet/sdk "runtime-configuration-file": `libraries` says what each is, `targets` what it needs and brings.
 */
export function parseDepsJson(bytes: Uint8Array): Listing {
  const top = parseJsonObject(bytes);
  const libraries = objectAt(top, 'libraries');
  if (libraries === undefined) throw new AssayError('FILE_UNREADABLE', 'no libraries: not a deps.json of .NET');
  const facts = factsByLibrary(top);
  const shipped = shippedLibraries(facts);
  const needed = new Set([...facts.values()].flatMap((fact) => fact.needs));
  const packages: Listed[] = [];
  const rejected: Rejected[] = [];
  for (const [id, entry] of Object.entries(libraries)) {
    const named = splitNuget(id);
    if (named === undefined || !isObject(entry)) {
      rejected.push({ at: `/libraries/${id}`, why: 'not name/version' });
      continue;
    }
    const key = nugetKey(named.name, named.version);
    const type = textAt(entry, 'type')?.toLowerCase() ?? '';
    const isNameOnly = facts.has(key) && !shipped.has(key) && type !== 'runtimepack' && type !== 'project';
    // Reference assemblies of the framework are there to compile against, unless they came as a package.
    const isReference = type === 'referenceassembly' && (textAt(entry, 'sha512') ?? '') === '';
    if (isNameOnly || isReference || isTrueAt(entry, 'compileOnly')) continue;
    packages.push(toListed(named, type, entry, facts.get(key)?.needs ?? [], !needed.has(key)));
  }
  return { packages, rejected };
}

function toListed(
  { name: written, version }: { readonly name: string; readonly version: string },
  type: string,
  entry: JsonObject,
  dependsOn: readonly string[],
  isRoot: boolean,
): Listed {
  // `runtimepack.` is the SDK's mark; the package is published, and named in advisories, without it.
  const name = type === 'runtimepack' ? written.replace(/^runtimepack\./, '') : written;
  // A project that another one refers to was built from source; only the application itself may be a package.
  const isPublished = type !== 'project' || isRoot;
  return {
    key: nugetKey(written, version),
    ...(type === 'project' ? { kind: 'application' as const } : {}),
    name,
    version,
    ...(isPublished ? { purl: nugetPurl(name, version) } : {}),
    hashes: sha512Of(textAt(entry, 'sha512')),
    dependsOn,
    properties: type === '' || type === 'package' ? [] : [{ name: 'dotnet:type', value: type }],
  };
}

function factsByLibrary(top: JsonObject): Map<string, TargetFacts> {
  const out = new Map<string, TargetFacts>();
  for (const [, target] of entriesAt(top, 'targets')) {
    if (!isObject(target)) continue;
    for (const [id, entry] of Object.entries(target)) {
      const named = splitNuget(id);
      if (!isObject(entry) || named === undefined) continue;
      const key = nugetKey(named.name, named.version);
      const fact = out.get(key) ?? { needs: [], bringsFiles: false };
      for (const [name, version] of entriesAt(entry, 'dependencies')) fact.needs.push(nugetKey(name, String(version)));
      fact.bringsFiles ||= assets.some((asset) => entriesAt(entry, asset).length > 0);
      out.set(key, fact);
    }
  }
  return out;
}

/** Those that bring files, and those that need them, however far away. */
function shippedLibraries(facts: ReadonlyMap<string, TargetFacts>): Set<string> {
  const neededBy = new Map<string, string[]>();
  for (const [key, { needs }] of facts) {
    for (const need of needs) {
      const known = neededBy.get(need);
      if (known === undefined) neededBy.set(need, [key]);
      else known.push(key);
    }
  }
  return reachable(
    [...facts].filter(([, fact]) => fact.bringsFiles).map(([key]) => key),
    neededBy,
  );
}
