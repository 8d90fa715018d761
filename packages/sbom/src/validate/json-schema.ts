import { createRequire } from 'node:module';
import type { Ajv as AjvClass, ErrorObject, ValidateFunction } from 'ajv';
import type { FormatsPlugin } from 'ajv-formats';
import { isIriReference } from './iri-reference.ts';
import type { Problem } from './problem.ts';
import { readSchema } from './schema-files.ts';
import { areUnique } from './unique-items.ts';

/** Schemas the CycloneDX ones refer to by these names, relative to their own; their `$id` says another. */
const helpers = [
  'spdx.SNAPSHOT.schema.json',
  'jsf-0.82.SNAPSHOT.schema.json',
  'cryptography-defs.SNAPSHOT.schema.json',
] as const;

const compiled = new Map<string, ValidateFunction>();

/** Judges a parsed document by one of CycloneDX's official JSON schemas. Compiled once per schema, at first use. */
export function checkJsonSchema(file: string, document: unknown): readonly Problem[] {
  let validate = compiled.get(file);
  if (validate === undefined) {
    validate = compile(file);
    compiled.set(file, validate);
  }
  return validate(document) ? [] : (validate.errors ?? []).map(toProblem);
}

function compile(file: string): ValidateFunction {
  // Loaded here: reading documents needs neither of them. Both are CommonJS.
  const require = createRequire(import.meta.url);
  const { Ajv } = require('ajv') as { Ajv: typeof AjvClass };
  const { default: addFormats } = require('ajv-formats') as { default: FormatsPlugin };
  const ajv = new Ajv({ strict: false, allErrors: false });
  addFormats(ajv);
  ajv.addFormat('iri-reference', isIriReference);
  ajv.addFormat('idn-email', (text: string) => /^[^\s@]+@[^\s@]+$/u.test(text));
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    error: { message: 'must not have items that are equal' },
    validate: (wanted: boolean, items: readonly unknown[]) => !wanted || areUnique(items),
  });
  for (const helper of helpers) {
    const { $id: _, ...schema } = JSON.parse(readSchema(helper)) as Record<string, unknown>;
    ajv.addSchema(schema, `http://cyclonedx.org/schema/${helper}`);
  }
  return ajv.compile(JSON.parse(readSchema(file)));
}

function toProblem(error: ErrorObject): Problem {
  const extra = error.keyword === 'additionalProperties' ? `: ${JSON.stringify(error.params.additionalProperty)}` : '';
  return { at: error.instancePath === '' ? '/' : error.instancePath, why: `${error.message ?? error.keyword}${extra}` };
}
