import type { Value } from '../values/value.ts';
import { type BuiltinContext, BuiltinError } from './builtin.ts';
import { matchSchema } from './json-schema/match-schema.ts';
import { plainOperand } from './json-schema/plain.ts';
import { readSchema } from './json-schema/read-schema.ts';
import type { Schema } from './json-schema/schema.ts';
import { builtin } from './operands.ts';

function verify(args: readonly Value[], context: BuiltinContext): Value {
  try {
    readSchema(plainOperand(args[0] ?? null), context);
    return [true, null];
  } catch (error) {
    if (!(error instanceof BuiltinError)) throw error;
    return [false, `jsonschema: ${error.message}`];
  }
}

/** The schema last used in an evaluation: a policy matches many documents with one. */
const lastSchema = 'json.match_schema';

interface Kept {
  readonly of: Value;
  readonly schema: Schema;
}

function schemaOf(value: Value, context: BuiltinContext): Schema {
  const kept = context.cache.get(lastSchema) as Kept | undefined; // the only writer is below
  if (kept?.of === value) return kept.schema;
  const schema = readSchema(plainOperand(value), context);
  context.cache.set(lastSchema, { of: value, schema } satisfies Kept);
  return schema;
}

function match(args: readonly Value[], context: BuiltinContext): Value {
  const document = plainOperand(args[0] ?? null);
  const found = matchSchema(document, schemaOf(args[1] ?? null, context), context);
  const errors = found.map(({ type, field, description }) => ({
    desc: description,
    error: `${field}: ${description}`,
    field,
    type,
  }));
  return [errors.length === 0, errors];
}

/** JSON Schema: drafts 4, 6 and 7, and a mix of them for a schema that names none. References are never fetched. */
export const builtins = [builtin('json.verify_schema', verify), builtin('json.match_schema', match)];
