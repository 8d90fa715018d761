import { isObject, type JsonObject } from '../../json/value.ts';
import type { Problem } from '../../validate/problem.ts';
import { kindOf } from '../said.ts';
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

function isSpdx2(version: string): version is Spdx2Version {
  return spdx2Versions.some((known) => known === version);
}
