import type { Expr, Module, Rule, Term } from '../syntax/ast.ts';
import { RegoError } from '../syntax/error.ts';
import { termText } from '../syntax/print.ts';
import { isMultiValue } from '../syntax/v1-checks.ts';
import { walkBody, walkExpr, walkTerm } from '../syntax/walk.ts';
import { either, isUnknown, keysOfType, type Maybe, objectType, unifies, valuesOfType } from '../types/relations.ts';
import { anyType, argumentsText, type FunctionType, typeText } from '../types/type.ts';
import { type Dependents, fullPath } from './dependents.ts';
import type { Graph } from './recursion.ts';
import { RefChecker } from './ref-check.ts';
import { type CompileState, groundPrefix, isEquation, operatorName } from './state.ts';
import { TypeEnv } from './type-env.ts';
import { unifyTerm, unifyTerms } from './type-unify.ts';

/** An error of types, and whether it comes of a type that is not known. */
interface Problem {
  readonly error: RegoError;
  readonly unknown: boolean;
}

/** Finds the types of all rules, those they need first, and reports what cannot be. Gives the types found. */
export function checkTypes(state: CompileState, graph: Graph, dependents: Dependents): TypeEnv {
  const checker = new TypeChecker(state, dependents);
  const modules = new Map<Rule, Module>();
  state.eachRule((rule, module) => modules.set(rule, module));
  for (const rule of inOrder(graph)) {
    const module = modules.get(rule);
    if (module !== undefined) checker.rule(rule, module);
  }
  checker.errors.sort((a, b) => a.row - b.row || a.column - b.column);
  state.add(...checker.errors);
  return checker.env;
}

/** Checks the body of a query against the types of rules. */
export function checkQueryTypes(
  state: CompileState,
  { types: rules, dependents }: { readonly types: TypeEnv; readonly dependents: Dependents },
  body: readonly Expr[],
): void {
  const checker = new TypeChecker(state, dependents, rules);
  const { errors } = checker.body(rules, body);
  state.add(...errors);
}

/** Rules with what they need in front of them. */
function inOrder(graph: Graph): Rule[] {
  const order: Rule[] = [];
  const state = new Map<Rule, 'open' | 'done'>();
  for (const start of graph.keys()) {
    const stack: Rule[] = [start];
    for (let rule = stack.at(-1); rule !== undefined; rule = stack.at(-1)) {
      if (state.get(rule) === undefined) {
        state.set(rule, 'open');
        for (const needed of graph.get(rule)?.keys() ?? []) if (state.get(needed) === undefined) stack.push(needed);
        continue;
      }
      stack.pop();
      if (state.get(rule) === 'open') {
        state.set(rule, 'done');
        order.push(rule);
      }
    }
  }
  return order;
}

class TypeChecker {
  readonly errors: RegoError[] = [];
  readonly env: TypeEnv;
  readonly #state: CompileState;
  readonly #dependents: Dependents;

  constructor(state: CompileState, dependents: Dependents, env?: TypeEnv) {
    this.#state = state;
    this.#dependents = dependents;
    this.env = env ?? new TypeEnv(state.builtins, (scope, term) => this.#comprehension(scope, term)).wrap();
  }

  #comprehension(scope: TypeEnv, term: Extract<Term, { kind: 'comprehension' }>): Maybe {
    const { env, errors } = this.body(scope, term.body);
    if (errors.length > 0) return undefined;
    const value = env.typeOf(term.term);
    if (term.of === 'array') return { kind: 'array', items: [], rest: value };
    if (term.of === 'set') return { kind: 'set', of: value };
    return objectType([], { key: term.key === undefined ? undefined : env.typeOf(term.key), value });
  }

  rule(rule: Rule, module: Module): void {
    const path = fullPath(rule, module);
    const { env, errors } = this.body(this.env.wrap(), rule.body);
    if (errors.length > 0) {
      this.errors.push(...errors);
      this.env.tree.put(path, anyType);
      return;
    }
    const type = this.#typeOfRule(rule, env);
    if (type !== undefined) this.env.tree.insert(groundPrefix(path), type, this.env);
  }

