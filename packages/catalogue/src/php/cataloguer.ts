import { type Catalogued, type Cataloguer, wholeFile } from '../cataloguer.ts';
import type { Listing } from '../listing/listing.ts';
import { toPackages } from '../listing/to-packages.ts';
import { parseComposerInstalled, parseComposerLock } from './composer.ts';

const maxFile = 8 * 2 ** 20;

/** Composer's packages: what `vendor/composer/installed.json` says is installed; in a folder the lock files too. */
export const php: Cataloguer<Listing> = {
  id: 'php',
  version: 1,
  files: { baseNames: ['installed.json', 'composer.lock'] },
  select(file, kind) {
    if (/(?:^|\/)composer\/installed\.json$/.test(file.path)) return wholeFile(file, maxFile, parseComposerInstalled);
    if (kind !== 'directory' || !/(?:^|\/)composer\.lock$/.test(file.path)) return undefined;
    // What a package was developed with is not installed with it.
    return /(?:^|\/)vendor\//.test(file.path) ? undefined : wholeFile(file, maxFile, parseComposerLock);
  },
  packages: (found): Catalogued => toPackages('php', found),
};
