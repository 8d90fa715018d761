import { type Catalogued, type Cataloguer, wholeFile } from '../cataloguer.ts';
import type { Listing } from '../listing/listing.ts';
import { toPackages } from '../listing/to-packages.ts';
import { parseDescription } from './description.ts';
import { parseRenvLock } from './renv-lock.ts';

const maxFile = 4 * 2 ** 20;

/** Packages of R: those in its libraries, told by `DESCRIPTION`; in a folder those of `renv.lock` too. */
export const r: Cataloguer<Listing> = {
  id: 'r',
  version: 1,
  files: { baseNames: ['DESCRIPTION', 'renv.lock'] },
  select(file, kind) {
    if (file.path.endsWith('DESCRIPTION'))
      return wholeFile(file, maxFile, (bytes) => parseDescription(bytes, file.path));
    return kind === 'directory' ? wholeFile(file, maxFile, parseRenvLock) : undefined;
  },
  packages: (found): Catalogued => toPackages('r', found),
};
