import type { Compiled } from './engine.ts';
import type { Expr, Module, Rule } from './syntax/ast.ts';
import { refText } from './syntax/print.ts';

/** A rule that is a test. */
export interface TestRule {
  /** `data.release.test_allow`. */
  readonly name: string;
  readonly file: string;
  readonly row: number;
  /** Its name begins with `todo_test_`. */
  readonly isTodo: boolean;
}

/** Rules whose names begin with `test_` or `todo_test_`, each name once, in the order of files and rows. */
export function testRules({ modules }: Compiled): readonly TestRule[] {
  const found = new Map<string, TestRule>();
  for (const module of modules) {
    for (const { head, loc } of module.rules) {
      if (head.args !== undefined || !/^(?:todo_)?test_/.test(head.name)) continue;
      const name = `${refText(module.package.path)}.${refText(head.ref)}`;
      if (!found.has(name))
        found.set(name, { name, file: loc.file, row: loc.row, isTodo: head.name.startsWith('todo_') });
    }
  }
  return [...found.values()];
}

/** Rows that coverage can tell about: those of rules and of the expressions of their bodies, in order. */
export function coverableRows({ rules }: Module): readonly number[] {
  const rows = new Set<number>();
  for (const rule of rules) for (let at: Rule | undefined = rule; at !== undefined; at = at.else) addRule(rows, at);
  return [...rows].sort((a, b) => a - b);
}

function addRule(rows: Set<number>, rule: Rule): void {
  rows.add(rule.loc.row);
  if (!rule.generatedBody) for (const expr of rule.body) addExpr(rows, expr);
}

const addExpr = (rows: Set<number>, { loc }: Expr): void => void rows.add(loc.row);
