import type { Expr, Rule, Term } from '../syntax/ast.ts';
import { RegoError } from '../syntax/error.ts';
import type { Location } from '../syntax/location.ts';
import { refText } from '../syntax/print.ts';
import { futureKeywords } from '../syntax/scanner.ts';
import { isGroundTerm, walkExpr, walkTerm } from '../syntax/walk.ts';
import { type CompileState, groundPrefix, isEquation } from './state.ts';
import { isRefSafe, unifiedVars } from './unify.ts';
import {
  allIn,
  closureVars,
  isGenerated,
  isWildcard,
  outputVars,
  safetyVars,
  type VarOptions,
  varsOfArgs,
  varsOfBody,
  varsOfExpr,
  varsOfTerm,
  varsOfWith,
  without,
} from './vars.ts';

/** Number of arguments of the function an operator names; -1 when unknown, or for variadic ones. */
export type Arity = (operator: Term) => number;

/** What stays unbound, by expression. */
type Unsafe = Map<Expr, Set<string>>;

export const reserved: ReadonlySet<string> = new Set(['data', 'input']);

/** Variables an expression binds when `safe` are bound. */
export function outputsOf(expr: Expr, arity: Arity, safe: ReadonlySet<string>): Set<string> {
  if (expr.negated) return new Set();
  for (const modifier of expr.with) {
    const vars = new Set<string>();
    varsOfWith(modifier, safetyVars, vars);
    if (!allIn(vars, safe)) return new Set();
  }
  const { body } = expr;
  if (body.kind === 'term') return refOutputs(expr, safe);
  if (body.kind === 'every') {
    const output = new Set<string>();
    refOutputsOfTerm(body.domain, safe, output);
    return output;
  }
  if (body.kind !== 'call') return new Set();
  const [left, right] = body.args;
  if (isEquation(expr) && left !== undefined && right !== undefined) {
    const known = new Set([...refOutputs(expr, safe), ...safe]);
    // What stands left of `:=` is output only: it must not make the right side safe.
    if (expr.fromAssignment === true) for (const name of varsOfTerm(left, {}, new Set())) known.delete(name);
    for (const name of unifiedVars(known, left, right)) known.add(name);
    return without(known, safe);
  }
  return callOutputs(expr, arity(body.operator), safe, body.args);
}

function callOutputs(expr: Expr, arity: number, safe: ReadonlySet<string>, args: readonly Term[]): Set<string> {
  if (arity < 0) return new Set();
  const output = refOutputs(expr, safe);
  if (arity >= args.length) return output;
  const needed = new Set<string>();
  for (const arg of args.slice(0, arity)) varsOfTerm(arg, outputVars, needed);
  for (const name of needed) if (!output.has(name) && !safe.has(name)) return new Set();
  for (const arg of args.slice(arity)) varsOfTerm(arg, outputVars, output);
  return output;
}

/** Variables the references of an expression iterate over. */
function refOutputs(expr: Expr, safe: ReadonlySet<string>): Set<string> {
  const output = new Set<string>();
  walkExpr(expr, { term: (term) => visitRef(term, safe, output) });
  return output;
}

function refOutputsOfTerm(term: Term, safe: ReadonlySet<string>, output: Set<string>): void {
  walkTerm(term, { term: (inner) => visitRef(inner, safe, output) });
}

function visitRef(term: Term, safe: ReadonlySet<string>, output: Set<string>): boolean {
  if (term.kind === 'comprehension' || term.kind === 'template') return false;
  if (term.kind !== 'ref') return true;
  if (!isRefSafe(term.terms, safe)) return false;
  if (!isGroundTerm(term)) varsOfTerm(term, { skipRefHead: true }, output);
  return true;
}

/** Variables a body binds when `safe` are bound. */
export function outputsOfBody(body: readonly Expr[], arity: Arity, safe: ReadonlySet<string>): Set<string> {
  const known = new Set(safe);
  for (const expr of body) for (const name of outputsOf(expr, arity, known)) known.add(name);
  return without(known, safe);
}

/** Puts the expressions of a body, and of the closures in it, in an order in which every variable is bound in time. */
export function reorder(
  body: readonly Expr[],
  arity: Arity,
  globals: ReadonlySet<string>,
): { body: Expr[]; unsafe: Unsafe } {
  const options: VarOptions = { ...safetyVars, operand: (expr, into) => addOperandVars(expr, arity, into) };
  const bodyVars = varsOfBody(body, options, new Set());
  const safe = new Set([...bodyVars].filter((name) => globals.has(name)));
  const unsafe: Unsafe = new Map();
  for (const expr of body) {
    const open = without(varsOfExpr(expr, options, new Set()), safe);
    if (open.size > 0) unsafe.set(expr, open);
  }
  const ordered: Expr[] = [];
  const done = new Set<Expr>();
  for (let before = -1; before !== ordered.length; ) {
    before = ordered.length;
    for (const expr of body) {
      if (done.has(expr) || !ready(expr, { ordered, arity, globals, safe, unsafe, bodyVars })) continue;
      done.add(expr);
      ordered.push(expr);
    }
  }
  reorderClosures(ordered, arity, globals, unsafe, options);
  return { body: ordered, unsafe };
}

