import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type VariableDefinitionNode,
} from 'graphql';
import type { JsonObject } from '../../values/value.ts';
import { argumentShape, directiveShape, listOf, pruned, typeShape, valueShape } from './shapes.ts';

/** A query in the form of OPA (gqlparser's, without places). */
export function queryShape({ definitions }: DocumentNode): JsonObject {
  return pruned({
    Operations: listOf(
      definitions.filter((node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION),
      operationShape,
    ),
    Fragments: listOf(
      definitions.filter((node): node is FragmentDefinitionNode => node.kind === Kind.FRAGMENT_DEFINITION),
      fragmentShape,
    ),
  });
}

function operationShape(node: OperationDefinitionNode): JsonObject {
  return pruned({
    Operation: node.operation,
    Name: node.name?.value ?? '',
    VariableDefinitions: listOf(node.variableDefinitions, variableShape),
    Directives: listOf(node.directives, directiveShape),
    SelectionSet: listOf(node.selectionSet.selections, selectionShape),
  });
}

function fragmentShape(node: FragmentDefinitionNode): JsonObject {
  return pruned({
    Name: node.name.value,
    VariableDefinition: listOf(node.variableDefinitions, variableShape),
    TypeCondition: node.typeCondition.name.value,
    Directives: listOf(node.directives, directiveShape),
    SelectionSet: listOf(node.selectionSet.selections, selectionShape),
  });
}

function variableShape(node: VariableDefinitionNode): JsonObject {
  return pruned({
    Variable: node.variable.name.value,
    Type: typeShape(node.type),
    DefaultValue: node.defaultValue === undefined ? undefined : valueShape(node.defaultValue),
    Directives: listOf(node.directives, directiveShape),
    Used: false,
  });
}

function selectionShape(node: SelectionNode): JsonObject {
  const Directives = listOf(node.directives, directiveShape);
  if (node.kind === Kind.FRAGMENT_SPREAD) return pruned({ Name: node.name.value, Directives });
  const SelectionSet = listOf(node.selectionSet?.selections, selectionShape);
  if (node.kind === Kind.INLINE_FRAGMENT) {
    return pruned({ TypeCondition: node.typeCondition?.name.value ?? '', Directives, SelectionSet });
  }
  return pruned({
    Alias: node.alias?.value ?? node.name.value,
    Name: node.name.value,
    Arguments: listOf(node.arguments, argumentShape),
    Directives,
    SelectionSet,
  });
}
