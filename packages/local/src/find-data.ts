import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AssayError } from '@assay/contract';
import type { Settings } from './settings.ts';

/** Where `assay db update` and `import` put the vulnerability data. */
export function dataPath(settings: Settings): string {
  return join(settings.home, 'db', 'assay.db');
}

/** Where archives are kept between updates. */
export function downloadFolder(settings: Settings): string {
  return join(settings.home, 'db', 'sources');
}

/**
 * The data file to match with: the one named, else ASSAY_DB, else the user's own, else the starter set.
 * Throws FILE_NOT_FOUND for a named one that is not there, DB_MISSING when there is none at all.
 */
export function findData(settings: Settings, named: string | undefined): string {
  const wanted = named ?? settings.data;
  if (wanted !== undefined) {
    if (existsSync(wanted)) return wanted;
    throw new AssayError('FILE_NOT_FOUND', `the vulnerability data ${wanted} does not exist`);
  }
  const own = dataPath(settings);
  if (existsSync(own)) return own;
  if (existsSync(settings.starterData)) return settings.starterData;
  throw new AssayError(
    'DB_MISSING',
    `there is no vulnerability data in ${settings.home}, and the starter set was not made`,
  );
}
