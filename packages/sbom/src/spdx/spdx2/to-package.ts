import { isDigest, type Package } from '@assay/contract';
import { findMember, isObject, type JsonObject, type JsonValue, toList } from '../../json/value.ts';
import { isLicenseRef, splitLicenses } from '../license-expression.ts';
import {
  readPurlFacts,
  readSourceInfo,
  toEcosystemName,
  withSourceVersion,
  withVersionOfPurl,
} from '../producer-conventions.ts';
import { placeUnder, type Rejections } from '../rejections.ts';
import { findSaid, findString, isSaid, kindOf, quoted } from '../said.ts';
import { findWebAddress } from '../web-address.ts';
import { purposes } from './terms.ts';

/** What packages need to know of their document. */
export interface PackageContext {
  /** The names of licences the document describes itself, by LicenseRef. */
  readonly licenseNames: ReadonlyMap<string, string>;
  /** The producing tool. */
  readonly foundBy: string | undefined;
  /** Takes what is not understood. */
  readonly rejections: Rejections;
}

/** The prefix under which Trivy's CycloneDX carries what its SPDX has as annotations. */
const trivyPrefix = 'aquasecurity:trivy:';

/**
 * What SPDX's own fields say of a package. `undefined` and a rejected entry when it has no name.
 * Source: SPDX 2.3 clause 7.
 */
export function toPackage(raw: JsonValue, ref: string, at: string, context: PackageContext): Package | undefined {
  const { rejections } = context;
  if (!isObject(raw)) {
    rejections.add(at, `a package is expected to be an object, not ${kindOf(raw)}`);
    return undefined;
  }
  const name = findString(raw, 'name');
  if (name === undefined || name === '') {
    rejections.add(at, 'the package has no name');
    return undefined;
  }
  const refs = readExternalRefs(raw, at, rejections);
  const facts = refs.purl === undefined ? {} : readPurlFacts(refs.purl);
  const version = withVersionOfPurl(findSaid(raw, 'versionInfo'), refs.purl);
  const info = readSourceInfo(findString(raw, 'sourceInfo') ?? '');
  const source = withSourceVersion(info.source ?? facts.source, version, refs.purl);
  const description = findSaid(raw, 'description') ?? findSaid(raw, 'summary');
  const homepage = findWebAddress(findSaid(raw, 'homepage'));
  const supplier = readSupplier(findSaid(raw, 'supplier'));
  const annotated = readAnnotations(raw);
  return {
    ref,
    kind: readKind(raw, at, rejections),
    name: toEcosystemName(name, refs.purl, facts),
    version,
    ...(refs.purl === undefined ? {} : { purl: refs.purl }),
    ...(source === undefined ? {} : { source }),
    ...(facts.arch === undefined ? {} : { arch: facts.arch }),
    licenses: readLicenses(raw, context.licenseNames),
    cpes: refs.cpes,
    hashes: readChecksums(raw, at, rejections),
    ...(supplier === undefined ? {} : { supplier }),
    ...(description === undefined ? {} : { description }),
    ...(homepage === undefined ? {} : { homepage }),
    locations: info.paths.map((path) => ({ path, ...annotated.layer })),
    ...(context.foundBy === undefined ? {} : { foundBy: context.foundBy }),
    dependsOn: [],
    properties: [...refs.properties, ...annotated.properties],
  };
}

function readKind(raw: JsonObject, at: string, rejections: Rejections): Package['kind'] {
  const purpose = findString(raw, 'primaryPackagePurpose');
  if (!isSaid(purpose)) return 'library';
  // The JSON schema of 2.3 writes OPERATING_SYSTEM, the text of the specification OPERATING-SYSTEM.
  const word = purpose.toUpperCase().replaceAll('_', '-');
  const kind = Object.hasOwn(purposes, word) ? purposes[word] : undefined;
  if (kind === undefined) {
    rejections.add(placeUnder(at, 'primaryPackagePurpose'), `${quoted(purpose)} is not a purpose of SPDX`);
    return 'other';
  }
  return kind;
}

interface ExternalRefs {
  readonly purl: string | undefined;
  readonly cpes: readonly string[];
  readonly properties: Package['properties'];
}

