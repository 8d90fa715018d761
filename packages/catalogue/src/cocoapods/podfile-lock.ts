import { AssayError, formatPurl, type Rejected } from '@assay/contract';
import { parseBlockYaml } from '../formats/block-yaml.ts';
import { decodeText } from '../formats/decode-text.ts';
import { isObject, listAt, objectAt, textAt, valueAt } from '../formats/json-value.ts';
import type { Listed, Listing } from '../listing/listing.ts';

/**
 * Reads `Podfile.lock`. Throws FILE_UNREADABLE. Source: CocoaPods' `Lockfile`: `PODS` is a list of `Name (version)`, each with
 * the list of its needs where it has any; `Name/Part` is a part of a pod.
 */
export function parsePodfileLock(bytes: Uint8Array): Listing {
  const top = parseBlockYaml(decodeText(bytes));
  if (!isObject(top) || valueAt(top, 'PODS') === undefined)
    throw new AssayError('FILE_UNREADABLE', 'no PODS: not a Podfile.lock');
  const checksums = objectAt(top, 'SPEC CHECKSUMS') ?? {};
  const packages: Listed[] = [];
  const rejected: Rejected[] = [];
  for (const [index, item] of listAt(top, 'PODS').entries()) {
    const [text, needs] = isObject(item) ? (Object.entries(item)[0] ?? []) : [item, []];
    const pod = /^(\S+) \(([^()\s]+)\)$/.exec(String(text));
    if (pod?.[1] === undefined || pod[2] === undefined)
      rejected.push({ at: `/PODS/${index}`, why: 'not `Name (version)`' });
    else packages.push(toListed(pod[1], pod[2], needs, textAt(checksums, rootOf(pod[1]))));
  }
  return { packages, rejected };
}

function rootOf(name: string): string {
  return name.split('/', 1)[0] ?? name;
}

function toListed(name: string, version: string, needs: unknown, checksum: string | undefined): Listed {
  const root = rootOf(name);
  const names = (Array.isArray(needs) ? needs : []).map((need) => String(need).split(' ', 1)[0] ?? '');
  return {
    key: name,
    name,
    version,
    purl: formatPurl({ type: 'cocoapods', name: root, version, subpath: name.slice(root.length + 1) }),
    // Of the specification, not of the code.
    properties: checksum === undefined ? [] : [{ name: 'cocoapods:checksum', value: checksum }],
    dependsOn: names,
  };
}
