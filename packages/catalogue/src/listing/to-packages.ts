import type { Digest, Location, Package, Rejected } from '@assay/contract';
import { maxListed } from './check-count.ts';
import type { Listed, Listing } from './listing.ts';

/** A file and what it lists. */
export interface ListedFile {
  readonly path: string;
  readonly layer?: Digest;
  readonly value: Listing;
}

interface Group {
  readonly ref: string;
  readonly first: Listed;
  readonly locations: Map<string, Location>;
  readonly licenses: Set<string>;
  readonly hashes: Map<string, string>;
  readonly needs: Set<string>;
  readonly properties: Map<string, { readonly name: string; readonly value: string }>;
  dev: boolean | undefined;
  optional: boolean | undefined;
}

/**
 * The packages of all files of one cataloguer. The same package (by purl) in several places is one package with several
 * locations; it counts as `dev` or `optional` only where every place that knows says so.
 */
export function toPackages(id: string, files: readonly ListedFile[]): { packages: Package[]; rejected: Rejected[] } {
  const groups = new Map<string, Group>();
  const rejected: Rejected[] = [];
  const shared = new Map<string, Group>();
  const inFile: Map<string, Group>[] = [];

  for (const file of files) {
    const keys = new Map<string, Group>();
    inFile.push(keys);
    if (file.value.packages.length > maxListed) {
      rejected.push({ at: file.path, why: `it lists more than ${maxListed} packages` });
      continue;
    }
    for (const { at, why } of file.value.rejected)
      rejected.push({ at: at === '' ? file.path : `${file.path}#${at}`, why });
    for (const listed of file.value.packages) {
      const group = groupOf(groups, id, listed);
      addListed(group, listed, file);
      (listed.key.startsWith('/') ? shared : keys).set(listed.key, group);
    }
  }

  for (const [index, file] of files.entries()) {
    if (file.value.packages.length > maxListed) continue;
    for (const listed of file.value.packages) {
      const from = groups.get(identity(listed));
      for (const key of listed.dependsOn ?? []) {
        const to = inFile[index]?.get(key) ?? shared.get(key);
        if (from !== undefined && to !== undefined && to !== from) from.needs.add(to.ref);
      }
    }
  }
  return { packages: [...groups.values()].map((group) => toPackage(id, group)), rejected };
}

function identity(listed: Listed): string {
  return listed.purl ?? `${listed.name}@${listed.version}`;
}

function groupOf(groups: Map<string, Group>, id: string, listed: Listed): Group {
  const known = groups.get(identity(listed));
  if (known !== undefined) return known;
  const group: Group = {
    ref: `${id}:${identity(listed)}`,
    first: listed,
    locations: new Map(),
    licenses: new Set(),
    hashes: new Map(),
    needs: new Set(),
    properties: new Map(),
    dev: undefined,
    optional: undefined,
  };
  groups.set(identity(listed), group);
  return group;
}

function addListed(group: Group, listed: Listed, file: ListedFile): void {
  const path = `${file.path}${listed.within ?? ''}`;
  group.locations.set(path, file.layer === undefined ? { path } : { path, layer: file.layer });
  for (const license of listed.licenses ?? []) group.licenses.add(license);
  for (const [algorithm, hex] of Object.entries(listed.hashes ?? {})) {
    if (!group.hashes.has(algorithm)) group.hashes.set(algorithm, hex);
  }
  for (const property of listed.properties ?? []) group.properties.set(`${property.name}\n${property.value}`, property);
  group.dev = both(group.dev, listed.dev);
  group.optional = both(group.optional, listed.optional);
}

/** True where all that say anything say so. */
function both(known: boolean | undefined, said: boolean | undefined): boolean | undefined {
  return said === undefined ? known : said && known !== false;
}

function toPackage(id: string, group: Group): Package {
  const { first } = group;
  const properties = [...group.properties.values()];
  if (group.dev === true) properties.push({ name: 'assay:dev', value: 'true' });
  if (group.optional === true) properties.push({ name: 'assay:optional', value: 'true' });
  return {
    ref: group.ref,
    kind: first.kind ?? 'library',
    name: first.name,
    version: first.version,
    ...(first.purl === undefined ? {} : { purl: first.purl }),
    licenses: [...group.licenses],
    cpes: [],
    hashes: Object.fromEntries(group.hashes),
    ...(first.supplier === undefined ? {} : { supplier: first.supplier }),
    ...(first.description === undefined ? {} : { description: first.description }),
    locations: [...group.locations.values()],
    foundBy: id,
    dependsOn: [...group.needs].sort(),
    properties,
  };
}
