import type { Expr, Term } from './ast.ts';

/** Whether a term has no variable outside of comprehensions' bodies (OPA's `IsGround`). */
export function isGroundTerm(term: Term): boolean {
  switch (term.kind) {
    case 'var':
      return false;
    case 'ref':
      return term.terms.slice(1).every(isGroundTerm) && (term.terms[0]?.kind === 'var' || isGroundHead(term.terms[0]));
    case 'array':
    case 'set':
      return term.items.every(isGroundTerm);
    case 'object':
      return term.entries.every(([key, value]) => isGroundTerm(key) && isGroundTerm(value));
    case 'call':
      return term.args.every(isGroundTerm);
    case 'comprehension':
    case 'template':
      return false;
    default:
      return true;
  }
}

function isGroundHead(head: Term | undefined): boolean {
  return head === undefined || isGroundTerm(head);
}

/** What a walk visits. A hook that returns `false` keeps the walk out of that node. */
export interface Visitor {
  term?(term: Term): boolean | undefined;
  expr?(expr: Expr): boolean | undefined;
}

export function walkTerm(term: Term, visit: Visitor): void {
  if (visit.term?.(term) === false) return;
  switch (term.kind) {
    case 'ref':
      for (const inner of term.terms) walkTerm(inner, visit);
      return;
    case 'array':
    case 'set':
      for (const inner of term.items) walkTerm(inner, visit);
      return;
    case 'object':
      for (const [key, value] of term.entries) {
        walkTerm(key, visit);
        walkTerm(value, visit);
      }
      return;
    case 'comprehension':
      if (term.key !== undefined) walkTerm(term.key, visit);
      walkTerm(term.term, visit);
      walkBody(term.body, visit);
      return;
    case 'call':
      walkTerm(term.operator, visit);
      for (const inner of term.args) walkTerm(inner, visit);
      return;
    case 'template':
      for (const part of term.parts) {
        if ('node' in part) walkExpr(part, visit);
        else walkTerm(part, visit);
      }
      return;
    default:
  }
}

export function walkBody(body: readonly Expr[], visit: Visitor): void {
  for (const expr of body) walkExpr(expr, visit);
}

export function walkExpr(expr: Expr, visit: Visitor): void {
  if (visit.expr?.(expr) === false) return;
  const { body } = expr;
  switch (body.kind) {
    case 'term':
      walkTerm(body.term, visit);
      break;
    case 'call':
      walkTerm(body.operator, visit);
      for (const arg of body.args) walkTerm(arg, visit);
      break;
    case 'some':
      for (const symbol of body.symbols) walkTerm(symbol, visit);
      break;
    case 'every':
      if (body.key !== undefined) walkTerm(body.key, visit);
      walkTerm(body.value, visit);
      walkTerm(body.domain, visit);
      walkBody(body.body, visit);
      break;
    case 'not':
      walkBody(body.body, visit);
      break;
    default:
      walkBody(body.lhs, visit);
      walkBody(body.rhs, visit);
  }
  for (const modifier of expr.with) {
    walkTerm(modifier.target, visit);
    walkTerm(modifier.value, visit);
  }
}
