import { type Distro, digestParts, findPurl, type Package, type PackageKind, type Subject } from '@assay/contract';
import type { CycloneDxTraits } from '../../formats.ts';
import type { JsonObject, JsonValue } from '../../json/value.ts';
import { isListedId } from '../../license-list.ts';
import { differences } from '../../spdx/kept-model.ts';
import { findLicenseExpression } from '../../spdx/license-expression.ts';
import { ours, type Property, PropertyReader } from '../properties.ts';
import { findPlainPackage } from '../to-package.ts';
import { findPlainDistro, toPlainSubject } from '../to-subject.ts';
import { type Encoding, fitText, formatKept } from './fit-text.ts';
import { fitsCpe, fitsHash, fitsUri, fitsVersion } from './fits.ts';

/** What a document is written as. */
export interface WriteContext {
  readonly traits: CycloneDxTraits;
  readonly encoding: Encoding;
  /** The tool's name, which readers take for the finder of packages that name none. */
  readonly tool: string;
}

/** The shape of a component in the order of the XML schema; empty parts left out. */
interface Parts {
  readonly type: string;
  readonly ref: string;
  readonly supplier?: string | undefined;
  readonly group?: string | undefined;
  readonly name: string;
  readonly version?: string | undefined;
  readonly description?: string | undefined;
  readonly hashes?: readonly JsonValue[];
  readonly licenses?: readonly JsonValue[];
  readonly cpe?: string | undefined;
  readonly purl?: string | undefined;
  readonly properties: readonly Property[];
}

/** Writes a package. What the component cannot say is kept in a property, so reading it back gives the same package. */
export function toComponent(
  pkg: Package,
  ref: string,
  dependsOn: readonly string[],
  hasDistro: boolean,
  context: WriteContext,
): JsonObject {
  const component = fitText(packageParts(pkg, ref, context), context.encoding);
  const plain = findPlainPackage(component, {
    ref,
    tool: context.tool,
    properties: readProperties(component),
    bad: () => {},
  });
  const kept = plain === undefined ? pkg : differences({ ...plain, dependsOn }, pkg);
  // Alone, an operating system among the components would be read as the distribution.
  const role = pkg.kind === 'operating-system' && !hasDistro ? { role: 'package' } : {};
  return withKept(component, { ...kept, ...role });
}

/** Writes the scanned thing, as `metadata.component`. */
export function toSubjectComponent(subject: Subject, ref: string, context: WriteContext): JsonObject {
  const digest = subject.digest === undefined ? undefined : digestParts(subject.digest);
  const component = fitText(
    toJson({
      type: subjectTypes[subject.kind],
      ref,
      name: subject.name === '' ? '-' : subject.name,
      version: [subject.version, subject.digest].find((text) => text !== undefined && fitsVersion(text)),
      hashes: digest === undefined ? [] : [{ alg: digest.algorithm.replace('sha', 'SHA-'), content: digest.hex }],
      purl: subject.purl !== undefined && fitsUri(subject.purl) ? subject.purl : undefined,
      properties: [],
    }),
    context.encoding,
  );
  return withKept(component, differences(toPlainSubject(component, []), subject));
}

const subjectTypes: Readonly<Record<Subject['kind'], PackageKind>> = {
  image: 'container',
  directory: 'file',
  file: 'file',
  sbom: 'file',
  application: 'application',
};

/** Writes the distribution as an operating-system component, with the properties by which Grype knows it. */
export function toDistroComponent(distro: Distro, ref: string, context: WriteContext): JsonObject {
  const properties: Property[] = [{ name: 'syft:distro:id', value: distro.id }];
  for (const [index, like] of distro.like.entries())
    properties.push({ name: `syft:distro:idLike:${index}`, value: like });
  if (distro.prettyName !== undefined) properties.push({ name: 'syft:distro:prettyName', value: distro.prettyName });
  if (distro.codename !== undefined) properties.push({ name: 'syft:distro:versionCodename', value: distro.codename });
  properties.push({ name: 'syft:distro:versionID', value: distro.version });
  const component = fitText(
    toJson({
      type: 'operating-system',
      ref,
      name: distro.id === '' ? '-' : distro.id,
      version: fitsVersion(distro.version) ? distro.version : undefined,
      description: distro.prettyName,
      properties,
    }),
    context.encoding,
  );
  const plain = findPlainDistro(component, readProperties(component));
  return withKept(component, plain === undefined ? distro : differences(plain, distro));
}

