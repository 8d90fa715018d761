import { AssayError } from '@assay/contract';
import { type JsonSource, readMember, splitDocument } from '../../json/split-document.ts';
import { findMember, type JsonValue } from '../../json/value.ts';
import { kindOf, quoted } from '../said.ts';
import type { SpdxReadOptions } from '../spdx2/document-reader.ts';
import type { SpdxDocument } from '../spdx2/read-json.ts';
import { isRelationship, Spdx3DocumentReader } from './document-reader.ts';

/**
 * Reads SPDX 3.0 in JSON-LD: a `@graph`, or a single element. The context is known and never fetched. Assessments of
 * vulnerabilities become findings, one for each vulnerability in each element. What is not understood is in `inventory.rejected`
 * under its JSON pointer. Throws SBOM_INVALID, SBOM_VERSION, LIMIT_EXCEEDED.
 */
export function readSpdx3(source: JsonSource, options: SpdxReadOptions = {}): SpdxDocument {
  checkContext(readMember(source, '@context'));
  const reader = new Spdx3DocumentReader(options);
  const rejected = source.members.has('@graph') ? readGraph(source, reader) : readSingle(source, reader);
  for (const { at, why } of rejected) reader.rejections.add(at, why);
  const version = reader.specVersion ?? '3.0.1';
  if (!version.startsWith('3.0.') && version !== '3.0')
    throw new AssayError('SBOM_VERSION', `SPDX version ${quoted(version)}`);
  const { documentId, counts } = reader;
  return {
    format: { name: 'spdx', version, encoding: 'json' },
    ...(documentId === undefined ? {} : { serialNumber: documentId }),
    ...reader.finish(),
    counts,
  };
}

/** Twice over the graph: relationships may come before what they name, and there may be a million of them. */
function readGraph(source: JsonSource, reader: Spdx3DocumentReader) {
  const { rest, rejected } = splitDocument(source, ['@graph'], (_, index, value) => {
    if (!isRelationship(value)) reader.add(value, `/@graph/${index}`);
  });
  const graph = findMember(rest, '@graph');
  if (graph !== undefined) reader.rejections.add('/@graph', `expected a list, not ${kindOf(graph)}`);
  splitDocument(source, ['@graph'], (_, index, value) => {
    if (isRelationship(value)) reader.relate(value, `/@graph/${index}`);
  });
  return rejected;
}

function readSingle(source: JsonSource, reader: Spdx3DocumentReader) {
  const { rest, rejected } = splitDocument(source, [], () => {});
  const element = Object.fromEntries(Object.entries(rest).filter(([name]) => name !== '@context'));
  if (isRelationship(element)) reader.relate(element, '');
  else reader.add(element, '');
  return rejected;
}

/** Contexts of other versions mean other words. Source: SPDX 3.0.1, Serialization in JSON-LD. */
function checkContext(context: JsonValue | undefined): void {
  const texts = [context].flat().filter((text) => typeof text === 'string');
  const other = texts.find((text) => /^https?:\/\/spdx\.org\/rdf\/(?!3\.0(?:\.\d+)?\/)/.test(text));
  if (other !== undefined) throw new AssayError('SBOM_VERSION', `SPDX with the context ${quoted(other)}`);
}
