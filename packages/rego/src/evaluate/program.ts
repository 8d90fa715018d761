import type { Builtin } from '../builtins/builtin.ts';
import type { TreeNode } from '../compile/tree.ts';
import type { Module, Rule } from '../syntax/ast.ts';
import type { Declaration } from '../types/declarations.ts';
import type { RuleGroup } from './rules.ts';

/** All that closures need of the compiled modules. */
export interface Program {
  readonly tree: TreeNode;
  readonly builtins: ReadonlyMap<string, Builtin>;
  readonly declarations: ReadonlyMap<string, Declaration>;
  readonly moduleOf: ReadonlyMap<Rule, Module>;
  /** Whether closures report coverage and trace. */
  readonly observed: boolean;
  /** The rules of a node as one; `undefined` when it has none. */
  group(node: TreeNode): RuleGroup | undefined;
  /** The name in the source of a local the compiler made. */
  nameOf(name: string): string;
}
