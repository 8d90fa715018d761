import { type Catalogued, type Cataloguer, wholeFile } from '../cataloguer.ts';
import type { Listing } from '../listing/listing.ts';
import { toPackages } from '../listing/to-packages.ts';
import { parseCondaMeta } from './conda-meta.ts';

const maxFile = 8 * 2 ** 20;

/** Packages of Conda environments, told by `conda-meta/NAME-VERSION-BUILD.json`. */
export const conda: Cataloguer<Listing> = {
  id: 'conda',
  version: 1,
  files: { folders: ['conda-meta'] },
  select: (file) =>
    file.path.endsWith('.json') ? wholeFile(file, maxFile, (bytes) => parseCondaMeta(bytes, file.path)) : undefined,
  packages: (found): Catalogued => toPackages('conda', found),
};
