import { AssayError, formatPurl, type Rejected } from '@assay/contract';
import { parseBlockYaml } from '../formats/block-yaml.ts';
import { decodeText } from '../formats/decode-text.ts';
import { entriesAt, isObject, type JsonObject, objectAt, textAt } from '../formats/json-value.ts';
import type { Listed, Listing } from '../listing/listing.ts';

/** Reads `pubspec.lock`. Throws FILE_UNREADABLE. Source: dart.dev, "Lockfiles"; pub's `lock_file.dart`. */
export function parsePubspecLock(bytes: Uint8Array): Listing {
  const top = parseBlockYaml(decodeText(bytes));
  if (!isObject(top) || (objectAt(top, 'packages') === undefined && objectAt(top, 'sdks') === undefined))
    throw new AssayError('FILE_UNREADABLE', 'neither packages nor sdks: not a pubspec.lock');
  const packages: Listed[] = [];
  const rejected: Rejected[] = [];
  for (const [name, entry] of entriesAt(top, 'packages')) {
    const version = isObject(entry) ? textAt(entry, 'version') : undefined;
    if (isObject(entry) && version !== undefined) packages.push(toListed(name, version, entry));
    else rejected.push({ at: `/packages/${name}`, why: 'a package without a version' });
  }
  return { packages, rejected };
}

function toListed(name: string, version: string, entry: JsonObject): Listed {
  // What comes from a folder, a repository or the SDK is in no registry under that version.
  const isHosted = textAt(entry, 'source') === 'hosted';
  const description = objectAt(entry, 'description');
  const sha256 = description === undefined ? undefined : textAt(description, 'sha256');
  return {
    key: name,
    name,
    version,
    ...(isHosted ? { purl: formatPurl({ type: 'pub', name, version }) } : {}),
    hashes: sha256 !== undefined && /^[0-9a-f]{64}$/.test(sha256) ? { sha256 } : {},
    // A transitive package does not say whose.
    ...(textAt(entry, 'dependency') === 'direct dev' ? { dev: true } : {}),
  };
}
