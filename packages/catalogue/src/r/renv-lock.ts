import { AssayError, formatPurl, type Rejected } from '@assay/contract';
import { entriesAt, isObject, objectAt, parseJsonObject, textAt, textsAt } from '../formats/json-value.ts';
import type { Listed, Listing } from '../listing/listing.ts';

/** Reads `renv.lock`. Throws FILE_UNREADABLE. Source: rstudio.github.io/renv, "lockfiles". */
export function parseRenvLock(bytes: Uint8Array): Listing {
  const top = parseJsonObject(bytes);
  if (objectAt(top, 'Packages') === undefined) throw new AssayError('FILE_UNREADABLE', 'no Packages: not a renv.lock');
  const packages: Listed[] = [];
  const rejected: Rejected[] = [];
  for (const [key, entry] of entriesAt(top, 'Packages')) {
    const version = isObject(entry) ? textAt(entry, 'Version') : undefined;
    if (!isObject(entry) || version === undefined) {
      rejected.push({ at: `/Packages/${key}`, why: 'a package without a version' });
      continue;
    }
    const name = textAt(entry, 'Package') ?? key;
    const purl = formatPurl({ type: 'cran', name, version });
    packages.push({ key: name, name, version, purl, dependsOn: textsAt(entry, 'Requirements') });
  }
  return { packages, rejected };
}
