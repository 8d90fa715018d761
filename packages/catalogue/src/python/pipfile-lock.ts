import { AssayError, type Rejected } from '@assay/contract';
import { entriesAt, isObject, objectAt, parseJsonObject, textAt } from '../formats/json-value.ts';
import type { Listed, Listing } from '../listing/listing.ts';
import { normalPythonName, pythonPurl } from './python-name.ts';

/** Reads `Pipfile.lock`. Throws FILE_UNREADABLE. Source: pipenv.pypa.io, "Pipfile & Pipfile.lock": one section per category, versions as `==1.0`. */
export function parsePipfileLock(bytes: Uint8Array): Listing {
  const top = parseJsonObject(bytes);
  if (objectAt(top, '_meta') === undefined) throw new AssayError('FILE_UNREADABLE', 'no _meta: not a Pipfile.lock');
  const packages: Listed[] = [];
  const rejected: Rejected[] = [];
  for (const [section, members] of Object.entries(top)) {
    if (section === '_meta' || !isObject(members)) continue;
    for (const [name, entry] of entriesAt(top, section)) {
      const version = isObject(entry) ? textAt(entry, 'version')?.replace(/^={2,3}/, '') : undefined;
      if (version === undefined || version === '') {
        rejected.push({ at: `/${section}/${name}`, why: 'no version: it comes from a repository, a path or a URL' });
        continue;
      }
      packages.push({
        key: `${section}/${normalPythonName(name)}`,
        name,
        version,
        purl: pythonPurl(name, version),
        dev: section === 'develop' || section.startsWith('dev'),
      });
    }
  }
  return { packages, rejected };
}
