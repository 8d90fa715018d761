import { type Catalogued, type Cataloguer, wholeFile } from '../cataloguer.ts';
import type { Listing } from '../listing/listing.ts';
import { toPackages } from '../listing/to-packages.ts';
import { parseMixLock } from './mix-lock.ts';
import { parseRebarLock } from './rebar-lock.ts';

const maxLock = 4 * 2 ** 20;

/** Packages of Elixir and Erlang, told by the locks of Mix and Rebar in a folder. */
export const hex: Cataloguer<Listing> = {
  id: 'hex',
  version: 1,
  files: { baseNames: ['mix.lock', 'rebar.lock'] },
  select(file, kind) {
    if (kind !== 'directory') return undefined;
    return wholeFile(file, maxLock, file.path.endsWith('mix.lock') ? parseMixLock : parseRebarLock);
  },
  packages: (found): Catalogued => toPackages('hex', found),
};
