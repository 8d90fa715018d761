import { AssayError, type Rejected } from '@assay/contract';
import { parseBlockYaml } from '../formats/block-yaml.ts';
import { decodeText } from '../formats/decode-text.ts';
import { entriesAt, isObject, type JsonObject, objectAt, textAt } from '../formats/json-value.ts';
import { checkCount } from '../listing/check-count.ts';
import { hashesOfIntegrity } from '../listing/integrity.ts';
import type { Listed, Listing } from '../listing/listing.ts';
import { reachable } from '../listing/reachable.ts';
import { isNpmName, npmPurl } from './npm-name.ts';

/**
 * Reads `pnpm-lock.yaml`, lockfileVersion 5 to 9. Throws FILE_UNREADABLE.
 * Source: github.com/pnpm/spec, lockfile/5, 6.0, 9.0. Version 9 splits `packages` (what) from `snapshots` (with which peers).
 */
export function parsePnpmLock(bytes: Uint8Array): Listing {
  const text = decodeText(bytes);
  if (text.trim() === '') return { packages: [], rejected: [] };
  const top = parseBlockYaml(firstNeeded(text));
  if (!isObject(top)) throw new AssayError('FILE_UNREADABLE', 'the lock file is not a map');
  const version = Number.parseFloat(textAt(top, 'lockfileVersion') ?? '');
  if (!(version >= 5)) {
    throw new AssayError(
      'FILE_UNREADABLE',
      `lockfileVersion ${textAt(top, 'lockfileVersion') ?? 'is missing'}; 5 to 9 can be read`,
    );
  }
  return readPackages(top, version);
}

/** Newer pnpm keeps what it needs for itself in a first document of the file; the project's is the last. */
function firstNeeded(text: string): string {
  const parts = text.split(/^---\s*$/m).filter((part) => part.trim() !== '');
  return parts.at(-1) ?? '';
}

function readPackages(top: JsonObject, version: number): Listing {
  const snapshots = objectAt(top, 'snapshots');
  const isDev = snapshots === undefined ? undefined : devKeys(top, snapshots);
  const packages: Listed[] = [];
  const rejected: Rejected[] = [];
  const entries = entriesAt(top, 'packages');
  checkCount(entries.length);
  // From version 9 the same package may stand in several snapshots; the package is one, its needs are all of theirs.
  const needs = needsByPackage(top, snapshots, version);
  for (const [key, entry] of entries) {
    const named = isObject(entry) ? nameOf(key, entry, version) : undefined;
    if (!isObject(entry) || named === undefined) {
      rejected.push({ at: `/packages/${key}`, why: 'the key names no package and version' });
      continue;
    }
    const resolution = objectAt(entry, 'resolution');
    const tarball = resolution && (textAt(resolution, 'tarball') ?? textAt(resolution, 'repo'));
    packages.push({
      key,
      ...named,
      purl: npmPurl(named.name, named.version),
      hashes: hashesOfIntegrity(resolution && textAt(resolution, 'integrity')),
      dev: isDev === undefined ? textAt(entry, 'dev') === 'true' : isDev(key),
      optional: textAt(entry, 'optional') === 'true',
      dependsOn: needs.get(key) ?? [],
      properties: tarball === undefined ? [] : [{ name: 'npm:resolved', value: tarball }],
    });
  }
  return { packages, rejected };
}

/** `/name/1.0.0_peer@1` (5), `/name@1.0.0(peer@1)` (6), `name@1.0.0` (9); git and tarball entries carry name and version. */
function nameOf(key: string, entry: JsonObject, version: number): { name: string; version: string } | undefined {
  const written = { name: textAt(entry, 'name'), version: textAt(entry, 'version') };
  const read = version < 6 ? splitSlashes(key) : splitDependencyPath(key);
  const name = written.name ?? read?.name;
  const exact = written.version ?? read?.version;
  if (name === undefined || exact === undefined || !isNpmName(name)) return undefined;
  return { name, version: /^[0-9v]/.test(exact) ? exact : '' };
}

function splitDependencyPath(key: string): { name: string; version: string } | undefined {
  const path = withoutPeers(key.startsWith('/') ? key.slice(1) : key);
  const at = path.indexOf('@', 1);
  return at < 0 ? undefined : { name: path.slice(0, at), version: path.slice(at + 1) };
}

/** The registry's host may stand before the name. */
function splitSlashes(key: string): { name: string; version: string } | undefined {
  const parts = key.split('/').filter((part) => part !== '');
  const version = parts.pop();
  const name = parts.pop();
  if (version === undefined || name === undefined) return undefined;
  const scope = parts.at(-1);
  const bare = version.split('_', 1)[0] ?? version;
  return { name: scope?.startsWith('@') ? `${scope}/${name}` : name, version: bare };
}

function withoutPeers(path: string): string {
  const paren = path.indexOf('(');
  return paren < 0 ? path : path.slice(0, paren);
}

/** The key of `packages` or `snapshots` that `name: reference` of a dependency list means. */
function keyOf(name: string, reference: string, version: number): string {
  if (version >= 9) {
    // An alias is written with the real name; peers, in brackets, have an at too.
    const at = withoutPeers(reference).indexOf('@', 1);
    return at > 0 && isNpmName(reference.slice(0, at)) ? reference : `${name}@${reference}`;
  }
  if (reference.startsWith('/') || reference.includes(':')) return reference;
  if (version < 6) return /^\d/.test(reference) ? `/${name}/${reference}` : reference;
  return /^\d/.test(reference) ? `/${name}@${reference}` : reference;
}

function needsOf(entry: JsonObject, version: number): string[] {
  return ['dependencies', 'optionalDependencies']
    .flatMap((list) => entriesAt(entry, list))
    .map(([name, reference]) => keyOf(name, String(reference), version));
}

function needsByPackage(top: JsonObject, snapshots: JsonObject | undefined, version: number): Map<string, string[]> {
  const out = new Map<string, string[]>();
  for (const [key, entry] of snapshots === undefined ? entriesAt(top, 'packages') : Object.entries(snapshots)) {
    if (!isObject(entry)) continue;
    const from = snapshots === undefined ? key : withoutPeers(key);
    const needs = needsOf(entry, version).map((need) => (snapshots === undefined ? need : withoutPeers(need)));
    const known = out.get(from);
    if (known === undefined) out.set(from, needs);
    else for (const need of needs) known.push(need);
  }
  return out;
}

/** Version 9 marks nothing as `dev`: what only `devDependencies` lead to is. */
function devKeys(top: JsonObject, snapshots: JsonObject): (key: string) => boolean {
  const edges = new Map(
    Object.entries(snapshots).map(([key, entry]) => [key, isObject(entry) ? needsOf(entry, 9) : []] as const),
  );
  const roots: string[] = [];
  for (const [, importer] of entriesAt(top, 'importers')) {
    if (!isObject(importer)) continue;
    for (const list of ['dependencies', 'optionalDependencies']) {
      for (const [name, asked] of entriesAt(importer, list)) {
        const reference = isObject(asked) ? textAt(asked, 'version') : String(asked);
        if (reference !== undefined) roots.push(keyOf(name, reference, 9));
      }
    }
  }
  const used = new Set([...reachable(roots, edges)].map(withoutPeers));
  return (key) => !used.has(key);
}