/** References are told by their type alone: producers spell and choose categories differently. Source: SPDX 2.3 §7.21, Annex F. */
function readExternalRefs(raw: JsonObject, at: string, rejections: Rejections): ExternalRefs {
  let purl: string | undefined;
  const cpes = new Set<string>();
  const properties: { name: string; value: string }[] = [];
  for (const [index, entry] of toList(raw, 'externalRefs').entries()) {
    const type = isObject(entry) ? findString(entry, 'referenceType') : undefined;
    const locator = isObject(entry) ? findString(entry, 'referenceLocator') : undefined;
    if (!type || locator === undefined) {
      rejections.add(placeUnder(at, 'externalRefs', index), 'the reference has no type or no locator');
      continue;
    }
    // Trivy writes a reference without address where it knows none: nothing is said, nothing is lost.
    if (locator === '') continue;
    // 2.x in RDF names types by their address.
    const word = type.slice(type.lastIndexOf('/') + 1);
    if (word === 'purl' && purl === undefined) purl = locator;
    else if (word === 'purl' && purl === locator) continue;
    else if (word === 'cpe22Type' || word === 'cpe23Type') cpes.add(locator);
    else properties.push({ name: `spdx:externalRef:${word}`, value: locator });
  }
  return { purl, cpes: [...cpes], properties };
}

/** Source: SPDX 2.3 §7.10. */
function readChecksums(raw: JsonObject, at: string, rejections: Rejections): Package['hashes'] {
  const hashes = new Map<string, string>();
  for (const [index, entry] of toList(raw, 'checksums').entries()) {
    const algorithm = isObject(entry) ? findString(entry, 'algorithm') : undefined;
    const value = isObject(entry) ? findString(entry, 'checksumValue') : undefined;
    if (!algorithm || value === undefined || !/^[0-9a-f]+$/i.test(value)) {
      rejections.add(placeUnder(at, 'checksums', index), 'the checksum has no algorithm or no hexadecimal value');
      continue;
    }
    // 2.2 in JSON also wrote `checksumAlgorithm_sha1`.
    hashes.set(algorithm.replace(/^checksumAlgorithm_/i, '').toLowerCase(), value.toLowerCase());
  }
  return Object.fromEntries(hashes);
}

/** Declared licences; the concluded ones where nobody declared any. Source: SPDX 2.3 §7.13, §7.15. */
export function readLicenses(raw: JsonObject, names: ReadonlyMap<string, string>): readonly string[] {
  const text = findSaid(raw, 'licenseDeclared') ?? findSaid(raw, 'licenseConcluded');
  if (text === undefined) return [];
  return splitLicenses(text).map((part) => (isLicenseRef(part) ? (names.get(part) ?? part) : part));
}

/** `Organization: NAME` or `Person: NAME`. Source: SPDX 2.3 §7.5. */
function readSupplier(text: string | undefined): string | undefined {
  const name = text?.replace(/^(?:Organization|Person): ?/, '');
  return isSaid(name) ? name : undefined;
}

interface Annotated {
  readonly layer: Pick<Package['locations'][number], 'layer'>;
  readonly properties: Package['properties'];
}

/** Trivy's annotations are `Key: value`. Its layer digests are those of the manifest. Source: Trivy's SPDX documents since 0.46. */
function readAnnotations(raw: JsonObject): Annotated {
  const properties: { name: string; value: string }[] = [];
  let layer: Annotated['layer'] = {};
  for (const entry of toList(raw, 'annotations')) {
    if (!isObject(entry) || !/^Tool: trivy/i.test(findString(entry, 'annotator') ?? '')) continue;
    const parts = /^([A-Za-z]+): (.+)$/.exec(findString(entry, 'comment') ?? '');
    if (parts === null) continue;
    const [, key = '', value = ''] = parts;
    properties.push({ name: trivyPrefix + key, value });
    if (key === 'LayerDigest' && isDigest(value)) layer = { layer: value };
  }
  return { layer, properties };
}

/** What Trivy says of the image in an annotation of its package. */
export function findTrivyProperty(pkg: Package, key: string): string | undefined {
  return pkg.properties.find(({ name }) => name === trivyPrefix + key)?.value;
}

/** The comments of an element's annotations, with their places. */
export function annotationComments(
  raw: JsonObject,
  at: string,
): readonly { readonly at: string; readonly comment: string }[] {
  return toList(raw, 'annotations').flatMap((entry, index) => {
    const comment = isObject(entry) ? findMember(entry, 'comment') : undefined;
    return typeof comment === 'string' ? [{ at: placeUnder(at, 'annotations', index), comment }] : [];
  });
}
