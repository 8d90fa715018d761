import type { ReadDocument } from '@assay/contract';
import { collectBytes } from '../bytes/collect-bytes.ts';
import { type DetectedSpdx, detectFormat } from '../detect-format.ts';
import { cycloneDxJson } from '../formats.ts';
import { type JsonSource, splitDocument } from '../json/split-document.ts';
import { findText } from '../json/value.ts';
import { readDetected, toText } from '../read-document.ts';
import { spdxProblems, spdxTagValueProblems } from '../spdx/index.ts';
import { toXmlText } from '../xml/to-text.ts';
import { checkJsonRules } from './json-rules.ts';
import { checkJsonSchema } from './json-schema.ts';
import type { Problem } from './problem.ts';
import { checkXmlRules } from './xml-rules.ts';
import { checkXmlSchema } from './xml-schema.ts';

/** Beyond this many, problems help nobody. */
const maxProblems = 1000;

/** The judgement of a document. It is valid when there are no problems. */
export interface Validation {
  readonly format: ReadDocument['format']['name'];
  readonly version: string;
  readonly encoding: ReadDocument['format']['encoding'];
  /** The first of them: checking stops where the rest would only follow. */
  readonly problems: readonly Problem[];
}

/** See `validateDocument` in `../validate.ts`. */
export async function judgeDocument(bytes: Uint8Array): Promise<Validation> {
  const judgement = await judge(bytes);
  return { ...judgement, problems: judgement.problems.slice(0, maxProblems) };
}

async function judge(bytes: Uint8Array): Promise<Validation> {
  const detected = detectFormat(await collectBytes(bytes));
  if (detected.is === 'cyclonedx-json') return validateJson(detected.source);
  if (detected.is === 'xml') return validateXml(detected.bytes);
  // The reader refuses versions that nobody has rules for.
  const { format } = await readDetected(detected);
  return {
    format: format.name,
    version: format.version,
    encoding: format.encoding,
    problems: checkSpdx(detected, format.version),
  };
}

function checkSpdx(detected: DetectedSpdx, version: string): readonly Problem[] {
  if (detected.is === 'spdx-tag-value') return spdxTagValueProblems(toText(detected.bytes));
  const { rest, rejected } = splitDocument(detected.source, [], () => {});
  return [...rejected, ...spdxProblems(rest, version)];
}

function validateJson(source: JsonSource): Validation {
  const { rest: document, rejected } = splitDocument(source, [], () => {});
  const traits = cycloneDxJson(findText(document, 'specVersion') ?? '');
  const problems = [
    ...rejected,
    ...(traits.schemas.json === undefined ? [] : checkJsonSchema(traits.schemas.json, document)),
    ...checkJsonRules(document),
  ];
  return { format: 'cyclonedx', version: traits.version, encoding: 'json', problems };
}

async function validateXml(bytes: Uint8Array): Promise<Validation> {
  const { traits, problems } = checkXmlRules(bytes);
  // One encoding for both parsers: the library knows fewer.
  const text = new TextEncoder().encode([...toXmlText(bytes)].join(''));
  const all = [...(await checkXmlSchema(traits.schemas.xml, text)), ...problems];
  return { format: 'cyclonedx', version: traits.version, encoding: 'xml', problems: all };
}
