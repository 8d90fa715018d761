import type { Expr, Rule, Term, With } from '../syntax/ast.ts';

/** What a collection of variables leaves out. */
export interface VarOptions {
  readonly skipRefHead?: boolean;
  readonly skipRefCallHead?: boolean;
  readonly skipObjectKeys?: boolean;
  readonly skipClosures?: boolean;
  readonly skipSets?: boolean;
  readonly skipTemplates?: boolean;
  /** Called for `not`, `and`, `or`; a `true` keeps the collection out of them. */
  readonly operand?: (expr: Expr, into: Set<string>) => boolean;
}

/** What counts for the safety of an expression: no operators, no closures. */
export const safetyVars: VarOptions = { skipRefCallHead: true, skipClosures: true };

/** What an output position can bind. */
export const outputVars: VarOptions = { skipClosures: true, skipSets: true, skipObjectKeys: true, skipRefHead: true };

/** Variables of a term, added to `into`. */
export function varsOfTerm(term: Term, options: VarOptions, into: Set<string>): Set<string> {
  switch (term.kind) {
    case 'var':
      into.add(term.name);
      break;
    case 'ref':
      for (let i = options.skipRefHead === true ? 1 : 0; i < term.terms.length; i++) {
        varsOfTerm(term.terms[i] as Term, options, into);
      }
      break;
    case 'array':
      for (const item of term.items) varsOfTerm(item, options, into);
      break;
    case 'set':
      if (options.skipSets !== true) for (const item of term.items) varsOfTerm(item, options, into);
      break;
    case 'object':
      for (const [key, value] of term.entries) {
        if (options.skipObjectKeys !== true) varsOfTerm(key, options, into);
        varsOfTerm(value, options, into);
      }
      break;
    case 'call':
      varsOfOperator(term.operator, options, into);
      for (const arg of term.args) varsOfTerm(arg, options, into);
      break;
    case 'comprehension':
      if (options.skipClosures === true) break;
      if (term.key !== undefined) varsOfTerm(term.key, options, into);
      varsOfTerm(term.term, options, into);
      varsOfBody(term.body, options, into);
      break;
    case 'template':
      if (options.skipClosures === true || options.skipTemplates === true) break;
      for (const part of term.parts) {
        if ('node' in part) varsOfExpr(part, options, into);
        else varsOfTerm(part, options, into);
      }
      break;
    default:
  }
  return into;
}

function varsOfOperator(operator: Term, options: VarOptions, into: Set<string>): void {
  if (options.skipRefCallHead !== true || operator.kind !== 'ref') varsOfTerm(operator, options, into);
  else for (const term of operator.terms.slice(1)) varsOfTerm(term, options, into);
}

/** Variables of an expression, added to `into`. */
export function varsOfExpr(expr: Expr, options: VarOptions, into: Set<string>): Set<string> {
  const { body } = expr;
  switch (body.kind) {
    case 'term':
      varsOfTerm(body.term, options, into);
      break;
    case 'call':
      varsOfOperator(body.operator, options, into);
      for (const arg of body.args) varsOfTerm(arg, options, into);
      break;
    case 'some':
      for (const symbol of body.symbols) varsOfTerm(symbol, options, into);
      break;
    case 'every':
      varsOfTerm(body.domain, options, into);
      if (options.skipClosures === true) return into;
      if (body.key !== undefined) varsOfTerm(body.key, options, into);
      varsOfTerm(body.value, options, into);
      varsOfBody(body.body, options, into);
      break;
    default:
      if (options.operand?.(expr, into) !== true && options.skipClosures !== true) {
        if (body.kind === 'not') varsOfBody(body.body, options, into);
        else {
          varsOfBody(body.lhs, options, into);
          varsOfBody(body.rhs, options, into);
        }
      }
  }
  for (const modifier of expr.with) varsOfWith(modifier, options, into);
  return into;
}

/** Variables of a `with`, added to `into`. */
export function varsOfWith({ target, value }: With, options: VarOptions, into: Set<string>): void {
  if (options.skipRefCallHead !== true) {
    varsOfTerm(target, options, into);
    varsOfTerm(value, options, into);
    return;
  }
  if (target.kind === 'ref') for (const term of target.terms.slice(1)) varsOfTerm(term, options, into);
  if (value.kind === 'ref') for (const term of value.terms.slice(1)) varsOfTerm(term, options, into);
  else varsOfTerm(value, options, into);
}

/** Variables of a body, added to `into`. */
export function varsOfBody(body: readonly Expr[], options: VarOptions, into: Set<string>): Set<string> {
  for (const expr of body) varsOfExpr(expr, options, into);
  return into;
}

/** Variables of a rule's arguments. */
export function varsOfArgs(rule: Rule): Set<string> {
  const vars = new Set<string>();
  for (const arg of rule.head.args ?? []) varsOfTerm(arg, {}, vars);
  return vars;
}

/** Calls `visit` for every closure of an expression: comprehensions, `every`, `not`, `and`, `or`, templates aside. */
export function closureVars(expr: Expr, into: Set<string>): Set<string> {
  const { body } = expr;
  if (body.kind === 'every') {
    closureVarsOfTerm(body.domain, into);
    varsOfBody(body.body, {}, into);
  } else if (body.kind === 'not') varsOfBody(body.body, {}, into);
  else if (body.kind === 'and' || body.kind === 'or') {
    varsOfBody(body.lhs, {}, into);
    varsOfBody(body.rhs, {}, into);
  } else if (body.kind === 'term') closureVarsOfTerm(body.term, into);
  else if (body.kind === 'call') for (const arg of [body.operator, ...body.args]) closureVarsOfTerm(arg, into);
  for (const { target, value } of expr.with) {
    closureVarsOfTerm(target, into);
    closureVarsOfTerm(value, into);
  }
  return into;
}

function closureVarsOfTerm(term: Term, into: Set<string>): void {
  switch (term.kind) {
    case 'comprehension':
      varsOfTerm(term, {}, into);
      return;
    case 'ref':
      for (const inner of term.terms) closureVarsOfTerm(inner, into);
      return;
    case 'array':
    case 'set':
      for (const inner of term.items) closureVarsOfTerm(inner, into);
      return;
    case 'object':
      for (const [key, value] of term.entries) {
        closureVarsOfTerm(key, into);
        closureVarsOfTerm(value, into);
      }
      return;
    case 'call':
      for (const inner of [term.operator, ...term.args]) closureVarsOfTerm(inner, into);
      return;
    default:
  }
}

/** Variables the compiler made, and wildcards: nobody is told about them by name. */
export function isGenerated(name: string): boolean {
  return name.startsWith('$') || name.startsWith('__local');
}

export function isWildcard(name: string): boolean {
  return name.startsWith('$');
}

/** Whether every variable of `some` is in `all`. */
export function allIn(some: ReadonlySet<string>, all: ReadonlySet<string>): boolean {
  for (const name of some) if (!all.has(name)) return false;
  return true;
}

/** Variables of `a` that are not in `b`. */
export function without(a: ReadonlySet<string>, b: ReadonlySet<string>): Set<string> {
  const rest = new Set<string>();
  for (const name of a) if (!b.has(name)) rest.add(name);
  return rest;
}
