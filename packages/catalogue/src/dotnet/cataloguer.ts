import type { FileHeader } from '@assay/image';
import { type Catalogued, type Cataloguer, wholeFile } from '../cataloguer.ts';
import type { Listing } from '../listing/listing.ts';
import { toPackages } from '../listing/to-packages.ts';
import { parseDepsJson } from './deps-json.ts';
import { parsePackagesLock } from './packages-lock.ts';
import { listProjects, type ProjectFile, parsePackagesConfig, parseProject } from './project-file.ts';

const maxFile = 8 * 2 ** 20;
const projects = ['csproj', 'fsproj', 'vbproj'];

type DotnetFound = { readonly listing: Listing } | { readonly project: ProjectFile };

/** NuGet's packages: what applications were published with; in a folder lock files and, as far as they say versions, projects too. */
export const dotnet: Cataloguer<DotnetFound> = {
  id: 'dotnet',
  version: 1,
  files: {
    baseNames: ['packages.lock.json', 'packages.config', 'Directory.Packages.props', 'Directory.Build.props'],
    extensions: ['json', ...projects],
  },
  select(file, kind) {
    if (file.path.endsWith('.deps.json')) return listingFile(file, parseDepsJson);
    if (kind !== 'directory') return undefined;
    const base = file.path.slice(file.path.lastIndexOf('/') + 1);
    if (base === 'packages.lock.json') return listingFile(file, parsePackagesLock);
    if (base === 'packages.config') return listingFile(file, parsePackagesConfig);
    if (base.endsWith('.json')) return undefined;
    return wholeFile(file, maxFile, (bytes) => ({ project: parseProject(bytes) }));
  },
  packages(found): Catalogued {
    const isLocked = new Set(
      found
        .filter(({ path }) => /(?:^|\/)packages\.lock\.json$/.test(path))
        .map(({ path }) => path.slice(0, path.lastIndexOf('/') + 1)),
    );
    const files = found.flatMap((file) =>
      'project' in file.value ? [{ path: file.path, project: file.value.project }] : [],
    );
    // A lock file beside a project says all that the project does, and more exactly.
    const listings = listProjects(files, (path) => isLocked.has(path.slice(0, path.lastIndexOf('/') + 1)));
    return toPackages(
      'dotnet',
      found.map((file) => ({
        ...file,
        value:
          'listing' in file.value ? file.value.listing : (listings.get(file.path) ?? { packages: [], rejected: [] }),
      })),
    );
  },
};

function listingFile(
  file: FileHeader,
  parse: (bytes: Uint8Array) => Listing,
): ReturnType<typeof wholeFile<DotnetFound>> {
  return wholeFile<DotnetFound>(file, maxFile, (bytes) => ({ listing: parse(bytes) }));
}
