import { missingBuiltins } from '../builtins/missing.ts';
import type { Expr, Rule, Term, With } from '../syntax/ast.ts';
import { RegoError } from '../syntax/error.ts';
import { refText, termText } from '../syntax/print.ts';
import { walkBody, walkTerm } from '../syntax/walk.ts';
import { argumentsText } from '../types/type.ts';
import { requiresEval } from './expand.ts';
import { type CompileState, equation, isEquation, operatorName, varTerm } from './state.ts';
import { nodeAt, operandValue, type TreeNode } from './tree.ts';

/** Built-ins no policy may reach: they leave the process. */
export const forbidden: ReadonlySet<string> = new Set(['http.send', 'net.lookup_ip_addr', 'opa.runtime']);

/** The number of arguments of a function, -1 when there is no such function. */
export function arityOf(state: CompileState, root: TreeNode, operator: Term): number {
  if (operator.kind !== 'ref') return -1;
  const name = refText(operator.terms);
  const builtin = state.builtins.get(name);
  if (builtin !== undefined) return Math.max(builtin.arity, builtin.arity === -1 ? 0 : -1);
  const args = nodeAt(root, operator.terms)?.rules[0]?.head.args;
  return args === undefined ? -1 : args.length;
}

/** Calls of functions that are not there, or with another number of arguments. */
export function checkCalls(state: CompileState, root: TreeNode, body: readonly Expr[]): void {
  walkBody(body, {
    expr: (expr) => {
      if (expr.body.kind !== 'call') return true;
      const { operator, args } = expr.body;
      const arity = arityOf(state, root, operator);
      const name = operator.kind === 'ref' ? refText(renamed(state, operator.terms)) : termText(operator);
      if (arity < 0) {
        state.error('rego_type_error', `undefined function ${name}`, expr.loc);
        return false;
      }
      const wrong =
        expr.generated === true
          ? !isEquation(expr) && args.length !== arity + 1
          : args.length !== arity && args.length !== arity + 1;
      const variadic = state.builtins.get(name)?.arity === -1;
      if (!wrong || variadic) return true;
      const given = expr.generated === true ? args.length - 1 : args.length;
      const builtin = state.builtins.get(name);
      if (builtin === undefined) {
        const message = `function ${name} has arity ${arity}, got ${given} argument${given === 1 ? '' : 's'}`;
        state.error('rego_type_error', message, expr.loc);
      } else {
        const details = [`have: (${args.map(() => '???').join(', ')})`, `want: ${argumentsText(builtin.type)}`];
        state.add(new RegoError('rego_type_error', `${name}: arity mismatch`, expr.loc, details));
      }
      return false;
    },
  });
}

function renamed(state: CompileState, terms: readonly Term[]): Term[] {
  return terms.map((term) => (term.kind === 'var' ? { ...term, name: state.nameOf(term.name) } : term));
}

/** Calls of built-ins that leave the process, refused before anything runs. */
export function checkForbidden(state: CompileState, body: readonly Expr[]): void {
  walkBody(body, {
    expr: (expr) => {
      const name = operatorName(expr);
      if (forbidden.has(name)) {
        const message = `unsafe built-in function calls in expression: ${name}`;
        state.addRecoverable(new RegoError('rego_type_error', message, expr.loc));
      } else if (missingBuiltins.has(name)) {
        state.addRecoverable(new RegoError('rego_type_error', `built-in function is not supported: ${name}`, expr.loc));
      }
      return true;
    },
  });
}

/** Checks the targets of `with` and moves values that need evaluation in front. */
export function moveWithValues(state: CompileState, root: TreeNode, body: readonly Expr[]): Expr[] {
  const result: Expr[] = [];
  for (const expr of body) {
    inClosures(expr, (inner) => moveWithValues(state, root, inner));
    const extra: Expr[] = [];
    for (const modifier of expr.with) {
      const moves = checkWith(state, root, modifier);
      if (moves === undefined) continue;
      if (!moves) continue;
      const { loc } = modifier.value;
      const output = varTerm(state.local(), loc);
      extra.push(equation(output, modifier.value, loc));
      modifier.value = output;
    }
    result.push(...extra, expr);
  }
  return result;
}

