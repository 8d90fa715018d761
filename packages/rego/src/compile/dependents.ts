import type { Module, Rule, Term } from '../syntax/ast.ts';
import { type Graph, rulesOf } from './recursion.ts';
import { groundPrefix } from './state.ts';
import type { TreeNode } from './tree.ts';

/** Gives the paths of the rules that a reference can reach, and of those that need them, one from another. */
export type Dependents = (ref: readonly Term[]) => readonly (readonly Term[])[];

/** The path of a rule, with `data` in front. */
export function fullPath(rule: Rule, module: Module): Term[] {
  const [head, ...rest] = rule.head.ref;
  const name = head?.kind === 'var' ? head.name : '';
  return [...module.package.path, { kind: 'scalar', value: name, loc: rule.loc }, ...rest];
}

export function dependentsOf(tree: TreeNode, graph: Graph, modules: readonly Module[]): Dependents {
  const moduleOf = new Map<Rule, Module>();
  for (const module of modules)
    for (const rule of module.rules)
      for (let at: Rule | undefined = rule; at !== undefined; at = at.else) moduleOf.set(at, module);
  const needing = new Map<Rule, Rule[]>();
  for (const [rule, needs] of graph)
    for (const needed of needs.keys()) needing.set(needed, [...(needing.get(needed) ?? []), rule]);
  return (ref) => {
    const found = new Set<Rule>();
    const waiting = [...rulesOf(tree, ref).keys()];
    for (let rule = waiting.pop(); rule !== undefined; rule = waiting.pop()) {
      if (found.has(rule)) continue;
      found.add(rule);
      waiting.push(...(needing.get(rule) ?? []));
    }
    return [...found].flatMap((rule) => {
      const module = moduleOf.get(rule);
      return module === undefined ? [] : [groundPrefix(fullPath(rule, module))];
    });
  };
}
