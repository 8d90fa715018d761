import { AssayError, formatPurl, type Rejected } from '@assay/contract';
import {
  entriesAt,
  isObject,
  type JsonObject,
  listAt,
  objectAt,
  parseJsonObject,
  textAt,
  textsAt,
  valueAt,
} from '../formats/json-value.ts';
import type { Listed, Listing } from '../listing/listing.ts';

/**
 * Reads `conan.lock` of Conan 1 (a graph) and 2 (lists). Throws FILE_UNREADABLE.
 * Source: docs.conan.io, "Lockfiles", "Conan references": `name/version@user/channel#revision%time`.
 */
export function parseConanLock(bytes: Uint8Array): Listing {
  const top = parseJsonObject(bytes);
  const graph = objectAt(top, 'graph_lock');
  if (graph !== undefined) return readGraph(graph);
  if (!Array.isArray(valueAt(top, 'requires')))
    throw new AssayError('FILE_UNREADABLE', 'neither graph_lock nor requires: not a conan.lock');
  const packages: Listed[] = [];
  const rejected: Rejected[] = [];
  for (const [list, dev] of [
    ['requires', false],
    ['build_requires', true],
    ['python_requires', true],
  ] as const) {
    for (const [index, reference] of listAt(top, list).entries()) {
      const listed = typeof reference === 'string' ? toListed(reference, reference) : undefined;
      if (listed === undefined) rejected.push({ at: `/${list}/${index}`, why: 'not name/version' });
      else packages.push({ ...listed, dev });
    }
  }
  return { packages, rejected };
}

/** Nodes by number; the one without a reference is the project itself. */
function readGraph(graph: JsonObject): Listing {
  const packages: Listed[] = [];
  const rejected: Rejected[] = [];
  for (const [id, node] of entriesAt(graph, 'nodes')) {
    const reference = isObject(node) ? textAt(node, 'ref') : undefined;
    if (!isObject(node) || reference === undefined || reference === '') continue;
    const listed = toListed(id, reference);
    if (listed === undefined) rejected.push({ at: `/graph_lock/nodes/${id}`, why: 'not name/version' });
    else packages.push({ ...listed, dependsOn: textsAt(node, 'requires') });
  }
  return { packages, rejected };
}

function toListed(key: string, reference: string): Listed | undefined {
  const match = /^([^/@#]+)\/([^@#%]+)(?:@([^/#%]*)\/([^#%]*))?/.exec(reference);
  const [, name, version, user, channel] = match ?? [];
  if (name === undefined || version === undefined) return undefined;
  return {
    key,
    name,
    version,
    purl: formatPurl({
      type: 'conan',
      ...(user === undefined || user === '_' ? {} : { namespace: user }),
      name,
      version,
      qualifiers: { channel: user === '_' ? undefined : channel },
    }),
  };
}
