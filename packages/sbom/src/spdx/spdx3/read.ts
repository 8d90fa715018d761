import { AssayError } from '@assay/contract';
import { type JsonSource, readMember, splitDocument } from '../../json/split-document.ts';
import { findMember, findText, isObject, type JsonValue, toList } from '../../json/value.ts';
import { placeUnder } from '../rejections.ts';
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
  const { rest, rejected } = splitDocument(source, ['@graph'], (_, index, value) =>
    addAll(value, `/@graph/${index}`, reader),
  );
  const graph = findMember(rest, '@graph');
  if (graph !== undefined) reader.rejections.add('/@graph', `expected a list, not ${kindOf(graph)}`);
  splitDocument(source, ['@graph'], (_, index, value) => relateAll(value, `/@graph/${index}`, reader));
  return rejected;
}

function readSingle(source: JsonSource, reader: Spdx3DocumentReader) {
  const { rest, rejected } = splitDocument(source, [], () => {});
  const element = Object.fromEntries(Object.entries(rest).filter(([name]) => name !== '@context'));
  addAll(element, '', reader);
  relateAll(element, '', reader);
  return rejected;
}

function addAll(value: JsonValue, at: string, reader: Spdx3DocumentReader): void {
  for (const found of withNested(value, at, 0)) {
    if (found.depth > 0 && reader.has(found.value)) continue;
    if (isRelationship(found.value)) reader.announce(found.value);
    else reader.add(found.value, found.at);
  }
}

function relateAll(value: JsonValue, at: string, reader: Spdx3DocumentReader): void {
  for (const found of withNested(value, at, 0)) if (isRelationship(found.value)) reader.relate(found.value, found.at);
}

/** Elements that stand inside others instead of beside them are looked for this deep. */
const maxNesting = 8;

/** The element, and those that stand inside it: JSON-LD lets a property hold an element in place of its id. */
function* withNested(
  value: JsonValue,
  at: string,
  depth: number,
): Generator<{ readonly value: JsonValue; readonly at: string; readonly depth: number }> {
  yield { value, at, depth };
  if (!isObject(value) || depth >= maxNesting) return;
  for (const [name, inner] of Object.entries(value)) {
    if (typeof inner !== 'object' || inner === null) continue;
    for (const [index, item] of toList(value, name).entries()) {
      if (!isObject(item) || findText(item, 'spdxId') === undefined || findText(item, 'type') === undefined) continue;
      yield* withNested(item, placeUnder(at, name, ...(Array.isArray(inner) ? [index] : [])), depth + 1);
    }
  }
}

/** Contexts of other versions mean other words. Source: SPDX 3.0.1, Serialization in JSON-LD. */
function checkContext(context: JsonValue | undefined): void {
  const texts = [context].flat().filter((text) => typeof text === 'string');
  const other = texts.find((text) => /^https?:\/\/spdx\.org\/rdf\/(?!3\.0(?:\.\d+)?\/)/.test(text));
  if (other !== undefined) throw new AssayError('SBOM_VERSION', `SPDX with the context ${quoted(other)}`);
}
