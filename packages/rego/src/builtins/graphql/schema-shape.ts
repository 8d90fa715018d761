import {
  type DefinitionNode,
  type DirectiveDefinitionNode,
  type DocumentNode,
  type EnumValueDefinitionNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  type SchemaDefinitionNode,
  type SchemaExtensionNode,
  type StringValueNode,
  type Token,
  TokenKind,
  type TypeDefinitionNode,
  type TypeExtensionNode,
} from 'graphql';
import type { JsonObject, Value } from '../../values/value.ts';
import { directiveShape, listOf, pruned, typeShape, valueShape } from './shapes.ts';

type TypeNode = TypeDefinitionNode | TypeExtensionNode;

/** The kinds of types, by the first word of their nodes' names. */
const typeKinds: ReadonlyMap<string, string> = new Map([
  ['Scalar', 'SCALAR'],
  ['Object', 'OBJECT'],
  ['Interface', 'INTERFACE'],
  ['Union', 'UNION'],
  ['Enum', 'ENUM'],
  ['InputObject', 'INPUT_OBJECT'],
]);

/** A schema in the form of OPA (gqlparser's, without places). */
export function schemaShape({ definitions }: DocumentNode): JsonObject {
  const shapes = (is: (node: DefinitionNode) => boolean): readonly Value[] =>
    listOf(definitions.filter(is), definitionShape);
  const isExtension = ({ kind }: DefinitionNode): boolean => kind.endsWith('TypeExtension');
  const isType = ({ kind }: DefinitionNode): boolean => kind.endsWith('TypeDefinition');
  return pruned({
    Schema: shapes(({ kind }) => kind === Kind.SCHEMA_DEFINITION),
    SchemaExtension: shapes(({ kind }) => kind === Kind.SCHEMA_EXTENSION),
    Directives: shapes(({ kind }) => kind === Kind.DIRECTIVE_DEFINITION),
    Definitions: shapes(isType),
    Extensions: shapes(isExtension),
  });
}

function definitionShape(node: DefinitionNode): JsonObject {
  switch (node.kind) {
    case Kind.SCHEMA_DEFINITION:
    case Kind.SCHEMA_EXTENSION:
      return rootShape(node);
    case Kind.DIRECTIVE_DEFINITION:
      return directiveDefinitionShape(node);
    case Kind.OPERATION_DEFINITION:
    case Kind.FRAGMENT_DEFINITION:
      return {};
    default:
      return typeDefinitionShape(node);
  }
}

/** Comments a document has before, behind and at the end of a description; queries keep none. */
function commentsOf({
  loc,
}: DefinitionNode | FieldDefinitionNode | InputValueDefinitionNode | EnumValueDefinitionNode) {
  const start = loc?.startToken;
  const isDescribed = start?.kind === TokenKind.STRING || start?.kind === TokenKind.BLOCK_STRING;
  let name = start;
  if (isDescribed)
    do name = name?.next ?? undefined;
    while (name?.kind === TokenKind.COMMENT);
  const end = loc?.endToken;
  return {
    BeforeDescriptionComment: isDescribed ? commentsBefore(start) : undefined,
    AfterDescriptionComment: commentsBefore(name),
    EndOfDefinitionComment: end?.kind === TokenKind.BRACE_R ? commentsBefore(end) : undefined,
  };
}

function commentsBefore(token: Token | undefined): Value | undefined {
  const list: Value[] = [];
  for (let at = token?.prev; at?.kind === TokenKind.COMMENT; at = at.prev) list.unshift({ Value: `#${at.value}` });
  return list.length === 0 ? undefined : { List: list };
}

const textOf = (description: StringValueNode | undefined): string => description?.value ?? '';

/** What everything with a name has. Definitions of directives have no directives, extensions no description. */
function namedShape(
  node: TypeNode | DirectiveDefinitionNode | FieldDefinitionNode | InputValueDefinitionNode | EnumValueDefinitionNode,
) {
  return {
    ...commentsOf(node),
    Description: 'description' in node ? textOf(node.description) : '',
    Name: node.name.value,
    Directives: 'directives' in node ? listOf(node.directives, directiveShape) : [],
  };
}

function rootShape(node: SchemaDefinitionNode | SchemaExtensionNode): JsonObject {
  return pruned({
    ...commentsOf(node),
    Description: node.kind === Kind.SCHEMA_DEFINITION ? textOf(node.description) : '',
    Directives: listOf(node.directives, directiveShape),
    OperationTypes: listOf(node.operationTypes, ({ operation, type }) => ({
      Operation: operation,
      Type: type.name.value,
    })),
  });
}

function directiveDefinitionShape(node: DirectiveDefinitionNode): JsonObject {
  return pruned({
    ...namedShape(node),
    Arguments: listOf(node.arguments, inputShape),
    Locations: node.locations.map(({ value }) => value),
    IsRepeatable: node.repeatable,
  });
}

function typeDefinitionShape(node: TypeNode): JsonObject {
  return pruned({
    ...namedShape(node),
    Kind: typeKinds.get(node.kind.replace(/Type(?:Definition|Extension)$/, '')) ?? '',
    Interfaces: 'interfaces' in node ? (node.interfaces ?? []).map(({ name }) => name.value) : undefined,
    Fields: 'fields' in node ? fieldShapes(node.fields) : undefined,
    Types: 'types' in node ? (node.types ?? []).map(({ name }) => name.value) : undefined,
    EnumValues: 'values' in node ? listOf(node.values, enumValueShape) : undefined,
    BuiltIn: false,
  });
}

function fieldShapes(
  fields: readonly FieldDefinitionNode[] | readonly InputValueDefinitionNode[] | undefined,
): readonly Value[] {
  return listOf<FieldDefinitionNode | InputValueDefinitionNode>(fields, (field) =>
    field.kind === Kind.FIELD_DEFINITION ? fieldShape(field) : inputShape(field),
  );
}

function fieldShape(node: FieldDefinitionNode): JsonObject {
  return pruned({
    ...namedShape(node),
    Arguments: listOf(node.arguments, inputShape),
    Type: typeShape(node.type),
  });
}

function inputShape(node: InputValueDefinitionNode): JsonObject {
  return pruned({
    ...namedShape(node),
    DefaultValue: node.defaultValue === undefined ? undefined : valueShape(node.defaultValue),
    Type: typeShape(node.type),
  });
}

const enumValueShape = (node: EnumValueDefinitionNode): JsonObject => pruned(namedShape(node));