interface Progress {
  readonly ordered: readonly Expr[];
  readonly arity: Arity;
  readonly globals: ReadonlySet<string>;
  readonly safe: Set<string>;
  readonly unsafe: Unsafe;
  readonly bodyVars: ReadonlySet<string>;
}

/** Whether all variables of an expression are bound after it; its outputs are then safe. */
function ready(expr: Expr, { ordered, arity, globals, safe, unsafe, bodyVars }: Progress): boolean {
  const outputs = outputsOf(expr, arity, safe);
  const closed = [...closureVars(expr, new Set())].filter((name) => bodyVars.has(name) && !globals.has(name));
  if (closed.length > 0) {
    const bound = outputsOfBody(ordered, arity, globals);
    const missing = closed.filter((name) => !bound.has(name) && !safe.has(name));
    if (missing.length > 0) {
      if (missing.length === outputs.size && missing.every((name) => outputs.has(name))) return false;
      unsafe.set(expr, new Set(missing));
    }
  }
  const open = unsafe.get(expr);
  for (const name of open ?? []) if (outputs.has(name) || safe.has(name)) open?.delete(name);
  if (open !== undefined && open.size > 0) return false;
  unsafe.delete(expr);
  for (const name of outputs) safe.add(name);
  return true;
}

function reorderClosures(
  ordered: readonly Expr[],
  arity: Arity,
  globals: ReadonlySet<string>,
  unsafe: Unsafe,
  options: VarOptions,
): void {
  const known = new Set(globals);
  let current: Expr | undefined;
  const inner = (needed: ReadonlySet<string>, body: Expr[]): Expr[] => {
    const bound = new Set([...varsOfBody(body, options, new Set()), ...known]);
    const missing = without(needed, bound);
    if (missing.size > 0 && current !== undefined) {
      unsafe.set(current, new Set([...(unsafe.get(current) ?? []), ...missing]));
    }
    const result = reorder(body, arity, known);
    if (result.unsafe.size === 0) return result.body;
    for (const [expr, names] of result.unsafe) unsafe.set(expr, new Set([...(unsafe.get(expr) ?? []), ...names]));
    return body;
  };
  const none = new Set<string>();
  const term = (at: Term): boolean => {
    if (at.kind !== 'comprehension') return true;
    const needed = varsOfTerm(at.term, {}, new Set());
    if (at.key !== undefined) varsOfTerm(at.key, {}, needed);
    at.body = inner(needed, at.body);
    return false;
  };
  const expr = (at: Expr): boolean => {
    const { body } = at;
    if (body.kind === 'every') {
      varsOfTerm(body.value, {}, known);
      if (body.key !== undefined) varsOfTerm(body.key, {}, known);
      body.body = inner(none, body.body);
    } else if (body.kind === 'not') body.body = inner(none, body.body);
    else if (body.kind === 'and' || body.kind === 'or') {
      body.lhs = inner(none, body.lhs);
      body.rhs = inner(none, body.rhs);
    } else return true;
    return false;
  };
  ordered.forEach((at, i) => {
    const before = ordered[i - 1];
    if (before !== undefined) varsOfExpr(before, options, known);
    current = at;
    walkExpr(at, { term, expr });
  });
}

/** Adds what operands of `not`, `and`, `or` without braces need from outside. */
function addOperandVars(expr: Expr, arity: Arity, into: Set<string>): boolean {
  const { body } = expr;
  if (body.kind === 'not') {
    if (!body.explicit) for (const name of operandNeeds(body.body, arity)) into.add(name);
  } else if (body.kind === 'and' || body.kind === 'or') {
    if (!body.explicitLhs) for (const name of operandNeeds(body.lhs, arity)) into.add(name);
    if (!body.explicitRhs) for (const name of operandNeeds(body.rhs, arity)) into.add(name);
  }
  return true;
}

function operandNeeds(body: readonly Expr[], arity: Arity): Set<string> {
  const occurrences = new Map<string, number>();
  for (const expr of body) {
    for (const name of varsOfExpr(expr, safetyVars, new Set())) occurrences.set(name, (occurrences.get(name) ?? 0) + 1);
  }
  if (body.length === 1) return new Set(occurrences.keys());
  const safe = new Set([...reserved, ...occurrences.keys()]);
  for (const expr of body) {
    if (!isEquation(expr) || expr.body.kind !== 'call') continue;
    for (const arg of expr.body.args) if (arg.kind === 'var') safe.delete(arg.name);
  }
  const bound = new Set<string>();
  for (let before = -1; before !== bound.size; ) {
    before = bound.size;
    for (const expr of body) {
      if (!isEquation(expr)) continue;
      for (const name of outputsOf(expr, arity, safe)) {
        bound.add(name);
        safe.add(name);
      }
    }
  }
  for (const expr of body) {
    if (isEquation(expr) || expr.body.kind !== 'call') continue;
    const inputs = arity(expr.body.operator);
    if (inputs < 0) continue;
    for (const arg of expr.body.args.slice(inputs)) varsOfTerm(arg, outputVars, bound);
  }
  const needs = new Set<string>();
  for (const [name, count] of occurrences) if (!bound.has(name) || count === 1) needs.add(name);
  return needs;
}

