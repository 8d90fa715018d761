import type { Rejected } from '@assay/contract';
import type { FileHeader, FileReader, SelectedFile } from '@assay/image';
import { type Catalogued, type Cataloguer, wholeFile } from '../cataloguer.ts';
import { joinPath } from '../listing/join-path.ts';
import type { Listing } from '../listing/listing.ts';
import { toPackages } from '../listing/to-packages.ts';
import { parseEgg } from './egg.ts';
import { listInstalledPython } from './installed.ts';
import { type PythonMetadata, parsePythonMetadata } from './metadata.ts';
import { parsePipfileLock } from './pipfile-lock.ts';
import { parseRequirements, type Requirements } from './requirements.ts';
import { parseTomlLock } from './toml-lock.ts';

const maxMetadata = 4 * 2 ** 20;
const maxLock = 8 * 2 ** 20;
const maxEgg = 48 * 2 ** 20;
const maxRequirements = 2 ** 20;

const locks: ReadonlyMap<string, (bytes: Uint8Array) => Listing> = new Map([
  ['poetry.lock', parseTomlLock],
  ['uv.lock', parseTomlLock],
  ['pdm.lock', parseTomlLock],
  ['pylock.toml', parseTomlLock],
  ['Pipfile.lock', parsePipfileLock],
]);

/** What one file told: an installed distribution, a lock file's list, or a requirements file's. */
type PythonFound =
  | { readonly installed: PythonMetadata }
  | { readonly listing: Listing }
  | { readonly requirements: Requirements };

/** Distributions of PyPI: what is installed (wheels and eggs); in a folder the lock files and requirements too. */
export const python: Cataloguer<PythonFound> = {
  id: 'python',
  version: 1,
  files: {
    baseNames: ['METADATA', 'PKG-INFO', ...locks.keys()],
    extensions: ['egg', 'egg-info', 'txt', 'toml'],
  },
  select(file, kind) {
    if (/\.egg$/i.test(file.path))
      return wholeFile(file, maxEgg, (bytes) => ({ installed: parseEgg(bytes, file.path) }));
    return isMetadata(file.path)
      ? wholeFile(file, maxMetadata, (bytes) => ({ installed: parsePythonMetadata(bytes, file.path) }))
      : kind === 'directory'
        ? selectLock(file)
        : undefined;
  },
  packages: cataloguePackages,
};

/** Source: packaging.python.org, "Recording installed projects"; setuptools, "The Internal Structure of Python Eggs". */
function isMetadata(path: string): boolean {
  return (
    /(?:^|[/.])dist-info\/METADATA$/i.test(path) ||
    /(?:^|[/.])egg-info\/PKG-INFO$/i.test(path) ||
    /(?:^|\/)[^/]+\.egg-info$/i.test(path)
  );
}

function selectLock(file: FileHeader): FileReader<PythonFound> | undefined {
  const base = file.path.slice(file.path.lastIndexOf('/') + 1);
  const parse = locks.get(base) ?? (/^pylock\.[^.]+\.toml$/.test(base) ? parseTomlLock : undefined);
  if (parse !== undefined) return wholeFile(file, maxLock, (bytes) => ({ listing: parse(bytes) }));
  if (!isRequirements(file.path) || isInstalled(file.path)) return undefined;
  return wholeFile(file, maxRequirements, (bytes) => ({ requirements: parseRequirements(bytes) }));
}

/** `requirements.txt`, `dev-requirements.txt`, `requirements_test.txt`, and everything in a folder `requirements`. */
function isRequirements(path: string): boolean {
  return /(?:^|\/)(?:[^/]*requirements[^/]*|requirements\/[^/]+)\.txt$/i.test(path);
}

/** Distributions carry the requirements of their own tests and documentation with them. */
function isInstalled(path: string): boolean {
  return /(?:^|\/)(?:site|dist)-packages\//.test(path);
}

function cataloguePackages(found: readonly SelectedFile<PythonFound>[]): Catalogued {
  const installed = found.flatMap(({ path, value }) =>
    'installed' in value ? [{ path, metadata: value.installed }] : [],
  );
  const listings = listInstalledPython(installed);
  const read = new Set(found.map(({ path }) => path));
  const files = found.map((file) => ({ ...file, value: listingOf(file, listings, read) }));
  return toPackages('python', files);
}

function listingOf(
  { path, value }: SelectedFile<PythonFound>,
  installed: ReadonlyMap<string, Listing>,
  read: ReadonlySet<string>,
): Listing {
  if ('listing' in value) return value.listing;
  if ('installed' in value) return installed.get(path) ?? { packages: [], rejected: [] };
  const { packages, rejected, includes } = value.requirements;
  // A file that is named and lies in the scan under a name of its kind is read by itself.
  const missing: Rejected[] = includes
    .filter((include) => !read.has(joinPath(path, include.path)))
    .map((include) => ({ at: include.at, why: `the requirements of ${include.path.slice(0, 200)} are not read` }));
  return { packages, rejected: [...rejected, ...missing] };
}
