import { CelSyntaxError, type EachMacro, type Node } from './syntax.ts';

/** Names bound per number of arguments: [macro, variables, arguments]. */
const walkers: readonly (readonly [string, EachMacro, number, number])[] = [
  ['all', 'all', 1, 2],
  ['exists', 'exists', 1, 2],
  ['exists_one', 'exists_one', 1, 2],
  ['existsOne', 'exists_one', 1, 2],
  ['filter', 'filter', 1, 2],
  ['map', 'map', 1, 2],
  ['map', 'map', 1, 3],
  ['all', 'all', 2, 3],
  ['exists', 'exists', 2, 3],
  ['exists_one', 'exists_one', 2, 3],
  ['existsOne', 'exists_one', 2, 3],
  ['transformList', 'transformList', 2, 3],
  ['transformList', 'transformList', 2, 4],
  ['transformMap', 'transformMap', 2, 3],
  ['transformMap', 'transformMap', 2, 4],
  ['transformMapEntry', 'transformMapEntry', 2, 3],
  ['transformMapEntry', 'transformMapEntry', 2, 4],
  ['optMap', 'optMap', 1, 2],
  ['optFlatMap', 'optFlatMap', 1, 2],
];

/** The node a macro call stands for; undefined when it is no macro call. Throws CelSyntaxError for a macro with wrong arguments. */
export function expandMacro(
  name: string,
  target: Node | undefined,
  args: readonly Node[],
  at: number,
): Node | undefined {
  if (target === undefined) return name === 'has' && args.length === 1 ? has(args[0], at) : undefined;
  const walker = walkers.find(([macro, , , count]) => macro === name && count === args.length);
  if (walker === undefined) return undefined;
  const [, macro, count] = walker;
  const names = args.slice(0, count).map((arg) => variableName(arg, at));
  if (new Set(names).size !== names.length) throw new CelSyntaxError('duplicate variable name', at);
  return { is: 'each', at, macro, target, names, bodies: args.slice(count) };
}

function variableName(node: Node | undefined, at: number): string {
  if (node?.is !== 'ident') throw new CelSyntaxError('argument must be a simple name', node?.at ?? at);
  return node.name;
}

function has(arg: Node | undefined, at: number): Node {
  if (arg?.is !== 'select' || arg.form !== 'value')
    throw new CelSyntaxError('invalid argument to has() macro', arg?.at ?? at);
  return { ...arg, form: 'test' };
}
