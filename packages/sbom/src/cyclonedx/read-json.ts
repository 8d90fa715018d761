import type { ReadDocument } from '@assay/contract';
import { cycloneDxJson } from '../formats.ts';
import { type JsonSource, readMember, splitDocument } from '../json/split-document.ts';
import { findMember, isObject } from '../json/value.ts';
import { DocumentReader } from './document-reader.ts';

/** The arrays that may be big, in the order they are needed. */
const bigArrays = ['components', 'services', 'dependencies', 'vulnerabilities'];

/** Reads CycloneDX JSON 1.2 and later. Throws SBOM_VERSION, SBOM_INVALID, LIMIT_EXCEEDED. */
export function readCycloneDxJson(source: JsonSource): ReadDocument {
  const version = readMember(source, 'specVersion');
  const traits = cycloneDxJson(typeof version === 'string' || typeof version === 'number' ? String(version) : '');
  const reader = new DocumentReader({ name: 'cyclonedx', version: traits.version, encoding: 'json' });
  const metadata = readMember(source, 'metadata');
  const serialNumber = readMember(source, 'serialNumber');
  const documentVersion = readMember(source, 'version');
  reader.metadata(
    isObject(metadata) ? metadata : undefined,
    typeof serialNumber === 'string' && serialNumber !== '' ? serialNumber : undefined,
    typeof documentVersion === 'number' ? documentVersion : undefined,
  );
  const { rest, rejected } = splitDocument(source, bigArrays, (array, index, value) => {
    const at = `/${array}/${index}`;
    if (array === 'components') reader.component(value, at);
    else if (array === 'services') reader.service(value);
    else if (array === 'dependencies') reader.dependency(value, at);
    else reader.vulnerability(value, at);
  });
  for (const { at, why } of rejected) reader.rejections.add(at, why);
  for (const array of bigArrays) {
    const value = findMember(rest, array);
    if (value !== undefined && value !== null) reader.rejections.add(`/${array}`, 'not a list');
  }
  return reader.finish();
}
