import { AssayError, type Rejected } from '@assay/contract';
import { decodeText } from '../formats/decode-text.ts';
import { entriesAt, isObject, type JsonObject, objectAt, parseJsonText, textAt } from '../formats/json-value.ts';
import { withoutComments } from '../formats/jsonc.ts';
import { hashesOfIntegrity } from '../listing/integrity.ts';
import type { Listed, Listing } from '../listing/listing.ts';
import { reachable } from '../listing/reachable.ts';
import { isNpmVersion, npmPurl, splitAt } from './npm-name.ts';

/**
 * Reads `bun.lock`, the text form. Throws FILE_UNREADABLE. Source: bun.sh/docs, "Lockfile": JSON with comments and trailing
 * commas; `packages` maps a place such as `a` or `a/b` (b inside a) to a list that starts with `name@version`.
 */
export function parseBunLock(bytes: Uint8Array): Listing {
  const top = parseJsonText(withoutComments(decodeText(bytes)));
  if (!isObject(top) || objectAt(top, 'workspaces') === undefined) {
    throw new AssayError('FILE_UNREADABLE', 'no workspaces: not a lock file of bun');
  }
  const entries = objectAt(top, 'packages') ?? {};
  const rejected: Rejected[] = [];
  const edges = new Map<string, string[]>();
  const packages: Listed[] = [];
  for (const [key, entry] of Object.entries(entries)) {
    const listed = Array.isArray(entry) ? toListed(key, entry, entries) : undefined;
    if (listed === undefined)
      rejected.push({ at: `/packages/${key}`, why: 'the entry does not start with name@version' });
    else {
      edges.set(key, [...(listed.dependsOn ?? [])]);
      packages.push(listed);
    }
  }
  const used = reachable(rootsOf(top, entries), edges);
  return { packages: packages.map((listed) => ({ ...listed, dev: !used.has(listed.key) })), rejected };
}

function toListed(key: string, entry: readonly unknown[], all: JsonObject): Listed | undefined {
  const named = typeof entry[0] === 'string' ? splitAt(entry[0]) : undefined;
  if (named === undefined) return undefined;
  const about = entry.find(isObject) ?? {};
  const version = isNpmVersion(named.rest) ? named.rest : '';
  const isWorkspace = named.rest.startsWith('workspace:');
  const integrity = entry.find((item) => typeof item === 'string' && /^sha\d+-/.test(item));
  return {
    key,
    ...(isWorkspace ? { kind: 'application' as const } : { purl: npmPurl(named.name, version) }),
    name: named.name,
    version,
    hashes: hashesOfIntegrity(typeof integrity === 'string' ? integrity : undefined),
    dependsOn: needsOf(about, false)
      .map((name) => placeOf(key, name, all))
      .filter((place) => place !== undefined),
    properties: version === '' ? [{ name: 'npm:resolution', value: named.rest }] : [],
  };
}

function needsOf(about: JsonObject, root: boolean): string[] {
  const lists = ['dependencies', 'optionalDependencies', ...(root ? [] : ['peerDependencies'])];
  return lists.flatMap((list) => entriesAt(about, list)).map(([name]) => name);
}

/** A dependency lies inside the package, else inside the one around it, else at the top. */
function placeOf(from: string, name: string, all: JsonObject): string | undefined {
  let place = from.length > 1024 ? '' : from;
  for (let i = 0; i < 20 && place !== ''; i++) {
    if (Object.hasOwn(all, `${place}/${name}`)) return `${place}/${name}`;
    place = place.slice(0, Math.max(0, place.lastIndexOf('/')));
  }
  return Object.hasOwn(all, name) ? name : undefined;
}

function rootsOf(top: JsonObject, all: JsonObject): string[] {
  const roots: string[] = [];
  for (const [, workspace] of entriesAt(top, 'workspaces')) {
    if (!isObject(workspace)) continue;
    const own = textAt(workspace, 'name') ?? '';
    for (const name of needsOf(workspace, true)) {
      const place = placeOf(own, name, all);
      if (place !== undefined) roots.push(place);
    }
    if (Object.hasOwn(all, own)) roots.push(own);
  }
  return roots;
}
