import { type Catalogued, type Cataloguer, wholeFile } from '../cataloguer.ts';
import type { Listing } from '../listing/listing.ts';
import { toPackages } from '../listing/to-packages.ts';
import { parseConanLock } from './conan-lock.ts';

const maxLock = 4 * 2 ** 20;

/** Packages of Conan (C and C++), told by `conan.lock` in a folder. */
export const conan: Cataloguer<Listing> = {
  id: 'conan',
  version: 1,
  files: { baseNames: ['conan.lock'] },
  select: (file, kind) => (kind === 'directory' ? wholeFile(file, maxLock, parseConanLock) : undefined),
  packages: (found): Catalogued => toPackages('conan', found),
};
