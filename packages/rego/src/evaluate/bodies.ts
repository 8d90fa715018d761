import type { Expr } from '../syntax/ast.ts';
import { compileExpr } from './exprs.ts';
import type { Program } from './program.ts';
import { type Builder, chain, type Scope } from './step.ts';

/** Compiles the expressions of a body in their order; what they bind is bound in `scope` afterwards. */
export function compileBody(body: readonly Expr[], scope: Scope, program: Program): Builder {
  return chain(body.map((expr) => compileExpr(expr, scope, program)));
}
