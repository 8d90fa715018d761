import { type Builtin, BuiltinError } from '../builtins/builtin.ts';
import { nodeAt } from '../compile/tree.ts';
import type { Expr, Term } from '../syntax/ast.ts';
import { RegoError } from '../syntax/error.ts';
import type { Location } from '../syntax/location.ts';
import { refText } from '../syntax/print.ts';
import type { Value } from '../values/value.ts';
import type { Evaluation } from './evaluation.ts';
import { compileMatch } from './patterns.ts';
import type { Program } from './program.ts';
import type { Builder, Read, Scope } from './step.ts';
import { compileRead } from './terms.ts';

/** Gives the result of a function. */
export type Call = (evaluation: Evaluation, args: readonly Value[]) => Value | undefined;

/** The function a reference names, or `undefined` when it names none. */
export function functionOf(
  operator: Term,
  program: Program,
): { call: Call; arity: number; builtin?: Builtin } | undefined {
  if (operator.kind !== 'ref') return undefined;
  const group = nodeAt(program.tree, operator.terms);
  const rules = group === undefined ? undefined : program.group(group);
  if (rules?.arity !== undefined) return { call: (e, args) => rules.call(e, args), arity: rules.arity };
  const name = refText(operator.terms);
  const declaration = program.declarations.get(name);
  if (declaration === undefined) return undefined;
  const builtin = program.builtins.get(name);
  if (builtin === undefined) {
    const call: Call = () => {
      throw new RegoError('eval_internal_error', `unsupported built-in: ${name}`, operator.loc);
    };
    return { call, arity: declaration.arity };
  }
  return { call: callBuiltin(builtin, name, operator.loc), arity: declaration.arity, builtin };
}

function callBuiltin(builtin: Builtin, name: string, location: Location): Call {
  return (evaluation, args) => {
    evaluation.location = location;
    try {
      return builtin.call(args, evaluation);
    } catch (error) {
      return failed(evaluation, error, name, location);
    }
  };
}

/** An error of a built-in is undefined, unless the evaluation is strict. */
function failed(evaluation: Evaluation, error: unknown, name: string, location: Location): undefined {
  if (!(error instanceof BuiltinError)) throw error;
  if (!evaluation.strict) return undefined;
  const code = error.kind === 'type' ? 'eval_type_error' : 'eval_builtin_error';
  throw new RegoError(code, `${name}: ${error.message}`, location);
}

/** Compiles a call: its result is compared with the output argument when there is one, else it must not be false. */
export function compileCall(
  expr: Expr,
  operator: Term,
  args: readonly Term[],
  scope: Scope,
  program: Program,
): Builder {
  const found = functionOf(operator, program);
  if (found === undefined || operator.kind !== 'ref') {
    throw new RegoError('eval_internal_error', `undefined function ${operator.kind}`, expr.loc);
  }
  const name = refText(operator.terms);
  const arity = found.arity < 0 ? args.length : found.arity;
  const inputs = args.slice(0, arity).map((arg) => compileRead(arg, scope, program));
  const output = args[arity];
  if (found.builtin?.each !== undefined)
    return callRelation(found.builtin, name, expr.loc, inputs, output, scope, program);
  const located: Call = found.builtin === undefined ? found.call : callBuiltin(found.builtin, name, expr.loc);
  const result = readCall(name, located, inputs);
  if (output === undefined) {
    const isVoid = program.declarations.get(name)?.type.result === undefined && found.builtin !== undefined;
    return (next) => (evaluation, frame) => {
      const value = result(evaluation, frame);
      if (isVoid) return next(evaluation, frame);
      return value !== undefined && value !== false ? next(evaluation, frame) : false;
    };
  }
  return compileMatch(output, result, scope, program);
}

function readCall(name: string, call: Call, inputs: readonly Read[]): Read {
  return (evaluation, frame) => {
    const values: Value[] = [];
    for (const input of inputs) {
      const value = input(evaluation, frame);
      if (value === undefined) return undefined;
      values.push(value);
    }
    evaluation.tick();
    const mock = evaluation.mocks?.get(name);
    if (mock === undefined) return call(evaluation, values);
    if ('value' in mock) return mock.value;
    // Inside the replacement the function is itself again.
    const { mocks } = evaluation;
    evaluation.mocks = undefined;
    try {
      return mock.call(evaluation, values);
    } finally {
      evaluation.mocks = mocks;
    }
  };
}

function callRelation(
  builtin: Builtin,
  name: string,
  location: Location,
  inputs: readonly Read[],
  output: Term | undefined,
  scope: Scope,
  program: Program,
): Builder {
  const slot = scope.temporary();
  const match: Builder =
    output === undefined ? (next) => next : compileMatch(output, (_, frame) => frame[slot], scope, program);
  return (next) => {
    const step = match(next);
    return (evaluation, frame) => {
      const values: Value[] = [];
      for (const input of inputs) {
        const value = input(evaluation, frame);
        if (value === undefined) return false;
        values.push(value);
      }
      evaluation.location = location;
      let results: Iterator<Value> | undefined;
      try {
        results = builtin.each?.(values, evaluation)[Symbol.iterator]();
      } catch (error) {
        failed(evaluation, error, name, location);
      }
      for (let item = results?.next(); item !== undefined && item.done !== true; item = results?.next()) {
        evaluation.tick();
        frame[slot] = item.value;
        if (step(evaluation, frame)) return true;
      }
      return false;
    };
  };
}
