import { nodeAt } from '../compile/tree.ts';
import type { Expr, Term, With } from '../syntax/ast.ts';
import { RegoError } from '../syntax/error.ts';
import { refText } from '../syntax/print.ts';
import { entriesOf, getKey } from '../values/access.ts';
import { RegoObject } from '../values/object.ts';
import { isObject, type Value } from '../values/value.ts';
import { functionOf } from './calls.ts';
import type { Evaluation, Mock, Overrides } from './evaluation.ts';
import type { Program } from './program.ts';
import type { Builder, Frame, Read, Scope } from './step.ts';
import { compileRead } from './terms.ts';

/** What `with` replaces of an evaluation. */
interface Replaced {
  readonly input: Value | undefined;
  readonly data: Value;
  readonly mocks: ReadonlyMap<string, Mock> | undefined;
  readonly overrides: Overrides | undefined;
  readonly memo: Evaluation['memo'];
  readonly calls: Evaluation['calls'];
  readonly joins: Evaluation['joins'];
}

type Change = (
  evaluation: Evaluation,
  frame: Frame,
  state: { -readonly [K in keyof Replaced]: Replaced[K] },
) => boolean;

/** Compiles an expression with modifiers. They hold for the expression alone, not for what comes after it. */
export function compileWith(
  expr: Expr,
  scope: Scope,
  program: Program,
  compile: (expr: Expr, scope: Scope, program: Program) => Builder,
): Builder {
  const changes = expr.with.map((modifier) => compileChange(modifier, scope, program));
  const inner = compile(expr, scope, program);
  const before = scope.temporary();
  const during = scope.temporary();
  return (next) => {
    // The states lie in the frame: what comes next runs in the old one, going back for more in the new one.
    const step = inner((evaluation, frame) => {
      install(evaluation, stateIn(frame, before));
      const stop = next(evaluation, frame);
      install(evaluation, stateIn(frame, during));
      return stop;
    });
    return (evaluation, frame) => {
      const old = current(evaluation);
      const state = { ...old, memo: [], calls: [], joins: new Map() };
      for (const change of changes) if (!change(evaluation, frame, state)) return false;
      (frame as unknown[])[before] = old;
      (frame as unknown[])[during] = state;
      install(evaluation, state);
      try {
        return step(evaluation, frame);
      } finally {
        install(evaluation, old);
      }
    };
  };
}

function stateIn(frame: Frame, slot: number): Replaced {
  return (frame as unknown[])[slot] as Replaced;
}

function current({ input, data, mocks, overrides, memo, calls, joins }: Evaluation): Replaced {
  return { input, data, mocks, overrides, memo, calls, joins };
}

function install(evaluation: Evaluation, state: Replaced): void {
  evaluation.input = state.input;
  evaluation.data = state.data;
  evaluation.mocks = state.mocks;
  evaluation.overrides = state.overrides;
  evaluation.memo = state.memo;
  evaluation.calls = state.calls;
  evaluation.joins = state.joins;
}

function compileChange(modifier: With, scope: Scope, program: Program): Change {
  const { target } = modifier;
  if (target.kind !== 'ref')
    throw new RegoError('eval_internal_error', 'with target left by the compiler', modifier.loc);
  const [head, ...operands] = target.terms;
  const root = head?.kind === 'var' ? head.name : '';
  const node = root === 'data' ? nodeAt(program.tree, target.terms) : undefined;
  const isFunction = node?.rules.some((rule) => rule.head.args !== undefined) === true;
  if (isFunction || (root !== 'data' && root !== 'input'))
    return replaceFunction(target.terms, modifier.value, scope, program);
  const path = operands.map((operand) => compileRead(operand, scope, program));
  const value = compileRead(modifier.value, scope, program);
  return root === 'input' ? replaceInput(path, value) : replaceData(path, value);
}

function readPath(evaluation: Evaluation, frame: Frame, path: readonly Read[]): Value[] | undefined {
  const keys: Value[] = [];
  for (const read of path) {
    const key = read(evaluation, frame);
    if (key === undefined) return undefined;
    keys.push(key);
  }
  return keys;
}

function replaceInput(path: readonly Read[], value: Read): Change {
  return (evaluation, frame, state) => {
    const keys = readPath(evaluation, frame, path);
    const found = value(evaluation, frame);
    if (keys === undefined || found === undefined) return false;
    state.input = put(state.input, keys, found);
    return true;
  };
}

function replaceData(path: readonly Read[], value: Read): Change {
  return (evaluation, frame, state) => {
    const keys = readPath(evaluation, frame, path);
    const found = value(evaluation, frame);
    if (keys === undefined || found === undefined) return false;
    state.data = put(state.data, keys, found);
    state.overrides = [...(state.overrides ?? []), keys];
    return true;
  };
}

function replaceFunction(target: readonly Term[], value: Term, scope: Scope, program: Program): Change {
  const name = refText(target);
  const replacement = functionOf(value, program);
  if (replacement !== undefined) {
    return (_, __, state) => {
      state.mocks = new Map([...(state.mocks ?? []), [name, { call: replacement.call }]]);
      return true;
    };
  }
  const read = compileRead(value, scope, program);
  return (evaluation, frame, state) => {
    const found = read(evaluation, frame);
    if (found === undefined) return false;
    state.mocks = new Map([...(state.mocks ?? []), [name, { value: found }]]);
    return true;
  };
}

/** The document with a value put at a path; objects on the way are made. */
function put(document: Value | undefined, path: readonly Value[], value: Value): Value {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const copy = new RegoObject();
  // What is no object makes way for one.
  const object = isObject(document) ? document : undefined;
  if (object !== undefined) for (const [name, inner] of entriesOf(object)) copy.set(name, inner);
  copy.set(key, put(object === undefined ? undefined : getKey(object, key), rest, value));
  return copy;
}
