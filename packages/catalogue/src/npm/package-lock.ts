import { AssayError, type Rejected } from '@assay/contract';
import type { JsonObject } from '../formats/json-value.ts';
import { entriesAt, isObject, isTrueAt, objectAt, parseJsonObject, textAt, valueAt } from '../formats/json-value.ts';
import { checkCount } from '../listing/check-count.ts';
import { hashesOfIntegrity } from '../listing/integrity.ts';
import type { Listed, Listing } from '../listing/listing.ts';
import { FolderSearch } from './folder-search.ts';
import { isNpmVersion, npmPurl, splitAt } from './npm-name.ts';
import { licensesOf } from './package-json.ts';

/**
 * Reads `package-lock.json` and `npm-shrinkwrap.json`, lockfileVersion 1 to 3. Throws FILE_UNREADABLE.
 * Source: docs.npmjs.com, "package-lock.json"; version 2 holds both shapes, `packages` is the one that counts.
 */
export function parsePackageLock(bytes: Uint8Array): Listing {
  const top = parseJsonObject(bytes);
  const packages = objectAt(top, 'packages');
  if (packages !== undefined) return readPackages(top, packages);
  if (objectAt(top, 'dependencies') !== undefined) return readDependencies(top);
  if (valueAt(top, 'lockfileVersion') === undefined && valueAt(top, 'version') === undefined) {
    throw new AssayError(
      'FILE_UNREADABLE',
      'neither packages nor dependencies nor a lockfileVersion: not a lock file of npm',
    );
  }
  return { packages: rootOf(top, undefined, []), rejected: [] };
}

/** lockfileVersion 2 and 3: one entry per folder, `node_modules/a/node_modules/b`. */
function readPackages(top: JsonObject, packages: JsonObject): Listing {
  const out: Listed[] = [];
  const rejected: Rejected[] = [];
  const target = (folder: string): string | undefined => {
    const entry = objectAt(packages, folder);
    if (entry === undefined) return undefined;
    return isTrueAt(entry, 'link') ? textAt(entry, 'resolved') : folder;
  };
  const count = Object.keys(packages).length;
  checkCount(count);
  const search = new FolderSearch(count, target);
  for (const [folder, entry] of Object.entries(packages)) {
    if (!isObject(entry)) {
      rejected.push({ at: `/packages/${folder}`, why: 'the entry is not an object' });
      continue;
    }
    const needs = namesOf(entry, [
      'dependencies',
      'optionalDependencies',
      'peerDependencies',
      folder === '' ? 'devDependencies' : '',
    ]);
    const dependsOn = needs.map((name) => search.find(folder, name)).filter((key) => key !== undefined);
    if (folder === '') out.push(...rootOf(top, entry, dependsOn));
    else if (!isTrueAt(entry, 'link')) {
      const name = textAt(entry, 'name') ?? nameOfFolder(folder);
      const isWorkspace = !`/${folder}`.includes('/node_modules/');
      if (isWorkspace && textAt(entry, 'name') === undefined && textAt(entry, 'version') === undefined) continue;
      out.push({
        ...facts(folder, name, textAt(entry, 'version') ?? '', entry),
        ...(isWorkspace ? { kind: 'application' as const } : {}),
        dependsOn,
      });
    }
  }
  return { packages: out, rejected };
}

/** The project itself, when it says what it is called. */
function rootOf(top: JsonObject, entry: JsonObject | undefined, dependsOn: readonly string[]): Listed[] {
  const name = textAt(top, 'name') ?? (entry && textAt(entry, 'name'));
  const version = textAt(top, 'version') ?? (entry && textAt(entry, 'version'));
  if (name === undefined || name === '' || version === undefined || version === '') return [];
  const licenses = entry === undefined ? [] : licensesOf(entry);
  return [{ key: '', kind: 'application', name, version, purl: npmPurl(name, version), licenses, dependsOn }];
}

function facts(key: string, name: string, version: string, entry: JsonObject): Listed {
  const resolved = textAt(entry, 'resolved');
  const exact = isNpmVersion(version);
  return {
    key,
    name,
    version: exact ? version : '',
    purl: npmPurl(name, exact ? version : ''),
    licenses: licensesOf(entry),
    hashes: hashesOfIntegrity(textAt(entry, 'integrity')),
    dev: isTrueAt(entry, 'dev'),
    optional: isTrueAt(entry, 'optional') || isTrueAt(entry, 'devOptional'),
    properties: [
      ...(exact || version === '' ? [] : [{ name: 'npm:version', value: version }]),
      ...(resolved === undefined ? [] : [{ name: 'npm:resolved', value: resolved }]),
    ],
  };
}

function namesOf(entry: JsonObject, keys: readonly string[]): string[] {
  return [...new Set(keys.flatMap((key) => entriesAt(entry, key)).map(([name]) => name))];
}

function nameOfFolder(folder: string): string {
  const at = folder.lastIndexOf('node_modules/');
  return at < 0 ? (folder.split('/').at(-1) ?? folder) : folder.slice(at + 'node_modules/'.length);
}

interface Level {
  readonly folder: string;
  readonly dependencies: JsonObject;
}

/** lockfileVersion 1: a tree of `dependencies` in `dependencies`, walked without recursion. */
function readDependencies(top: JsonObject): Listing {
  const entries = new Map<string, { readonly entry: JsonObject; readonly name: string }>();
  const rejected: Rejected[] = [];
  const levels: Level[] = [{ folder: '', dependencies: objectAt(top, 'dependencies') ?? {} }];
  for (let level = levels.pop(); level !== undefined; level = levels.pop()) {
    for (const [name, entry] of Object.entries(level.dependencies)) {
      const folder = level.folder === '' ? `node_modules/${name}` : `${level.folder}/node_modules/${name}`;
      if (!isObject(entry)) rejected.push({ at: folder, why: 'the entry is not an object' });
      else if (folder.length > 4096)
        rejected.push({ at: `${folder.slice(0, 100)}…`, why: 'nested deeper than a path can be long' });
      else {
        entries.set(folder, { entry, name });
        const nested = objectAt(entry, 'dependencies');
        if (nested !== undefined) levels.push({ folder, dependencies: nested });
      }
    }
  }
  checkCount(entries.size);
  const search = new FolderSearch(entries.size, (folder) => (entries.has(folder) ? folder : undefined));
  const packages = [...entries].map(([folder, { entry, name }]): Listed => {
    const version = textAt(entry, 'version') ?? '';
    // `npm install alias@npm:real@1.0.0` is written as version `npm:real@1.0.0`.
    const alias = version.startsWith('npm:') ? splitAt(version.slice(4)) : undefined;
    const needs = namesOf(entry, ['requires']).map((need) => search.find(folder, need));
    return {
      ...facts(folder, alias?.name ?? name, alias?.rest ?? version, entry),
      dependsOn: needs.filter((key) => key !== undefined),
    };
  });
  // Version 1 does not say which of the folders the project itself asked for.
  return { packages: [...rootOf(top, undefined, []), ...packages], rejected };
}
