import {
  buildASTSchema,
  type DefinitionNode,
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  Kind,
  type TypeDefinitionNode,
  type TypeExtensionNode,
  validate,
  validateSchema,
} from 'graphql';
import { validateSDL } from 'graphql/validation/validate.js';
import { BuiltinError } from '../builtin.ts';

/** A schema need not say where queries begin. */
const isNoProblem = ({ message }: GraphQLError): boolean => message === 'Query root type must be provided.';

/** A schema that is valid. Throws `BuiltinError`. Extensions of types that are not there count as their definitions. */
export function checkSchema(document: DocumentNode): GraphQLSchema {
  const whole = withDefinitions(document);
  const problems = validateSDL(whole);
  if (problems[0] !== undefined) throw toBuiltinError(problems[0]);
  try {
    const schema = buildASTSchema(whole, { assumeValidSDL: true });
    const wrong = validateSchema(schema).find((problem) => !isNoProblem(problem));
    if (wrong !== undefined) throw toBuiltinError(wrong);
    return buildASTSchema(whole, { assumeValid: true, assumeValidSDL: true });
  } catch (error) {
    if (error instanceof BuiltinError) throw error;
    throw new BuiltinError(error instanceof Error ? error.message : String(error));
  }
}

/** Throws `BuiltinError` when a query is not one for the schema. */
export function checkQuery(schema: GraphQLSchema, query: DocumentNode): void {
  if (query.definitions.length === 0) return;
  for (const node of query.definitions) {
    if (node.kind === Kind.OPERATION_DEFINITION && schema.getRootType(node.operation) == null) {
      throw new BuiltinError(`Schema does not support operation type "${node.operation}"`);
    }
  }
  const [problem] = validate(schema, query);
  if (problem !== undefined) throw toBuiltinError(problem);
}

function toBuiltinError({ message, locations }: GraphQLError): BuiltinError {
  const [place] = locations ?? [];
  const said = message.replace(/\.$/, '');
  if (place === undefined) return new BuiltinError(`GraphQL parse error: ${said}`);
  return new BuiltinError(`${said} in GraphQL string at location ${place.line}:${place.column}`);
}

const isExtension = (node: DefinitionNode): node is TypeExtensionNode => node.kind.endsWith('TypeExtension');

function withDefinitions(document: DocumentNode): DocumentNode {
  const defined = new Set<string>();
  for (const node of document.definitions) {
    if (node.kind.endsWith('TypeDefinition') && 'name' in node && node.name !== undefined) defined.add(node.name.value);
  }
  const definitions = document.definitions.map((node): DefinitionNode => {
    if (!isExtension(node) || defined.has(node.name.value)) return node;
    defined.add(node.name.value);
    // The two have the same fields; the names of the kinds differ in their last word.
    return { ...node, kind: node.kind.replace(/Extension$/, 'Definition') } as unknown as TypeDefinitionNode;
  });
  return { kind: Kind.DOCUMENT, definitions };
}