function packageParts(pkg: Package, ref: string, { traits }: WriteContext): JsonObject {
  const properties = pkg.properties.filter(
    ({ name }) => name !== '' && name !== ours.kept && !ours.location.test(name),
  );
  const locations = pkg.locations.flatMap(({ path, layer }, index) => [
    { name: `assay:location:${index}:path`, value: path },
    ...(layer === undefined ? [] : [{ name: `assay:location:${index}:layer`, value: layer }]),
  ]);
  const { group, name } = splitName(pkg);
  return toJson({
    type: traits.kinds.has(pkg.kind) ? pkg.kind : 'library',
    ref,
    supplier: pkg.supplier,
    group,
    name: name.trim() === '' ? '-' : name,
    version: fitsVersion(pkg.version) ? pkg.version : undefined,
    description: pkg.description,
    hashes: toHashes(pkg, traits),
    licenses: toLicenses(pkg.licenses),
    cpe: pkg.cpes.find(fitsCpe),
    purl: pkg.purl !== undefined && fitsUri(pkg.purl) ? pkg.purl : undefined,
    properties: [...properties, ...locations],
  });
}

/** Group and name apart where Trivy and Grype join them again by themselves; of a composer package Trivy wants the whole name. */
function splitName(pkg: Package): { readonly group?: string; readonly name: string } {
  const purl = pkg.purl === undefined ? undefined : findPurl(pkg.purl);
  const separator = purl?.type === 'maven' ? ':' : purl?.type === 'npm' ? '/' : undefined;
  if (purl === undefined || separator === undefined || purl.namespace === '') return { name: pkg.name };
  const stem = purl.namespace + separator;
  return pkg.name.startsWith(stem) ? { group: purl.namespace, name: pkg.name.slice(stem.length) } : { name: pkg.name };
}

function toHashes(pkg: Package, traits: CycloneDxTraits): readonly JsonValue[] {
  const names = new Map([...traits.hashes].map((name) => [name.toLowerCase().replace(/^sha-(?=\d)/, 'sha'), name]));
  return Object.entries(pkg.hashes).flatMap(([algorithm, content]) => {
    const alg = names.get(algorithm);
    return alg === undefined || !fitsHash(content) ? [] : [{ alg, content }];
  });
}

/** One expression alone, else ids and names: until 1.7 the two do not mix. */
function toLicenses(licenses: readonly string[]): readonly JsonValue[] {
  const [only] = licenses;
  if (only !== undefined && licenses.length === 1 && !isListedId(only) && findLicenseExpression(only) !== undefined) {
    return [{ expression: only }];
  }
  return licenses
    .filter((license) => license.trim() !== '')
    .map((license) => ({ license: isListedId(license) ? { id: license } : { name: license } }));
}

function toJson(parts: Parts): JsonObject {
  const { properties } = parts;
  return {
    type: parts.type,
    'bom-ref': parts.ref,
    ...(isSaid(parts.supplier) ? { supplier: { name: parts.supplier } } : {}),
    ...(isSaid(parts.group) ? { group: parts.group } : {}),
    name: parts.name,
    ...(isSaid(parts.version) ? { version: parts.version } : {}),
    ...(isSaid(parts.description) ? { description: parts.description } : {}),
    ...(parts.hashes === undefined || parts.hashes.length === 0 ? {} : { hashes: parts.hashes }),
    ...(parts.licenses === undefined || parts.licenses.length === 0 ? {} : { licenses: parts.licenses }),
    ...(isSaid(parts.cpe) ? { cpe: parts.cpe } : {}),
    ...(isSaid(parts.purl) ? { purl: parts.purl } : {}),
    ...(properties.length === 0 ? {} : { properties: properties.map(({ name, value }) => ({ name, value })) }),
  };
}

function isSaid(text: string | undefined): text is string {
  return text !== undefined && text.trim() !== '';
}

function readProperties(component: JsonObject): readonly Property[] {
  return new PropertyReader().read(component);
}

function withKept(component: JsonObject, kept: object): JsonObject {
  if (Object.keys(kept).length === 0) return component;
  const property = { name: ours.kept, value: formatKept(kept) };
  const { properties } = component;
  return { ...component, properties: [...(Array.isArray(properties) ? (properties as JsonValue[]) : []), property] };
}
