import { type Catalogued, type Cataloguer, wholeFile } from '../cataloguer.ts';
import type { Listing } from '../listing/listing.ts';
import { toPackages } from '../listing/to-packages.ts';
import { parsePubspecLock } from './pubspec-lock.ts';

const maxLock = 4 * 2 ** 20;

/** Packages of Dart and Flutter, told by `pubspec.lock` in a folder. */
export const dart: Cataloguer<Listing> = {
  id: 'dart',
  version: 1,
  files: { baseNames: ['pubspec.lock'] },
  select: (file, kind) => (kind === 'directory' ? wholeFile(file, maxLock, parsePubspecLock) : undefined),
  packages: (found): Catalogued => toPackages('dart', found),
};
