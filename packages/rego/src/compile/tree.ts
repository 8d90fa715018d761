import type { Rule, Term } from '../syntax/ast.ts';
import { compareValues } from '../values/compare.ts';
import { type PlainKey, plainKey } from '../values/key.ts';
import type { Value } from '../values/value.ts';
import type { CompileState } from './state.ts';
import { groundPrefix } from './state.ts';

/** A node of the tree of virtual documents. Rules with variables in their reference stand at its constant prefix. */
export class TreeNode {
  readonly children = new Map<PlainKey, TreeNode>();
  readonly rules: Rule[] = [];
  /** The operands from `data` (left out) to here. */
  readonly path: readonly Value[];
  #sorted: readonly Value[] | undefined;

  constructor(path: readonly Value[]) {
    this.path = path;
  }

  /** The child at a key, made when missing. */
  ensure(key: Value): TreeNode {
    const plain = plainKey(key) ?? null;
    let child = this.children.get(plain);
    if (child === undefined) {
      child = new TreeNode([...this.path, key]);
      this.children.set(plain, child);
    }
    return child;
  }

  child(key: Value): TreeNode | undefined {
    const plain = plainKey(key);
    return plain === undefined ? undefined : this.children.get(plain);
  }

  /** The keys of the children in OPA's order. */
  get keys(): readonly Value[] {
    this.#sorted ??= [...this.children.keys()].sort(compareValues);
    return this.#sorted;
  }

  /** Calls `visit` for this node and those below; a `true` keeps the walk out of the children. */
  walk(visit: (node: TreeNode) => boolean): void {
    if (visit(this)) return;
    for (const key of this.keys) this.child(key)?.walk(visit);
  }
}

/** The value of a term that is a constant operand. */
export function operandValue(term: Term): Value | undefined {
  return term.kind === 'scalar' ? term.value : undefined;
}

/** The tree of all rules of all modules. */
export function buildTree(state: CompileState): TreeNode {
  const root = new TreeNode([]);
  for (const module of state.modules) {
    const base = step(root, module.package.path.slice(1));
    for (const rule of module.rules) {
      const [head, ...rest] = groundPrefix(rule.head.ref);
      if (head?.kind !== 'var') continue;
      step(base.ensure(head.name), rest).rules.push(rule);
    }
  }
  return root;
}

function step(from: TreeNode, terms: readonly Term[]): TreeNode {
  let node = from;
  for (const term of terms) {
    const key = operandValue(term);
    if (key !== undefined) node = node.ensure(key);
  }
  return node;
}

/** The node a reference from `data` on names, with the operands that are left; `undefined` outside of `data`. */
export function findNode(
  root: TreeNode,
  ref: readonly Term[],
): { readonly node: TreeNode; readonly rest: readonly Term[] } | undefined {
  if (ref[0]?.kind !== 'var' || ref[0].name !== 'data') return undefined;
  let node = root;
  for (let i = 1; i < ref.length; i++) {
    const key = operandValue(ref[i] as Term);
    const child = key === undefined || node.rules.length > 0 ? undefined : node.child(key);
    if (child === undefined) return { node, rest: ref.slice(i) };
    node = child;
  }
  return { node, rest: [] };
}

/** The node at exactly this reference. */
export function nodeAt(root: TreeNode, ref: readonly Term[]): TreeNode | undefined {
  if (ref[0]?.kind !== 'var' || ref[0].name !== 'data') return undefined;
  let node: TreeNode | undefined = root;
  for (const term of ref.slice(1)) {
    const key = operandValue(term);
    node = key === undefined ? undefined : node?.child(key);
  }
  return node;
}
