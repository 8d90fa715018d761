import type { Package } from '@assay/contract';
import { findMember, findText, isObject, type JsonObject, toList } from '../../json/value.ts';
import {
  readPurlFacts,
  readSourceInfo,
  toEcosystemName,
  withSourceVersion,
  withVersionOfPurl,
} from '../producer-conventions.ts';
import { placeUnder, type Rejections } from '../rejections.ts';
import { findSaid, quoted } from '../said.ts';
import { findWebAddress } from '../web-address.ts';
import { namedBy } from './element.ts';
import { hashAlgorithms, purposes } from './terms.ts';

/** What packages need to know of their document. */
export interface Package3Context {
  readonly foundBy: string | undefined;
  /** The name of an agent by its id. */
  readonly agentName: (id: string) => string | undefined;
  readonly rejections: Rejections;
}

/** A package without what relationships say of it. `undefined` when it has no name. Source: SPDX 3.0.1, Software `Package`. */
export function toPackage3(
  element: JsonObject,
  ref: string,
  at: string,
  context: Package3Context,
): Package | undefined {
  const { rejections } = context;
  const identifiers = readIdentifiers(element, at, rejections);
  const facts = identifiers.purl === undefined ? {} : readPurlFacts(identifiers.purl);
  const given = findText(element, 'name') ?? facts.name;
  if (given === undefined) {
    rejections.add(at, 'the package has no name');
    return undefined;
  }
  const version = withVersionOfPurl(findSaid(element, 'software_packageVersion'), identifiers.purl);
  const info = readSourceInfo(findText(element, 'software_sourceInfo') ?? '');
  const source = withSourceVersion(info.source ?? facts.source, version, identifiers.purl);
  const description = findSaid(element, 'description') ?? findSaid(element, 'summary');
  const homepage = findWebAddress(findSaid(element, 'software_homePage'));
  const supplier = supplierOf(element, context);
  return {
    ref,
    kind: kindOf(element),
    name: toEcosystemName(given, identifiers.purl, facts),
    version,
    ...(identifiers.purl === undefined ? {} : { purl: identifiers.purl }),
    ...(source === undefined ? {} : { source }),
    ...(facts.arch === undefined ? {} : { arch: facts.arch }),
    licenses: [],
    cpes: identifiers.cpes,
    hashes: readHashes(element, at, rejections),
    ...(supplier === undefined ? {} : { supplier }),
    ...(description === undefined ? {} : { description }),
    ...(homepage === undefined ? {} : { homepage }),
    locations: info.paths.map((path) => ({ path })),
    ...(context.foundBy === undefined ? {} : { foundBy: context.foundBy }),
    dependsOn: [],
    properties: identifiers.properties,
  };
}

function kindOf(element: JsonObject): Package['kind'] {
  const purpose = findText(element, 'software_primaryPurpose');
  if (purpose === undefined) return 'library';
  const word = purpose.slice(purpose.lastIndexOf('/') + 1);
  return Object.hasOwn(purposes, word) ? (purposes[word] ?? 'other') : 'other';
}

interface Identifiers {
  readonly purl: string | undefined;
  readonly cpes: readonly string[];
  readonly properties: Package['properties'];
}

/** The package URL may be a property of the package or one of its identifiers. Source: SPDX 3.0.1, Core `ExternalIdentifier`. */
function readIdentifiers(element: JsonObject, at: string, rejections: Rejections): Identifiers {
  let purl = findText(element, 'software_packageUrl');
  const cpes = new Set<string>();
  const properties: { name: string; value: string }[] = [];
  for (const [index, entry] of toList(element, 'externalIdentifier').entries()) {
    const type = isObject(entry) ? findText(entry, 'externalIdentifierType') : undefined;
    const identifier = isObject(entry) ? findText(entry, 'identifier') : undefined;
    if (type === undefined || identifier === undefined) {
      rejections.add(placeUnder(at, 'externalIdentifier', index), 'the identifier has no type or no value');
      continue;
    }
    // Some producers write the alternative word of the draft.
    if (type === 'packageUrl' || type === 'packageURL' || type === 'purl') {
      purl ??= identifier;
      if (identifier !== purl) properties.push({ name: 'spdx:externalIdentifier:packageUrl', value: identifier });
    } else if (type === 'cpe22' || type === 'cpe23') cpes.add(identifier);
    else properties.push({ name: `spdx:externalIdentifier:${type}`, value: identifier });
  }
  return { purl, cpes: [...cpes], properties };
}

/** Package verification codes are no hashes of a file, and left out. Source: SPDX 3.0.1, Core `Hash`. */
export function readHashes(element: JsonObject, at: string, rejections: Rejections): Package['hashes'] {
  const hashes = new Map<string, string>();
  for (const [index, entry] of toList(element, 'verifiedUsing').entries()) {
    if (!isObject(entry) || findText(entry, 'type') !== 'Hash') continue;
    const algorithm = findText(entry, 'algorithm') ?? '';
    const value = findMember(entry, 'hashValue');
    const name = Object.hasOwn(hashAlgorithms, algorithm) ? hashAlgorithms[algorithm] : undefined;
    if (name === undefined || typeof value !== 'string' || value === '') {
      rejections.add(placeUnder(at, 'verifiedUsing', index), `not a hash: ${quoted(algorithm)}`);
    } else hashes.set(name, value.toLowerCase());
  }
  return Object.fromEntries(hashes);
}

function supplierOf(element: JsonObject, context: Package3Context): string | undefined {
  const value = findMember(element, 'suppliedBy');
  if (isObject(value) && findText(value, 'name') !== undefined) return findText(value, 'name');
  const id = namedBy(value);
  return id === undefined ? undefined : context.agentName(id);
}
