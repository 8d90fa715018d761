import { AssayError, formatPurl, type Rejected } from '@assay/contract';
import {
  entriesAt,
  isObject,
  type JsonObject,
  objectAt,
  parseJson,
  parseJsonObject,
  textAt,
  textsAt,
  valueAt,
} from '../formats/json-value.ts';
import { checkCount } from '../listing/check-count.ts';
import type { Listed, Listing } from '../listing/listing.ts';

/** Reads `composer.lock`. Throws FILE_UNREADABLE. Source: getcomposer.org, "composer.lock"; packages as in `composer.json`'s schema. */
export function parseComposerLock(bytes: Uint8Array): Listing {
  const top = parseJsonObject(bytes);
  if (!Array.isArray(valueAt(top, 'packages')))
    throw new AssayError('FILE_UNREADABLE', 'no packages: not a composer.lock');
  return readPackages([
    { at: '/packages', list: valueAt(top, 'packages'), dev: false },
    { at: '/packages-dev', list: valueAt(top, 'packages-dev'), dev: true },
  ]);
}

/** Reads `vendor/composer/installed.json`: a list (Composer 1) or an object with `packages` (Composer 2). Throws FILE_UNREADABLE. */
export function parseComposerInstalled(bytes: Uint8Array): Listing {
  const top = parseJson(bytes);
  if (Array.isArray(top)) return readPackages([{ at: '', list: top, dev: false }]);
  const list = isObject(top) ? valueAt(top, 'packages') : undefined;
  if (!isObject(top) || !Array.isArray(list)) {
    throw new AssayError('FILE_UNREADABLE', 'neither a list nor an object with packages');
  }
  const dev = new Set(textsAt(top, 'dev-package-names'));
  const listing = readPackages([{ at: '/packages', list, dev: false }]);
  return {
    ...listing,
    packages: listing.packages.map((listed) => (dev.has(listed.name) ? { ...listed, dev: true } : listed)),
  };
}

interface Section {
  readonly at: string;
  readonly list: unknown;
  readonly dev: boolean;
}

function readPackages(sections: readonly Section[]): Listing {
  const packages: Listed[] = [];
  const rejected: Rejected[] = [];
  for (const { at, list, dev } of sections) {
    const entries = Array.isArray(list) ? list : [];
    checkCount(entries.length);
    for (const [index, entry] of entries.entries()) {
      const listed = isObject(entry) ? toListed(entry, dev) : undefined;
      if (listed === undefined) rejected.push({ at: `${at}/${index}`, why: 'a package without name or version' });
      else packages.push(listed);
    }
  }
  return { packages, rejected };
}

function toListed(entry: JsonObject, dev: boolean): Listed | undefined {
  const name = textAt(entry, 'name');
  const version = textAt(entry, 'version');
  if (name === undefined || name === '' || version === undefined || version === '') return undefined;
  const slash = name.lastIndexOf('/');
  const license = valueAt(entry, 'license');
  const dist = objectAt(entry, 'dist');
  const sha1 = dist && textAt(dist, 'shasum');
  const description = textAt(entry, 'description');
  return {
    key: name.toLowerCase(),
    name,
    version,
    purl: formatPurl({
      type: 'composer',
      ...(slash < 0 ? {} : { namespace: name.slice(0, slash) }),
      name: name.slice(slash + 1),
      version,
    }),
    licenses: typeof license === 'string' ? [license] : textsAt(entry, 'license'),
    hashes: sha1 !== undefined && /^[0-9a-f]{40}$/.test(sha1) ? { sha1 } : {},
    ...(description === undefined ? {} : { description: description.slice(0, 500) }),
    dev,
    // `php`, `ext-json` and `lib-curl` are the platform; they are in no list and so give no edge.
    dependsOn: entriesAt(entry, 'require').map(([need]) => need.toLowerCase()),
  };
}
