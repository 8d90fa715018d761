import { isObject, type JsonObject, type JsonValue, toList } from '../../json/value.ts';
import type { Problem } from '../../validate/problem.ts';
import { Rejections } from '../rejections.ts';
import { kindOf } from '../said.ts';
import { readVersion } from '../spdx2/read-json.ts';
import { readTagValueDocument } from '../spdx2/tag-value-document.ts';
import { type Spdx2Version, spdx2Versions } from '../spdx2/terms.ts';
import { Problems } from './checks.ts';
import { checkSpdx2 } from './spdx2-problems.ts';
import { checkSpdx3 } from './spdx3-problems.ts';

/**
 * Where a parsed document breaks its specification; empty when it does not. Rules are those of the specification's text, each
 * named by its clause. For tag-value give the document in its JSON form. Versions: 2.1, 2.2, 2.3, and 3.0.x.
 */
export function spdxProblems(document: unknown, version: string): readonly Problem[] {
  const problems = new Problems();
  if (!isObject(document)) problems.add('', `expected an object, not ${kindOf(document)}`);
  else if (isSpdx2(version)) checkSpdx2(document, version, problems);
  else if (/^3\.0(?:\.\d+)?$/.test(version)) checkSpdx3(document satisfies JsonObject, problems);
  else problems.add('', `there are no rules for SPDX ${version}`);
  return problems.all();
}

/**
 * Where a tag-value document breaks its specification, by line: lines that are no tags, and what `spdxProblems` says of the rest.
 * Throws SBOM_VERSION.
 */
export function spdxTagValueProblems(text: string): readonly Problem[] {
  const rejections = new Rejections();
  const { document, lines } = readTagValueDocument(text, rejections);
  const problems = spdxProblems(document, readVersion(document));
  return [...rejections.all(), ...problems.map(({ at, why }) => ({ at: lineOf(at, document, lines), why }))];
}

/** The line of the element that a pointer leads into; the pointer itself for the document's own members. */
function lineOf(at: string, document: JsonObject, lines: ReadonlyMap<JsonValue, number>): string {
  const [, array = '', index = ''] = at.split('/', 3);
  const line = lines.get(toList(document, array)[Number(index)] ?? null);
  return line === undefined ? at : `line ${line}`;
}

function isSpdx2(version: string): version is Spdx2Version {
  return spdx2Versions.some((known) => known === version);
}
