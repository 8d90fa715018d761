import { getKey } from '../values/access.ts';
import { RegoSet } from '../values/set.ts';
import { isArray, isSet, type ObjectValue, type Value } from '../values/value.ts';
import type { BuiltinContext } from './builtin.ts';
import { builtin, listOperand, objectOperand } from './operands.ts';

function neighbours(edges: Value): readonly Value[] {
  if (isArray(edges)) return edges;
  return isSet(edges) ? edges.sorted : [];
}

function reachable(args: readonly Value[], context: BuiltinContext): RegoSet {
  const graph = objectOperand(args, 1);
  const queue = [...listOperand(args, 2, ['{array, set}'])];
  const reached = new RegoSet();
  for (let at = 0; at < queue.length; at++) {
    context.check();
    const node = queue[at] ?? null;
    if (reached.has(node)) continue;
    const edges = getKey(graph, node);
    if (edges === undefined) continue;
    reached.add(node);
    for (const next of neighbours(edges)) if (!reached.has(next)) queue.push(next);
  }
  return reached;
}

function follow(
  graph: ObjectValue,
  node: Value,
  path: readonly Value[],
  found: RegoSet,
  context: BuiltinContext,
): void {
  context.check();
  context.reserve(path.length * 8);
  const edges = getKey(graph, node);
  if (edges === undefined) {
    found.add(path);
    return;
  }
  const longer = [...path, node];
  const next = neighbours(edges);
  if (next.length === 0) found.add(longer);
  const seen = RegoSet.of(longer);
  for (const neighbour of next) {
    if (seen.has(neighbour)) found.add(longer);
    else follow(graph, neighbour, longer, found, context);
  }
}

function paths(args: readonly Value[], context: BuiltinContext): RegoSet {
  const graph = objectOperand(args, 1);
  const found = new RegoSet();
  for (const node of listOperand(args, 2, ['{array, set}'])) {
    const edges = getKey(graph, node);
    if (edges === undefined) continue;
    const next = neighbours(edges);
    if (next.length === 0) found.add([node]);
    for (const neighbour of next) follow(graph, neighbour, [node], found, context);
  }
  return found;
}

/** Functions of graphs given as objects from node to neighbours. */
export const builtins = [builtin('graph.reachable', reachable), builtin('graph.reachable_paths', paths)];
