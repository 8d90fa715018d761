import type { FileHeader, FileReader, SelectedFile } from '@assay/image';
import { type Catalogued, type Cataloguer, type TargetKind, wholeFile } from '../cataloguer.ts';
import type { Listing } from '../listing/listing.ts';
import { toPackages } from '../listing/to-packages.ts';
import { parseBunLock } from './bun-lock.ts';
import { type InstalledPackage, listInstalled } from './installed.ts';
import { parsePackageJson } from './package-json.ts';
import { parsePackageLock } from './package-lock.ts';
import { parsePnpmLock } from './pnpm-lock.ts';
import { parseYarnLock } from './yarn-lock.ts';

const maxPackageJson = 2 * 2 ** 20;
const maxLock = 8 * 2 ** 20;

const locks: ReadonlyMap<string, (bytes: Uint8Array) => Listing> = new Map([
  ['package-lock.json', parsePackageLock],
  ['npm-shrinkwrap.json', parsePackageLock],
  ['yarn.lock', parseYarnLock],
  ['pnpm-lock.yaml', parsePnpmLock],
  ['bun.lock', parseBunLock],
]);

/**
 * npm's list of all it installed. Read at the root only, where the folder given is itself a `node_modules`: its packages
 * have no `node_modules/` in their paths. Source: docs.npmjs.com, package-lock.json, "Hidden Lockfiles".
 */
const hiddenLock = '.package-lock.json';

/** What one file told: an installed package, or all that a lock file lists. */
type NpmFound = { readonly installed: InstalledPackage } | { readonly listing: Listing };

/**
 * Packages of npm, yarn, pnpm and bun. In an image every `package.json` with a name and a version counts; in a folder only
 * those of installed packages, and the lock files of the projects (never those that a package was published with).
 */
export const npm: Cataloguer<NpmFound> = {
  id: 'npm',
  version: 1,
  files: { baseNames: ['package.json', hiddenLock, ...locks.keys()] },
  select(file, kind) {
    const base = file.path.slice(file.path.lastIndexOf('/') + 1);
    if (base === 'package.json') return selectPackageJson(file, kind);
    const parse = file.path === hiddenLock ? parsePackageLock : locks.get(base);
    if (parse === undefined || kind !== 'directory' || isInstalled(file.path)) return undefined;
    return wholeFile(file, maxLock, (bytes) => ({ listing: parse(bytes) }));
  },
  packages: cataloguePackages,
};

function selectPackageJson(file: FileHeader, kind: TargetKind): FileReader<NpmFound> | undefined {
  if (kind === 'directory' && !isPackageFolder(file.path)) return undefined;
  return wholeFile(file, maxPackageJson, (bytes) => {
    const installed = parsePackageJson(bytes);
    return installed === undefined ? undefined : { installed };
  });
}

function isInstalled(path: string): boolean {
  return path.startsWith('node_modules/') || path.includes('/node_modules/');
}

/** `node_modules/NAME/package.json` or `node_modules/@SCOPE/NAME/package.json`. */
function isPackageFolder(path: string): boolean {
  return /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+\/package\.json$/.test(path);
}

function cataloguePackages(found: readonly SelectedFile<NpmFound>[]): Catalogued {
  const folders = found.flatMap(({ path, value }) =>
    'installed' in value ? [{ path, package: value.installed }] : [],
  );
  const installed = listInstalled(folders);
  const files = found.map((file) => ({
    ...file,
    value: 'listing' in file.value ? file.value.listing : (installed.get(file.path) ?? { packages: [], rejected: [] }),
  }));
  return toPackages('npm', files);
}
