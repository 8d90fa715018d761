import { AssayError, type ReadDocument } from '@assay/contract';
import { type JsonSource, readMember, splitDocument } from '../../json/split-document.ts';
import { findMember, findText, type JsonObject } from '../../json/value.ts';
import { kindOf, quoted } from '../said.ts';
import {
  type Spdx2Array,
  Spdx2DocumentReader,
  type SpdxCounts,
  type SpdxReadOptions,
  spdx2Arrays,
} from './document-reader.ts';
import { type Spdx2Version, spdx2Versions } from './terms.ts';

/** What an SPDX document says, and how many entries of each kind it holds. */
export interface SpdxDocument extends ReadDocument {
  readonly counts: SpdxCounts;
}

/** The members that a reader needs before the first package, and that are never huge. */
const headMembers = [
  'spdxVersion',
  'name',
  'documentNamespace',
  'creationInfo',
  'documentDescribes',
  'hasExtractedLicensingInfos',
  'annotations',
];

/**
 * Reads SPDX 2.2 and 2.3 in JSON, package by package. What is not understood is in `inventory.rejected` under its JSON pointer.
 * SPDX 2 carries no findings: references to advisories stay properties of their package. Throws SBOM_INVALID, SBOM_VERSION, LIMIT_EXCEEDED.
 */
export function readSpdxJson(source: JsonSource, options: SpdxReadOptions = {}): SpdxDocument {
  const head: JsonObject = Object.fromEntries(headMembers.map((name) => [name, readMember(source, name)]));
  const version = readVersion(head);
  const reader = new Spdx2DocumentReader(head, options);
  const { rest, rejected } = splitDocument(source, spdx2Arrays, (array, index, value) =>
    reader.add(array as Spdx2Array, value, `/${array}/${index}`),
  );
  for (const { at, why } of rejected) reader.rejections.add(at, why);
  for (const name of spdx2Arrays) {
    const value = findMember(rest, name);
    if (value !== undefined && value !== null)
      reader.rejections.add(`/${name}`, `expected a list, not ${kindOf(value)}`);
  }
  return toDocument(reader, head, version, 'json');
}

/** The version a document names. Throws SBOM_VERSION. */
export function readVersion(head: JsonObject): Spdx2Version {
  const text = findText(head, 'spdxVersion') ?? '';
  const version = spdx2Versions.find((known) => text.trim().toUpperCase() === `SPDX-${known}`);
  if (version === undefined) {
    throw new AssayError(
      'SBOM_VERSION',
      text === '' ? 'the document names no SPDX version' : `SPDX version ${quoted(text)}`,
    );
  }
  return version;
}

/** Puts reader and head together. */
export function toDocument(
  reader: Spdx2DocumentReader,
  head: JsonObject,
  version: Spdx2Version,
  encoding: 'json' | 'tag-value',
): SpdxDocument {
  const serialNumber = findText(head, 'documentNamespace');
  return {
    format: { name: 'spdx', version, encoding },
    ...(serialNumber === undefined ? {} : { serialNumber }),
    inventory: reader.finish(),
    findings: [],
    counts: reader.counts,
  };
}
