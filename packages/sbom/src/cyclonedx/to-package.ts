import { findPurl, type Package, type PackageKind } from '@assay/contract';
import { findObject, findText, type JsonObject, toObjects } from '../json/value.ts';
import { withKeptPackage } from '../spdx/kept-model.ts';
import { readPurlFacts, withSourceVersion } from '../spdx/producer-conventions.ts';
import { findWebAddress } from '../spdx/web-address.ts';
import { readKept } from './kept.ts';
import { findProperty, ours, type Property } from './properties.ts';
import { toLocations } from './to-locations.ts';

/** Values of `component.type` that have a word of ours; all others are `other`. */
const kinds: Readonly<Record<string, PackageKind>> = {
  library: 'library',
  application: 'application',
  framework: 'framework',
  'operating-system': 'operating-system',
  container: 'container',
  device: 'device',
  file: 'file',
  firmware: 'firmware',
};

/** Shared by all that have none. */
const none: readonly never[] = [];

/** What a package is called inside its document, and who wrote that. */
export interface PackageContext {
  readonly ref: string;
  /** The tool that wrote the document. */
  readonly tool?: string | undefined;
  readonly properties: readonly Property[];
  /** Says which field of ours could not be read back. */
  readonly bad: (field: string) => void;
}

/** The package a component stands for, `dependsOn` left empty. `undefined` when it has no name. */
export function findPackage(component: JsonObject, context: PackageContext): Package | undefined {
  const plain = findPlainPackage(component, context);
  const text = findProperty(context.properties, ours.kept);
  if (plain === undefined || text === undefined) return plain;
  const kept = readKept(text);
  if (kept === undefined) {
    context.bad(ours.kept);
    return plain;
  }
  return withKeptPackage(plain, kept, context.bad);
}

/** As `findPackage`, without what our own property adds. */
export function findPlainPackage(component: JsonObject, context: PackageContext): Package | undefined {
  const { properties } = context;
  const purl = findText(component, 'purl');
  const facts = purl === undefined ? {} : readPurlFacts(purl);
  const name = findName(component, purl, facts.name);
  if (name === undefined) return undefined;
  const version = versionOf(component, purl);
  const source = trivySource(properties) ?? withSourceVersion(facts.source, version, purl);
  const arch = facts.arch;
  const supplier = supplierOf(component);
  const description = findText(component, 'description');
  const website = toObjects(component, 'externalReferences').find((each) => findText(each, 'type') === 'website');
  const homepage = findWebAddress(findText(website, 'url'));
  const foundBy = findProperty(properties, 'syft:package:foundBy') ?? context.tool;
  return {
    ref: context.ref,
    kind: kindOf(component),
    name,
    version,
    ...(purl === undefined ? {} : { purl }),
    ...(source === undefined ? {} : { source }),
    ...(arch === undefined ? {} : { arch }),
    licenses: exact(toLicenses(component)),
    cpes: exact(cpesOf(component, properties)),
    hashes: toHashes(component),
    ...(supplier === undefined ? {} : { supplier }),
    ...(description === undefined ? {} : { description }),
    ...(homepage === undefined ? {} : { homepage }),
    locations: exact(toLocations(component, properties)),
    ...(foundBy === undefined ? {} : { foundBy }),
    dependsOn: none,
    properties: exact(properties.filter(({ name }) => name !== ours.kept && !ours.location.test(name))),
  };
}

/** Arrays that grew have room to grow further: over all packages of a big document that is a third of the memory. */
function exact<T>(list: readonly T[]): readonly T[] {
  return list.length === 0 ? none : list.slice();
}

/** The word of ours for `component.type`. */
export function kindOf(component: JsonObject): PackageKind {
  const type = findText(component, 'type') ?? 'library';
  return Object.hasOwn(kinds, type) ? (kinds[type] ?? 'other') : 'other';
}

/** The ecosystem's own name: group and name joined as its people do. Some producers split it, some do not. */
export function findName(
  component: JsonObject,
  purl: string | undefined,
  ofPurl: string | undefined,
): string | undefined {
  const name = findText(component, 'name');
  if (name === undefined) return ofPurl ?? (purl === undefined ? undefined : findPurl(purl)?.name);
  if (ofPurl !== undefined) return name.startsWith(ofPurl) ? name : ofPurl;
  const group = findText(component, 'group');
  // A package URL without namespace in its name, such as deb's, has a group that is no part of the name.
  return purl !== undefined || group === undefined ? name : `${group}/${name}`;
}

function versionOf(component: JsonObject, purlText: string | undefined): string {
  const said = findText(component, 'version');
  if (purlText === undefined || (said !== undefined && !purlText.includes('epoch='))) return said ?? '';
  const purl = findPurl(purlText);
  const version = said ?? purl?.version ?? '';
  const epoch = purl?.type === 'rpm' ? purl.qualifiers.epoch : undefined;
  return epoch !== undefined && epoch !== '0' && /^\d+$/.test(epoch) && !version.includes(':')
    ? `${epoch}:${version}`
    : version;
}

type Source = NonNullable<Package['source']>;

/** Source: Trivy's CycloneDX properties `SrcName`, `SrcEpoch`, `SrcVersion`, `SrcRelease`. */
function trivySource(properties: readonly Property[]): Source | undefined {
  const said = new Map<string, string>();
  for (const { name, value } of properties) {
    if (name.startsWith('aquasecurity:trivy:Src')) said.set(name.slice('aquasecurity:trivy:'.length), value);
  }
  const name = said.get('SrcName');
  if (name === undefined || name === '') return undefined;
  const epoch = said.get('SrcEpoch') ?? '0';
  const release = said.get('SrcRelease') ?? '';
  const version = said.get('SrcVersion') ?? '';
  return {
    name,
    version: `${epoch === '0' || epoch === '' ? '' : `${epoch}:`}${version}${release === '' ? '' : `-${release}`}`,
  };
}

function supplierOf(component: JsonObject): string | undefined {
  return (
    findText(findObject(component, 'supplier'), 'name') ??
    findText(component, 'publisher') ??
    findText(findObject(component, 'manufacturer'), 'name')
  );
}

/** Ids, names and expressions alike, in order. */
function toLicenses(component: JsonObject): readonly string[] {
  return toObjects(component, 'licenses').flatMap((choice) => {
    const license = findObject(choice, 'license');
    const text = findText(choice, 'expression') ?? findText(license, 'id') ?? findText(license, 'name');
    return text === undefined ? [] : [text];
  });
}

function cpesOf(component: JsonObject, properties: readonly Property[]): readonly string[] {
  const cpe = findText(component, 'cpe');
  const all = new Set(cpe === undefined ? [] : [cpe]);
  for (const { name, value } of properties) if (name === 'syft:cpe23') all.add(value);
  return [...all];
}

/** `SHA-256` is `sha256` here, `SHA3-256` stays `sha3-256`. */
function toHashes(component: JsonObject): Readonly<Record<string, string>> {
  const found: [string, string][] = [];
  for (const hash of toObjects(component, 'hashes')) {
    const alg = findText(hash, 'alg');
    const content = findText(hash, 'content');
    if (alg !== undefined && content !== undefined) {
      found.push([alg.toLowerCase().replace(/^sha-(?=\d)/, 'sha'), content.toLowerCase()]);
    }
  }
  return Object.fromEntries(found);
}
