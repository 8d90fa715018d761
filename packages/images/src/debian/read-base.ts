import { AssayError } from '@assay/contract';
import { type FetchOptions, fetchPackages } from './fetch-packages.ts';
import type { DebianPackage } from './package-facts.ts';
import { readPackage } from './read-package.ts';

/**
 * What Node's program and any program of Go's need of Debian: the C and C++ libraries, certificates, and the file that says which
 * system this is. Time zones are inside Node.
 */
export const basePackages = ['base-files', 'ca-certificates', 'libc6', 'libgcc-s1', 'libstdc++6'] as const;

/** The packages of the lowest layer, unpacked, by name. The licence of the compiler's libraries is in one more package, whose name tells its version. */
export async function readBase(options: FetchOptions): Promise<readonly DebianPackage[]> {
  const packages = await readAll(await fetchPackages(basePackages, options));
  const licence = packages
    .map(({ control }) => /^Depends:.*\b(gcc-\d+-base)\b/m.exec(control)?.[1])
    .find((name) => name !== undefined);
  const more = licence === undefined ? [] : await readAll(await fetchPackages([licence], options));
  const all = [...packages, ...more].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, architecture } of all)
    if (architecture !== options.architecture && architecture !== 'all')
      throw new AssayError('IMAGE_INPUT_INVALID', `${name} is for ${architecture}, not ${options.architecture}`);
  return all;
}

async function readAll(paths: readonly string[]): Promise<readonly DebianPackage[]> {
  const packages: DebianPackage[] = [];
  for (const path of paths) packages.push(await readPackage(path));
  return packages;
}
