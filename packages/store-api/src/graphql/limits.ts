import { AssayError } from '@assay/contract';
import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';

/** The shape of a query that people need stays far below these. */
const deepest = 12;
const mostFields = 500;
const mostAliases = 30;

/** Refuses queries that cost more than they are worth: too deep, too wide, the same field under many names. Throws REQUEST_INVALID. */
export function checkCost(document: DocumentNode): void {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const seen = { fields: 0, aliases: 0 };
  const count = (set: SelectionSetNode, depth: number): void => {
    if (depth > deepest) throw refused(`it nests deeper than ${deepest} levels`);
    for (const selection of set.selections) {
      // Spreads too: a fragment of nothing but spreads costs as much as one of fields.
      if (++seen.fields > mostFields) throw refused(`it has more than ${mostFields} fields`);
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        // A spread inside itself is found here too: it only gets deeper.
        const fragment = fragments.get(selection.name.value);
        if (fragment !== undefined) count(fragment.selectionSet, depth + 1);
        continue;
      }
      if (selection.kind === Kind.FIELD) {
        if (selection.alias !== undefined && ++seen.aliases > mostAliases)
          throw refused(`it has more than ${mostAliases} aliases`);
      }
      if (selection.selectionSet !== undefined) count(selection.selectionSet, depth + 1);
    }
  };
  // Fragments that nobody uses too: they are checked like the others.
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
    seen.aliases = 0;
    count(definition.selectionSet, 1);
  }
}

function refused(why: string): AssayError {
  return new AssayError('REQUEST_INVALID', `the query is refused: ${why}`);
}
