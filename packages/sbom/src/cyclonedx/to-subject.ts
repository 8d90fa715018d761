import { type Digest, type Distro, findPurl, type Inventory, isDigest, type Subject } from '@assay/contract';
import { findMember, findObject, findText, isObject, type JsonObject, toObjects } from '../json/value.ts';
import { toDistro } from '../spdx/distro-names.ts';
import { withKeptDistro, withKeptSubject } from '../spdx/kept-model.ts';
import { readKept } from './kept.ts';
import { findProperty, ours, type Property } from './properties.ts';
import { findName } from './to-package.ts';

const kinds: Readonly<Record<string, Subject['kind']>> = {
  container: 'image',
  application: 'application',
  file: 'file',
};

/** The scanned thing that `metadata.component` names; the document itself when it names none. */
export function toSubject(
  component: JsonObject | undefined,
  properties: readonly Property[],
  serialNumber: string | undefined,
  bad: (field: string) => void,
): Subject {
  if (component === undefined) return { kind: 'sbom', name: serialNumber ?? '' };
  const plain = toPlainSubject(component, properties);
  const text = findProperty(properties, ours.kept);
  const kept = text === undefined ? undefined : readKept(text);
  if (text !== undefined && kept === undefined) bad(ours.kept);
  return kept === undefined ? plain : withKeptSubject(plain, kept, bad);
}

/** As `toSubject`, without what our own property adds. */
export function toPlainSubject(component: JsonObject, properties: readonly Property[]): Subject {
  const purl = findText(component, 'purl');
  const version = findText(component, 'version');
  const digest = [version, digestOfPurl(purl), trivyDigest(properties)].find(isDigestText);
  const imageId = [findProperty(properties, 'aquasecurity:trivy:ImageID')].find(isDigestText);
  const type = findText(component, 'type') ?? '';
  return {
    kind: Object.hasOwn(kinds, type) ? (kinds[type] ?? 'sbom') : 'sbom',
    name: findName(component, purl, undefined) ?? '',
    // Syft gives images their digest for a version.
    ...(version === undefined || isDigest(version) ? {} : { version }),
    ...(digest === undefined ? {} : { digest }),
    ...(imageId === undefined ? {} : { imageId }),
    ...(purl === undefined ? {} : { purl }),
  };
}

function isDigestText(text: string | undefined): text is Digest {
  return text !== undefined && isDigest(text);
}

/** `pkg:oci/name@sha256:…`. */
function digestOfPurl(text: string | undefined): string | undefined {
  const purl = text === undefined ? undefined : findPurl(text);
  return purl?.type === 'oci' || purl?.type === 'docker' ? purl.version : undefined;
}

/** `repository@sha256:…`. */
function trivyDigest(properties: readonly Property[]): string | undefined {
  const text = findProperty(properties, 'aquasecurity:trivy:RepoDigest');
  return text?.slice(text.lastIndexOf('@') + 1);
}

/** The distribution an operating-system component names. */
export function toComponentDistro(
  component: JsonObject,
  properties: readonly Property[],
  bad: (field: string) => void,
): Distro | undefined {
  const plain = findPlainDistro(component, properties);
  const text = findProperty(properties, ours.kept);
  const kept = text === undefined ? undefined : readKept(text);
  if (text !== undefined && kept === undefined) bad(ours.kept);
  return plain === undefined || kept === undefined ? plain : withKeptDistro(plain, kept, bad);
}

/** As `toComponentDistro`, without what our own property adds. Source: Syft's `syft:distro:*` properties. */
export function findPlainDistro(component: JsonObject, properties: readonly Property[]): Distro | undefined {
  const name = findProperty(properties, 'syft:distro:id') ?? findText(component, 'name');
  if (name === undefined) return undefined;
  const version = findProperty(properties, 'syft:distro:versionID') ?? findText(component, 'version') ?? '';
  const codename = findProperty(properties, 'syft:distro:versionCodename');
  const prettyName = findProperty(properties, 'syft:distro:prettyName');
  const like = properties.filter((property) => /^syft:distro:idLike:\d+$/.test(property.name));
  return {
    ...toDistro(name, version),
    ...(codename === undefined ? {} : { codename }),
    ...(prettyName === undefined ? {} : { prettyName }),
    like: like.map((property) => property.value),
  };
}

/** `metadata.tools`: a list, or since 1.5 an object with components and services. */
export function toTools(metadata: JsonObject | undefined): Inventory['tools'] {
  const tools = findMember(metadata, 'tools');
  const entries =
    isObject(tools) && (Object.hasOwn(tools, 'components') || Object.hasOwn(tools, 'services'))
      ? [...toObjects(tools, 'components'), ...toObjects(tools, 'services')]
      : toObjects(metadata, 'tools');
  return entries.flatMap((tool) => {
    const name = findText(tool, 'name');
    if (name === undefined) return [];
    const version = findText(tool, 'version');
    const vendor = vendorOf(tool);
    return [{ name, ...(version === undefined ? {} : { version }), ...(vendor === undefined ? {} : { vendor }) }];
  });
}

function vendorOf(tool: JsonObject): string | undefined {
  return (
    findText(tool, 'vendor') ??
    findText(findObject(tool, 'manufacturer'), 'name') ??
    findText(findObject(tool, 'supplier'), 'name') ??
    findText(findObject(tool, 'provider'), 'name') ??
    findText(tool, 'author') ??
    findText(tool, 'group')
  );
}
