import type { Module, Rule, Term } from '../syntax/ast.ts';
import { refText } from '../syntax/print.ts';
import { walkBody, walkTerm } from '../syntax/walk.ts';
import { ruleRef } from './conflicts.ts';
import type { CompileState } from './state.ts';
import { operandValue, type TreeNode } from './tree.ts';

/** Which rules a rule needs. An edge is dynamic when a variable chose the rule. */
export type Graph = ReadonlyMap<Rule, ReadonlyMap<Rule, boolean>>;

/** Dependencies of every rule and `else` branch. `true` marks an edge that a constant reference makes. */
export function buildGraph(state: CompileState, root: TreeNode): Graph {
  const graph = new Map<Rule, Map<Rule, boolean>>();
  state.eachRule((rule) => {
    const edges = new Map<Rule, boolean>();
    const visit = (term: Term): boolean => {
      if (term.kind === 'ref') {
        for (const [other, isStatic] of rulesOf(root, term.terms)) {
          for (let at: Rule | undefined = other; at !== undefined; at = at.else) {
            edges.set(at, edges.get(at) === true || isStatic);
          }
        }
      }
      return true;
    };
    const { head } = rule;
    const terms = [...head.ref.slice(1), ...(head.args ?? [])];
    if (head.key !== undefined) terms.push(head.key);
    if (head.value !== undefined) terms.push(head.value);
    for (const term of terms) walkTerm(term, { term: visit });
    walkBody(rule.body, { term: visit });
    graph.set(rule, edges);
  });
  return graph;
}

/** Rules a reference can reach; the flag tells whether no variable was met on the way. */
export function rulesOf(root: TreeNode, ref: readonly Term[]): Map<Rule, boolean> {
  const found = new Map<Rule, boolean>();
  if (ref[0]?.kind !== 'var' || ref[0].name !== 'data') return found;
  const visit = (node: TreeNode, at: number, isStatic: boolean): void => {
    for (const rule of node.rules) found.set(rule, found.get(rule) === true || isStatic);
    if (at === ref.length) {
      for (const child of node.children.values()) visit(child, at, isStatic);
      return;
    }
    const key = operandValue(ref[at] as Term);
    if (key === undefined) for (const child of node.children.values()) visit(child, at + 1, false);
    else {
      const child = node.child(key);
      if (child !== undefined) visit(child, at + 1, isStatic);
    }
  };
  visit(root, 1, true);
  return found;
}

/** Reports every rule that needs itself. */
export function checkRecursion(state: CompileState, root: TreeNode, graph: Graph): void {
  const modules = new Map<Rule, Module>();
  state.eachRule((rule, module) => modules.set(rule, module));
  const name = (rule: Rule): string => {
    const module = modules.get(rule);
    return module === undefined ? '' : refText(ruleRef(state, rule, module));
  };
  root.walk((node) => {
    for (const first of node.rules) {
      for (let rule: Rule | undefined = first; rule !== undefined; rule = rule.else) {
        const fixed = pathToSelf(graph, rule, true);
        const path = fixed ?? pathToSelf(graph, rule, false);
        if (path === undefined) continue;
        const verb = fixed === undefined ? 'may be' : 'is';
        const message = `rule ${name(rule)} ${verb} recursive: ${path.map(name).join(' -> ')}`;
        state.error('rego_recursion_error', message, rule.loc);
      }
    }
    return false;
  });
}

function pathToSelf(graph: Graph, start: Rule, onlyStatic: boolean): Rule[] | undefined {
  const visited = new Set<Rule>();
  const stack: { rule: Rule; next: Iterator<readonly [Rule, boolean]> }[] = [];
  const push = (rule: Rule): void => {
    stack.push({ rule, next: (graph.get(rule) ?? new Map<Rule, boolean>())[Symbol.iterator]() });
  };
  push(start);
  // A loop with a stack of its own: ten thousand rules in a row must not exhaust JavaScript's.
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const { value, done } = top.next.next();
    if (done === true) {
      stack.pop();
      continue;
    }
    const [rule, isStatic] = value;
    if (onlyStatic && !isStatic) continue;
    if (rule === start) return [...stack.map((entry) => entry.rule), start];
    if (visited.has(rule)) continue;
    visited.add(rule);
    push(rule);
  }
  return undefined;
}
