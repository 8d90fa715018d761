import { type Catalogued, type Cataloguer, wholeFile } from '../cataloguer.ts';
import type { Listing } from '../listing/listing.ts';
import { toPackages } from '../listing/to-packages.ts';
import { parsePodfileLock } from './podfile-lock.ts';

const maxLock = 4 * 2 ** 20;

/** Pods, told by `Podfile.lock` in a folder. */
export const cocoapods: Cataloguer<Listing> = {
  id: 'cocoapods',
  version: 1,
  files: { baseNames: ['Podfile.lock'] },
  select: (file, kind) => (kind === 'directory' ? wholeFile(file, maxLock, parsePodfileLock) : undefined),
  packages: (found): Catalogued => toPackages('cocoapods', found),
};
