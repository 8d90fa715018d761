import type { Expr, Module, Rule, Term } from '../syntax/ast.ts';
import { type ErrorCode, RegoError } from '../syntax/error.ts';
import type { Location } from '../syntax/location.ts';
import { refText } from '../syntax/print.ts';
import type { Declaration } from '../types/declarations.ts';

/** More errors than this are not worth reading; OPA stops here too. */
const errorLimit = 10;

/** Thrown to end compilation when the limit of errors is reached. */
export class TooManyErrors extends Error {}

/** What the stages of compilation share. */
export class CompileState {
  /** In the order of their names. */
  readonly modules: readonly Module[];
  readonly strict: boolean;
  /** Built-ins policies may call, by name. */
  readonly builtins: ReadonlyMap<string, Declaration>;
  readonly errors: RegoError[] = [];
  /** From a local the compiler made to the name in the source. */
  readonly rewritten = new Map<string, string>();
  /** Whether an error was found after which later stages cannot say anything sound. */
  failed = false;
  #locals = 0;

  constructor(modules: readonly Module[], builtins: ReadonlyMap<string, Declaration>, strict: boolean) {
    this.modules = modules;
    this.builtins = builtins;
    this.strict = strict;
  }

  /** Records an error. Throws `TooManyErrors` at the limit. */
  error(code: ErrorCode, message: string, location: Location | undefined): void {
    this.add(new RegoError(code, message, location));
  }

  add(...errors: readonly RegoError[]): void {
    if (errors.length > 0) this.failed = true;
    this.addRecoverable(...errors);
  }

  /** Records errors that let later stages look for more. */
  addRecoverable(...errors: readonly RegoError[]): void {
    for (const error of errors) {
      if (this.errors.length >= errorLimit) {
        this.failed = true;
        throw new TooManyErrors();
      }
      this.errors.push(error);
    }
  }

  /** A new name for a local variable: one that no source can spell. */
  local(): string {
    return `__local#${this.#locals++}__`;
  }

  /** The name a person gave a variable. */
  nameOf(name: string): string {
    return this.rewritten.get(name) ?? name;
  }

  /** Calls `visit` for every rule and `else` branch. */
  eachRule(visit: (rule: Rule, module: Module) => void): void {
    for (const module of this.modules) {
      for (const rule of module.rules) {
        for (let at: Rule | undefined = rule; at !== undefined; at = at.else) visit(at, module);
      }
    }
  }
}

export function varTerm(name: string, loc: Location): Term {
  return { kind: 'var', name, loc };
}

export function scalarTerm(value: string | number | boolean, loc: Location): Term {
  return { kind: 'scalar', value, loc };
}

/** `left = right`, made by the compiler. */
export function equation(left: Term, right: Term, loc: Location): Expr {
  const operator: Term = { kind: 'ref', terms: [varTerm('eq', loc)], loc };
  return { node: 'expr', body: { kind: 'call', operator, args: [left, right] }, negated: false, with: [], loc };
}

/** The name of the operator of a call; `''` when the expression is none. */
export function operatorName(expr: Expr): string {
  const { body } = expr;
  return body.kind === 'call' && body.operator.kind === 'ref' ? refText(body.operator.terms) : '';
}

/** Whether an expression is `a = b`. */
export function isEquation(expr: Expr): boolean {
  return expr.body.kind === 'call' && isName(expr.body.operator, 'eq') && expr.body.args.length === 2;
}

export function isAssignment(expr: Expr): boolean {
  return expr.body.kind === 'call' && isName(expr.body.operator, 'assign');
}

function isName(operator: Term, name: string): boolean {
  if (operator.kind !== 'ref' || operator.terms.length !== 1) return false;
  const first = operator.terms[0];
  return first?.kind === 'var' && first.name === name;
}

/** The body `true`, which the first expression added replaces. */
export function isTrueBody(body: readonly Expr[]): boolean {
  const only = body.length === 1 ? body[0]?.body : undefined;
  return only?.kind === 'term' && only.term.kind === 'scalar' && only.term.value === true;
}

/** The body with expressions added. */
export function appended(body: Expr[], more: readonly Expr[]): Expr[] {
  if (more.length === 0) return body;
  return isTrueBody(body) ? [...more] : [...body, ...more];
}

/** Whether a term is a reference into `input` or `data` with that root alone. */
export function isRoot(term: Term): boolean {
  if (term.kind !== 'ref' || term.terms.length !== 1) return false;
  const head = term.terms[0];
  return head?.kind === 'var' && (head.name === 'input' || head.name === 'data');
}

/** The reference up to the first operand that is no constant. */
export function groundPrefix(ref: readonly Term[]): Term[] {
  const end = ref.findIndex((term, i) => i > 0 && term.kind !== 'scalar');
  return end === -1 ? [...ref] : ref.slice(0, end);
}
