import type { ArgumentNode, ConstDirectiveNode, DirectiveNode, ObjectFieldNode, TypeNode, ValueNode } from 'graphql';
import { Kind } from 'graphql';
import type { JsonObject, Value } from '../../values/value.ts';

/** Leaves out what is empty, as OPA does: nothing, lists without members, objects without names. Texts and flags stay. */
export function pruned(shape: Readonly<Record<string, Value | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(shape).filter((entry): entry is [string, Value] => entry[1] !== undefined && !isEmpty(entry[1])),
  );
}

function isEmpty(value: Value): boolean {
  if (value === null) return true;
  if (typeof value !== 'object') return false;
  return Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0;
}

/** The list, or nothing. */
export function listOf<T>(nodes: readonly T[] | undefined, shape: (node: T) => Value): readonly Value[] {
  return (nodes ?? []).map(shape).filter((value) => !isEmpty(value));
}

/** The numbers of the kinds of values. */
const kinds: Readonly<Record<ValueNode['kind'], number>> = {
  [Kind.VARIABLE]: 0,
  [Kind.INT]: 1,
  [Kind.FLOAT]: 2,
  [Kind.STRING]: 3,
  [Kind.BOOLEAN]: 5,
  [Kind.NULL]: 6,
  [Kind.ENUM]: 7,
  [Kind.LIST]: 8,
  [Kind.OBJECT]: 9,
};

const blockText = 4;

export function valueShape(node: ValueNode): JsonObject {
  const isBlock = node.kind === Kind.STRING && node.block === true;
  return pruned({
    Raw: rawText(node),
    Children: childrenOf(node),
    Kind: isBlock ? blockText : kinds[node.kind],
    ExpectedTypeHasDefault: false,
  });
}

function rawText(node: ValueNode): string {
  switch (node.kind) {
    case Kind.VARIABLE:
      return node.name.value;
    case Kind.NULL:
      return 'null';
    case Kind.LIST:
    case Kind.OBJECT:
      return '';
    default:
      return String(node.value);
  }
}

function childrenOf(node: ValueNode): readonly Value[] {
  if (node.kind === Kind.LIST) return node.values.map((value) => ({ Name: '', Value: valueShape(value) }));
  if (node.kind === Kind.OBJECT) {
    return node.fields.map(({ name, value }: ObjectFieldNode) => ({ Name: name.value, Value: valueShape(value) }));
  }
  return [];
}

export function typeShape(node: TypeNode, isNonNull = false): JsonObject {
  if (node.kind === Kind.NON_NULL_TYPE) return typeShape(node.type, true);
  if (node.kind === Kind.LIST_TYPE) return { NamedType: '', Elem: typeShape(node.type), NonNull: isNonNull };
  return { NamedType: node.name.value, NonNull: isNonNull };
}

export const argumentShape = ({ name, value }: ArgumentNode): JsonObject => ({
  Name: name.value,
  Value: valueShape(value),
});

export const directiveShape = ({ name, arguments: args }: DirectiveNode | ConstDirectiveNode): JsonObject =>
  pruned({ Name: name.value, Arguments: listOf<ArgumentNode>(args, argumentShape), Location: '' });
