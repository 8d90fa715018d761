import { type Catalogued, type Cataloguer, wholeFile } from '../cataloguer.ts';
import type { Listing } from '../listing/listing.ts';
import { toPackages } from '../listing/to-packages.ts';
import { parseCabalFreeze, parseStackLock } from './locks.ts';

const maxLock = 4 * 2 ** 20;

/** Packages of Hackage, told by the locks of Cabal and Stack in a folder. */
export const haskell: Cataloguer<Listing> = {
  id: 'haskell',
  version: 1,
  files: { baseNames: ['cabal.project.freeze', 'stack.yaml.lock'] },
  select(file, kind) {
    if (kind !== 'directory') return undefined;
    return wholeFile(file, maxLock, file.path.endsWith('.freeze') ? parseCabalFreeze : parseStackLock);
  },
  packages: (found): Catalogued => toPackages('haskell', found),
};