  #typeOfRule(rule: Rule, env: TypeEnv): Maybe {
    const { head } = rule;
    if (head.args !== undefined) {
      const types = head.args.map((arg) => {
        walkTerm(arg, {
          term: (term) => {
            if (term.kind === 'var' && env.typeOf(term) === undefined) env.setVar(term, anyType);
            return true;
          },
        });
        return { name: undefined, type: env.typeOf(arg) };
      });
      const result = head.value === undefined ? undefined : env.typeOf(head.value);
      return { kind: 'function', args: types, variadic: undefined, result };
    }
    let type: Maybe;
    if (isMultiValue(rule)) {
      const of = head.key === undefined ? undefined : env.typeOf(head.key);
      type = of === undefined ? undefined : { kind: 'set', of };
    } else type = head.value === undefined ? undefined : env.typeOf(head.value);
    const operands = head.ref.slice(groundPrefix(head.ref).length);
    for (const operand of [...operands].reverse()) {
      const key = env.typeOf(operand);
      if (type === undefined || key === undefined) return undefined;
      type = objectType([], { key, value: type });
    }
    return type;
  }

  /** Checks a body; gives the scope with the types of its variables. */
  body(outer: TypeEnv, body: readonly Expr[]): { env: TypeEnv; errors: RegoError[] } {
    const env = outer.wrap();
    const errors: RegoError[] = [];
    const visit = (expr: Expr): boolean => {
      const scope = this.#withScope(env, expr);
      const closures = this.#closures(scope, expr);
      const refs = new RefChecker(scope, this.#state).expr(expr);
      errors.push(...closures, ...refs);
      const problem = this.#expr(scope, expr);
      const explained = closures.length + refs.length > 0;
      if (problem !== undefined && !(explained && problem.unknown)) errors.push(problem.error);
      return false;
    };
    walkBody(body, { expr: visit, term: () => false });
    return { env, errors };
  }

  #closures(env: TypeEnv, expr: Expr): RegoError[] {
    const errors: RegoError[] = [];
    const visitTerm = (term: Term): boolean => {
      if (term.kind === 'comprehension') errors.push(...this.body(env, term.body).errors);
      return term.kind !== 'comprehension';
    };
    const { body } = expr;
    if (body.kind === 'not' || body.kind === 'and' || body.kind === 'or') {
      return this.#nested(env, expr);
    }
    // As OPA: in the body of `every` references and comprehensions are looked at, expressions are not.
    walkExpr(expr, { term: visitTerm });
    return errors;
  }

  /** Bodies of `not`, `and`, `or`: checked in the scope they stand in. */
  #nested(env: TypeEnv, { body }: Expr): RegoError[] {
    if (body.kind === 'not') return this.body(env, body.body).errors;
    if (body.kind === 'and' || body.kind === 'or') {
      return [...this.body(env, body.lhs).errors, ...this.body(env, body.rhs).errors];
    }
    return [];
  }

  /** What `with` replaces can be of both types, and every rule that may depend on it of any. */
  #withScope(env: TypeEnv, expr: Expr): TypeEnv {
    let scope = env;
    const replaced: (readonly [readonly Term[], Maybe])[] = [];
    for (const { target, value } of expr.with) {
      const ref = target.kind === 'ref' ? target.terms : [target];
      const type = env.typeOf(target);
      const isFunction = type?.kind === 'function';
      const prefix = groundPrefix(ref);
      const paths = this.#dependents(ref).filter((path) => !isFunction || !isSamePath(path, ref));
      if (paths.length > 0) scope = scope.wrapDocuments();
      for (const path of paths) scope.tree.put(path, anyType);
      if (isFunction) continue;
      const given = prefix.length === ref.length && type !== undefined ? env.typeOf(value) : undefined;
      replaced.push([prefix, (given === undefined ? undefined : either(type, given)) ?? anyType]);
    }
    if (replaced.length === 0) return scope;
    scope = scope.wrapDocuments();
    for (const [path, type] of replaced) scope.tree.put(path, type);
    return scope;
  }

  #expr(env: TypeEnv, expr: Expr): Problem | undefined {
    for (const { target, value, loc } of expr.with) {
      const [wanted, given] = [env.typeOf(target), env.typeOf(value)];
      if (wanted?.kind === 'function' && given?.kind === 'function' && !unifies(wanted, given)) {
        const details = [`have: ${argumentsText(given)}`, `want: ${argumentsText(wanted)}`];
        return { error: this.#error(`${termText(target)}: arity mismatch`, loc, details), unknown: false };
      }
    }
    if (expr.body.kind !== 'call') return undefined;
    const { args, operator } = expr.body;
    const [a, b] = args;
    if (isEquation(expr) && a !== undefined && b !== undefined) {
      const [left, right] = [env.typeOf(a), env.typeOf(b)];
      return unifyTerms(env, a, b) ? undefined : this.#mismatch(expr, left, right);
    }
    const name = operatorName(expr);
    if (name === 'internal.member_2' || name === 'internal.member_3') {
      const problem = this.#member(env, expr, args, name === 'internal.member_3' ? 3 : 2);
      if (problem !== undefined) return problem;
    }
    const type = operator.kind === 'ref' ? env.typeOfRef(operator.terms) : undefined;
    return type?.kind === 'function' ? this.#call(env, expr, name, type, args) : undefined;
  }

  #member(env: TypeEnv, expr: Expr, args: readonly Term[], arity: number): Problem | undefined {
    const collection = args[arity - 1];
    const value = args[arity - 2];
    if (collection === undefined || value === undefined) return undefined;
    const type = env.typeOf(collection);
    const values = valuesOfType(type);
    if (values === undefined) return undefined;
    const pairs: (readonly [Term, Maybe])[] = [[value, values]];
    if (arity === 3 && args[0] !== undefined) pairs.unshift([args[0], keysOfType(type)]);
    for (const [term, wanted] of pairs) {
      if (isUnknown(wanted)) continue;
      const have = env.typeOf(term);
      if ((!isUnknown(have) && !unifies(have, wanted)) || !unifyTerm(env, term, wanted)) {
        return this.#mismatch(expr, have, wanted);
      }
    }
    return undefined;
  }

  #call(env: TypeEnv, expr: Expr, name: string, type: FunctionType, args: readonly Term[]): Problem | undefined {
    const wanted = [...type.args];
    if (type.result !== undefined) wanted.push({ name: type.resultName, type: type.result });
    const before = args.map((arg) => env.typeOf(arg));
    const fail = (have: readonly Maybe[]): Problem => {
      const want = argumentsText({ ...type, args: wanted });
      const details = [`have: (${have.map(typeText).join(', ')})`, `want: ${want}`];
      const error = this.#error(`${name}: invalid argument(s)`, expr.loc, details);
      return { error, unknown: have.some(isUnknown) };
    };
    for (const [i, arg] of args.entries()) {
      const want = i < wanted.length ? wanted[i]?.type : type.variadic;
      const have = before[i];
      if (have !== undefined && !isUnknown(have) && !unifies(have, want)) return fail(before);
      if (!unifyTerm(env, arg, want)) return fail(args.map((other) => env.typeOf(other)));
    }
    return undefined;
  }

  #mismatch(expr: Expr, left: Maybe, right: Maybe): Problem {
    const details = [`left  : ${typeText(left)}`, `right : ${typeText(right)}`];
    return {
      error: this.#error('match error', expr.loc, details),
      unknown: isUnknown(left) || isUnknown(right),
    };
  }

  #error(message: string, loc: Expr['loc'], details: readonly string[]): RegoError {
    return new RegoError('rego_type_error', message, loc, details);
  }
}

function isSamePath(a: readonly Term[], b: readonly Term[]): boolean {
  return a.length === b.length && a.every((term, at) => termText(term) === termText(b[at] ?? term));
}