/** Replaces the bodies inside an expression. */
export function inClosures(expr: Expr, change: (body: Expr[]) => Expr[]): void {
  const term = (at: Term): boolean => {
    if (at.kind !== 'comprehension') return true;
    at.body = change(at.body);
    return false;
  };
  const { body } = expr;
  switch (body.kind) {
    case 'every':
      walkTerm(body.domain, { term });
      body.body = change(body.body);
      break;
    case 'not':
      body.body = change(body.body);
      break;
    case 'and':
    case 'or':
      body.lhs = change(body.lhs);
      body.rhs = change(body.rhs);
      break;
    case 'term':
      walkTerm(body.term, { term });
      break;
    case 'call':
      for (const arg of body.args) walkTerm(arg, { term });
      break;
    default:
  }
  for (const modifier of expr.with) walkTerm(modifier.value, { term });
}

/** Whether the value of a `with` must be evaluated first; `undefined` after an error. */
function checkWith(state: CompileState, root: TreeNode, modifier: With): boolean | undefined {
  const { target, value } = modifier;
  if (value.kind === 'var' && state.builtins.has(value.name)) {
    modifier.value = { kind: 'ref', terms: [value], loc: value.loc };
  }
  const head = target.kind === 'ref' ? target.terms[0] : undefined;
  const headName = head?.kind === 'var' ? head.name : '';
  const name = termText(target);
  if (target.kind === 'ref' && headName === 'data') return checkDataTarget(state, root, target.terms, modifier);
  if (headName === 'input') return requiresEval(modifier.value);
  if (forbidden.has(name)) return fail(state, target, `target must not be unsafe: "${name}"`);
  const builtin = state.builtins.get(name);
  if (builtin === undefined) {
    const message = 'with keyword target must reference existing input, data, or a function';
    state.error('rego_type_error', message, target.loc);
    return undefined;
  }
  if (target.kind === 'var') modifier.target = { kind: 'ref', terms: [target], loc: target.loc };
  if (['eq', 'rego.metadata.chain', 'rego.metadata.rule'].includes(name)) {
    return fail(state, target, `replacement of "${name}" invalid`);
  }
  if (name.startsWith('internal.')) return fail(state, target, `replacement of internal function "${name}" invalid`);
  if (builtin.relation) return fail(state, target, 'target must not be a relation');
  if (builtin.type.result === undefined) return fail(state, target, 'target must not be a void function');
  const isFunction = isFunctionValue(state, root, modifier.value);
  if (isFunction === undefined) return undefined;
  return isFunction ? false : requiresEval(modifier.value);
}

function fail(state: CompileState, target: Term, message: string): undefined {
  state.error('rego_compile_error', `with keyword replacing built-in function: ${message}`, target.loc);
  return undefined;
}

function isFunctionValue(state: CompileState, root: TreeNode, value: Term): boolean | undefined {
  if (value.kind === 'ref' && nodeAt(root, value.terms) !== undefined) return true;
  const name = termText(value);
  if ((value.kind === 'ref' || value.kind === 'var') && forbidden.has(name)) {
    return fail(state, value, `target must not be unsafe: "${name}"`);
  }
  return (value.kind === 'ref' || value.kind === 'var') && state.builtins.has(name);
}

function checkDataTarget(
  state: CompileState,
  root: TreeNode,
  ref: readonly Term[],
  modifier: With,
): boolean | undefined {
  let node: TreeNode | undefined = root;
  for (const term of ref.slice(1, -1)) {
    const key = operandValue(term);
    const child: TreeNode | undefined = key === undefined ? undefined : node?.child(key);
    if (child === undefined) {
      node = undefined;
      break;
    }
    if (child.rules.length > 0) {
      const message = 'with keyword cannot partially replace virtual document(s)';
      state.error('rego_compile_error', message, modifier.target.loc);
      return undefined;
    }
    node = child;
  }
  const last = ref.at(-1);
  const key = last === undefined || ref.length === 1 ? undefined : operandValue(last);
  const target = key === undefined ? undefined : node?.child(key);
  if (target?.rules.some(isFunction) === true) {
    const known = isFunctionValue(state, root, modifier.value);
    if (known === undefined) return undefined;
    if (known) return false;
  }
  if (modifier.value.kind === 'ref') {
    const source = nodeAt(root, modifier.value.terms);
    if (source?.rules.some(isFunction) === true) return false;
  }
  return requiresEval(modifier.value);
}

function isFunction(rule: Rule): boolean {
  return rule.head.args !== undefined;
}
