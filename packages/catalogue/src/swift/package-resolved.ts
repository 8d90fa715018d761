import { AssayError, formatPurl, type Rejected } from '@assay/contract';
import {
  isObject,
  type JsonObject,
  listAt,
  objectAt,
  parseJsonObject,
  textAt,
  valueAt,
} from '../formats/json-value.ts';
import type { Listed, Listing } from '../listing/listing.ts';

/**
 * Reads `Package.resolved`, versions 1 to 3. Throws FILE_UNREADABLE. Source: swift-package-manager, `ResolvedPackagesStore`:
 * pins under `object` with `repositoryURL` (1), at the top with `location` (2, 3).
 */
export function parsePackageResolved(bytes: Uint8Array): Listing {
  const top = parseJsonObject(bytes);
  const holder = objectAt(top, 'object') ?? top;
  if (!Array.isArray(valueAt(holder, 'pins')))
    throw new AssayError('FILE_UNREADABLE', 'no pins: not a Package.resolved');
  const packages: Listed[] = [];
  const rejected: Rejected[] = [];
  for (const [index, pin] of listAt(holder, 'pins').entries()) {
    const listed = isObject(pin) ? toListed(pin) : undefined;
    if (listed === undefined) rejected.push({ at: `/pins/${index}`, why: 'a pin without a place it comes from' });
    else packages.push(listed);
  }
  return { packages, rejected };
}

function toListed(pin: JsonObject): Listed | undefined {
  const location = textAt(pin, 'location') ?? textAt(pin, 'repositoryURL');
  const name = location === undefined ? undefined : nameOf(location);
  const state = objectAt(pin, 'state') ?? {};
  if (name === undefined) return undefined;
  const version = textAt(state, 'version') ?? '';
  const revision = textAt(state, 'revision');
  const slash = name.lastIndexOf('/');
  return {
    key: name,
    name,
    version,
    ...(slash < 0
      ? {}
      : { purl: formatPurl({ type: 'swift', namespace: name.slice(0, slash), name: name.slice(slash + 1), version }) }),
    properties: revision === undefined ? [] : [{ name: 'swift:revision', value: revision }],
  };
}

/** Host and path of the repository: `git@host:owner/name.git` and `https://host/owner/name` are the same. */
function nameOf(location: string): string | undefined {
  if (location.length > 2000) return undefined;
  const bare = location
    .replace(/^[a-z+]+:\/\//i, '')
    .replace(/^[^@/]+@/, '')
    .replace(/^([^/:]+):(?=[^/])/, '$1/')
    .replace(/\.git\/?$/, '')
    .replace(/\/+$/, '');
  return bare === '' ? undefined : bare;
}
