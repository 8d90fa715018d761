import { type Cataloguer, wholeFile } from '../cataloguer.ts';
import type { Listing } from '../listing/listing.ts';
import { toPackages } from '../listing/to-packages.ts';
import { parseCargoLock } from './parse-cargo-lock.ts';

const maxFile = 24 * 1024 * 1024;

/** Crates that a folder of Rust sources is built from. */
export const cargoLock: Cataloguer<Listing> = {
  id: 'cargo-lock',
  version: 1,
  files: { baseNames: ['Cargo.lock'] },
  // Published crates carry the lock file of their own development; cargo keeps their sources in `registry/src`.
  select: (file, kind) =>
    kind === 'directory' && !/(?:^|\/)registry\/src\//.test(file.path)
      ? wholeFile(file, maxFile, parseCargoLock)
      : undefined,
  packages: (found) => toPackages('cargo-lock', found),
};
