import type { Listed, Listing } from '../listing/listing.ts';
import { FolderSearch } from './folder-search.ts';
import { isNpmName, npmPurl } from './npm-name.ts';
import type { PackageJson } from './package-json.ts';

export type InstalledPackage = PackageJson;

/** The `package.json` of one folder. */
export interface InstalledFolder {
  readonly path: string;
  readonly package: InstalledPackage;
}

/** What each `package.json` lists, by its path; what a package needs is looked for as Node does. */
export function listInstalled(folders: readonly InstalledFolder[]): Map<string, Listing> {
  const packages = new Map(folders.map((folder) => [folderOf(folder.path), folder.package] as const));
  const places = new StorePlaces(packages);
  const search = new FolderSearch(packages.size, (folder) => {
    const key = folder.startsWith('/') ? folder : `/${folder}`;
    return packages.has(key) ? key : undefined;
  });
  const out = new Map<string, Listing>();
  for (const { path, package: found } of folders) {
    const folder = folderOf(path);
    const needs = found.needs.map((name) => search.find(folder, name) ?? places.find(folder, name));
    out.set(path, { packages: [toListed(folder, found, needs)], rejected: [] });
  }
  return out;
}

/** The folder that holds the file; a leading slash makes its key unique among all files. */
function folderOf(path: string): string {
  return `/${path.slice(0, Math.max(0, path.lastIndexOf('/')))}`;
}

function toListed(folder: string, found: InstalledPackage, needs: readonly (string | undefined)[]): Listed {
  const { name, version, licenses, description, supplier, hashes } = found;
  const isPublished = isNpmName(name);
  return {
    key: folder,
    kind: found.isPrivate && !folder.includes('/node_modules/') ? 'application' : 'library',
    name,
    version,
    ...(isPublished ? { purl: npmPurl(name, version) } : {}),
    licenses,
    hashes,
    ...(description === undefined ? {} : { description }),
    ...(supplier === undefined ? {} : { supplier }),
    dependsOn: needs.filter((need) => need !== undefined),
  };
}

/**
 * pnpm keeps each package in `.pnpm/NAME@VERSION/node_modules/NAME` and links its needs beside it; the links are not in the view.
 * A need is then the only version of that name in the same store, if there is just one.
 */
class StorePlaces {
  readonly #byName = new Map<string, string | undefined>();

  constructor(packages: ReadonlyMap<string, InstalledPackage>) {
    for (const [folder, { name }] of packages) {
      const store = storeOf(folder);
      if (store === undefined) continue;
      const key = `${store}\n${name}`;
      this.#byName.set(key, this.#byName.has(key) ? undefined : folder);
    }
  }

  find(folder: string, name: string): string | undefined {
    const store = storeOf(folder);
    return store === undefined ? undefined : this.#byName.get(`${store}\n${name}`);
  }
}

function storeOf(folder: string): string | undefined {
  const at = folder.indexOf('/node_modules/.pnpm/');
  return at < 0 ? undefined : folder.slice(0, at);
}