/** Orders every rule's body and reports what stays unbound. */
export function checkSafety(state: CompileState, arity: Arity): void {
  const shared = new Map(state.modules.map((module) => [module, sharedRows(module.rules)]));
  state.eachRule((rule, module) => {
    const where =
      shared.get(module)?.has(rule.loc.row) === true ? ` in rule ${refText(groundPrefix(rule.head.ref))}` : '';
    checkHead(state, rule, where);
  });
  // As OPA: a head that is not safe is told before any body is looked at.
  if (state.failed) return;
  state.eachRule((rule, module) => {
    const where =
      shared.get(module)?.has(rule.loc.row) === true ? ` in rule ${refText(groundPrefix(rule.head.ref))}` : '';
    const { body, unsafe } = reorder(rule.body, arity, new Set([...reserved, ...varsOfArgs(rule)]));
    const errors = safetyErrors(unsafe, state, where);
    if (errors.length === 0) rule.body = body;
    else state.add(...errors);
  });
}

function checkHead(state: CompileState, rule: Rule, where: string): void {
  const bound = varsOfBody(rule.body, safetyVars, varsOfArgs(rule));
  const { head } = rule;
  const open = new Map<string, Location>();
  const parts = [...head.ref.slice(1), ...(head.key === undefined ? [] : [head.key])];
  if (head.value !== undefined) parts.push(head.value);
  for (const part of parts) {
    walkTerm(part, {
      term: (term) => {
        if (term.kind === 'var' && !bound.has(term.name)) open.set(term.name, open.get(term.name) ?? term.loc);
        return term.kind !== 'comprehension' && term.kind !== 'template';
      },
    });
  }
  for (const [name, loc] of open) {
    const shown = shownName(state.nameOf(name));
    if (shown !== undefined && !reserved.has(shown)) {
      state.error('rego_unsafe_var_error', `var ${shown} is unsafe${where}`, loc);
    }
  }
}

function sharedRows(rules: readonly Rule[]): Set<number> {
  const first = new Map<number, string>();
  const shared = new Set<number>();
  for (const rule of rules) {
    const name = refText(groundPrefix(rule.head.ref));
    for (let at: Rule | undefined = rule; at !== undefined; at = at.else) {
      const known = first.get(at.loc.row);
      if (known === undefined) first.set(at.loc.row, name);
      else if (known !== name) shared.add(at.loc.row);
    }
  }
  return shared;
}

/** What a variable is called before people; undefined for those the compiler made. */
const shownName = (name: string): string | undefined => (isWildcard(name) ? '_' : isGenerated(name) ? undefined : name);

/** The errors of what stays unbound: by variable, or by expression when the compiler made all of them. */
export function safetyErrors(unsafe: Unsafe, state: Pick<CompileState, 'nameOf'>, where = ''): RegoError[] {
  const places = new Map<string, Location>();
  const assigned = new Set<string>();
  for (const [expr, names] of unsafe) {
    for (const name of names) {
      const known = places.get(name);
      if (known === undefined || before(expr.loc, known)) places.set(name, expr.loc);
    }
    if (expr.fromAssignment === true && expr.body.kind === 'call' && expr.body.args[0] !== undefined) {
      for (const name of varsOfTerm(expr.body.args[0], {}, new Set())) assigned.add(name);
    }
  }
  const named = [...places]
    .flatMap(([name, loc]) => {
      const shown = shownName(state.nameOf(name));
      return shown === undefined ? [] : [{ name, shown, loc }];
    })
    .sort((a, b) => (before(a.loc, b.loc) ? -1 : before(b.loc, a.loc) ? 1 : 0));
  const others = named.filter(({ name }) => !assigned.has(name));
  if (named.length > 0) {
    return (others.length > 0 ? others : named).map(({ shown, loc }) => {
      const hint = Object.hasOwn(futureKeywords, shown)
        ? ` (hint: \`import future.keywords.${shown}\` to import a future keyword)`
        : '';
      return new RegoError('rego_unsafe_var_error', `var ${shown} is unsafe${where}${hint}`, loc);
    });
  }
  const seen = new Set<string>();
  const errors: RegoError[] = [];
  for (const [expr, names] of [...unsafe].sort(([a], [b]) => (before(a.loc, b.loc) ? -1 : 1))) {
    const count = seen.size;
    for (const name of names) seen.add(name);
    if (seen.size > count)
      errors.push(new RegoError('rego_unsafe_var_error', `expression is unsafe${where}`, expr.loc));
  }
  return errors;
}

function before(a: Location, b: Location): boolean {
  return a.row !== b.row ? a.row < b.row : a.column < b.column;
}
