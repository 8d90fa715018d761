import type { DocumentNode } from 'graphql';
import { isObject, type Value } from '../values/value.ts';
import { succeeds } from './builtin.ts';
import { checkQuery, checkSchema } from './graphql/check.ts';
import { documentText } from './graphql/document-text.ts';
import { queryShape } from './graphql/query-shape.ts';
import { readDocument } from './graphql/read-document.ts';
import { schemaShape } from './graphql/schema-shape.ts';
import { builtin, operandError, stringOperand } from './operands.ts';

/** A document given as a text, or in the form `graphql.parse` gives. */
function documentOperand(args: readonly Value[], position: number, of: 'query' | 'schema'): DocumentNode {
  const value = args[position - 1] ?? null;
  if (typeof value === 'string') return readDocument(value, of);
  if (isObject(value)) return readDocument(documentText(value, of), of);
  // OPA counts the operands of these functions from 0.
  throw operandError(position - 1, value, 'string', 'object');
}

function parseBoth(args: readonly Value[]): readonly [Value, Value] {
  const query = documentOperand(args, 1, 'query');
  const schema = documentOperand(args, 2, 'schema');
  checkQuery(checkSchema(schema), query);
  return [queryShape(query), schemaShape(schema)];
}

function parseAndVerify(args: readonly Value[]): Value {
  let parsed: readonly [Value, Value] = [{}, {}];
  const isValid = succeeds(() => {
    parsed = parseBoth(args);
  });
  return [isValid, ...parsed];
}

/** GraphQL: queries and schemas. Documents have the form OPA gives them, which is that of the library it uses. */
export const builtins = [
  builtin('graphql.parse', parseBoth),
  builtin('graphql.parse_and_verify', parseAndVerify),
  builtin('graphql.parse_query', (args) => queryShape(readDocument(stringOperand(args, 1), 'query'))),
  builtin('graphql.parse_schema', (args) => schemaShape(readDocument(stringOperand(args, 1), 'schema'))),
  builtin('graphql.is_valid', (args) => succeeds(() => parseBoth(args))),
  builtin('graphql.schema_is_valid', (args) => succeeds(() => checkSchema(documentOperand(args, 1, 'schema')))),
];
