import { type Catalogued, type Cataloguer, wholeFile } from '../cataloguer.ts';
import type { Listing } from '../listing/listing.ts';
import { toPackages } from '../listing/to-packages.ts';
import { parsePackageResolved } from './package-resolved.ts';

const maxLock = 4 * 2 ** 20;

/** Packages of Swift, told by `Package.resolved` in a folder, that of Xcode too. */
export const swift: Cataloguer<Listing> = {
  id: 'swift',
  version: 1,
  files: { baseNames: ['Package.resolved', '.package.resolved'] },
  select: (file, kind) => (kind === 'directory' ? wholeFile(file, maxLock, parsePackageResolved) : undefined),
  packages: (found): Catalogued => toPackages('swift', found),
};
