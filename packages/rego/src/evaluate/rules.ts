import { groundPrefix } from '../compile/state.ts';
import type { TreeNode } from '../compile/tree.ts';
import type { Rule, Term } from '../syntax/ast.ts';
import { RegoError } from '../syntax/error.ts';
import { refText } from '../syntax/print.ts';
import { isMultiValue } from '../syntax/v1-checks.ts';
import { equalValues } from '../values/compare.ts';
import { RegoSet } from '../values/set.ts';
import type { Value } from '../values/value.ts';
import { compileBody } from './bodies.ts';
import type { Evaluation } from './evaluation.ts';
import { Nested } from './nested.ts';
import { compileMatch } from './patterns.ts';
import type { Program } from './program.ts';
import { withoutUnreachedErrors } from './required-inputs.ts';
import { buildIndex, type RuleIndex } from './rule-index.ts';
import { type Builder, chain, type Frame, Scope, type Step } from './step.ts';
import { compileRead, constantOf } from './terms.ts';

/** How many results of one function are kept in one evaluation. */
const maxKeptCalls = 100_000;

/** A rule or an `else` branch made ready to run. */
interface Runnable {
  readonly rule: Rule;
  readonly size: number;
  readonly step: Step;
  readonly otherwise: Runnable | undefined;
}

/** All rules of one name. Closures are made when the name is first evaluated. */
export class RuleGroup {
  readonly id: number;
  /** The number of arguments when the rules make a function. */
  readonly arity: number | undefined;
  readonly #rules: readonly Rule[];
  readonly #program: Program;
  readonly #path: string;
  readonly #kind: 'complete' | 'function' | 'set' | 'object';
  #runnables: readonly Runnable[] | undefined;
  #index: RuleIndex<Runnable> | undefined;
  readonly #fallback: Rule | undefined;
  #default: Runnable | undefined;
  /** Whether every rule gives the same constant: the first success is then enough. */
  #constant = false;

  constructor(id: number, node: TreeNode, program: Program) {
    this.id = id;
    this.#program = program;
    this.#rules = node.rules.filter((rule) => !rule.default);
    const first = node.rules[0];
    this.arity = first?.head.args?.length;
    this.#path = pathText(first, program);
    // A v0 rule `f()` takes no argument: it can be called, and has a document like any other rule.
    if (this.arity !== undefined && this.arity > 0) this.#kind = 'function';
    else if (node.rules.some((rule) => groundPrefix(rule.head.ref).length < rule.head.ref.length))
      this.#kind = 'object';
    else this.#kind = first !== undefined && isMultiValue(first) ? 'set' : 'complete';
    this.#fallback = node.rules.find((rule) => rule.default);
  }

  /** The document the rules make; functions have none. */
  value(evaluation: Evaluation): Value | undefined {
    const known = evaluation.memo[this.id];
    if (known !== undefined) return known.value;
    // The box belongs to the memo of now: `with` may replace the memo while the rules run.
    const { memo } = evaluation;
    const value = this.#evaluate(evaluation);
    memo[this.id] = { value };
    return value;
  }

  #evaluate(evaluation: Evaluation): Value | undefined {
    switch (this.#kind) {
      case 'function':
        return undefined;
      case 'complete':
        return this.#complete(evaluation, undefined);
      case 'set': {
        const set = new RegoSet();
        for (const rule of this.#candidates(evaluation, undefined)) this.#run(evaluation, rule, set);
        return set;
      }
      default: {
        const nested = new Nested();
        for (const rule of this.#candidates(evaluation, undefined)) this.#run(evaluation, rule, nested);
        return nested.toValue();
      }
    }
  }

  /** Puts what the rules make into an object they share with others, at a path. Functions make nothing. */
  into(evaluation: Evaluation, nested: Nested, path: readonly Value[]): void {
    const first = this.#rules[0] ?? this.#fallback;
    if (this.#kind === 'function' || first === undefined) return;
    const conflict = (): RegoError => new RegoError('eval_conflict_error', 'object keys must be unique', first.loc);
    if (this.#kind === 'object') {
      const target = path.length === 0 ? nested : nested.below(path, conflict);
      for (const rule of this.#candidates(evaluation, undefined)) this.#run(evaluation, rule, target);
      return;
    }
    const value = this.value(evaluation);
    if (value === undefined) return;
    if (this.#kind === 'set' && value instanceof RegoSet) for (const item of value) nested.add(path, item, conflict);
    else nested.put(path, value, conflict);
  }

  /** The result of the function these rules make. */
  call(evaluation: Evaluation, args: readonly Value[]): Value | undefined {
    const key = callKey(evaluation, args);
    if (key === undefined) return this.#complete(evaluation, args);
    evaluation.calls[this.id] ??= new Map();
    const calls = evaluation.calls[this.id];
    const known = calls?.get(key);
    if (known !== undefined) return known.value;
    const value = this.#complete(evaluation, args);
    if (calls !== undefined && calls.size < maxKeptCalls) calls.set(key, { value });
    return value;
  }

  #complete(evaluation: Evaluation, args: readonly Value[] | undefined): Value | undefined {
    let result: Value | undefined;
    for (const runnable of this.#candidates(evaluation, args)) {
      const value = this.#first(evaluation, runnable, args);
      if (value === undefined) continue;
      if (result === undefined) result = value.value;
      else if (!equalValues(result, value.value)) throw this.#conflict(value.rule);
      if (this.#constant) break;
    }
    if (result !== undefined || this.#fallback === undefined) return result;
    this.#default ??= this.#compile(this.#fallback);
    return this.#first(evaluation, this.#default, args)?.value;
  }

  /** The value of a rule, or of the first `else` branch that has one. */
  #first(
    evaluation: Evaluation,
    runnable: Runnable,
    args: readonly Value[] | undefined,
  ): { value: Value; rule: Rule } | undefined {
    for (let at: Runnable | undefined = runnable; at !== undefined; at = at.otherwise) {
      const frame: Frame = new Array(at.size);
      if (args !== undefined) for (let i = 0; i < args.length; i++) frame[1 + i] = args[i];
      evaluation.tick();
      at.step(evaluation, frame);
      const value = frame[0];
      if (value !== undefined) return { value, rule: at.rule };
    }
    return undefined;
  }

  #run(evaluation: Evaluation, runnable: Runnable, collection: RegoSet | Nested): void {
    const frame: Frame = new Array(runnable.size);
    (frame as unknown[])[0] = collection;
    evaluation.tick();
    runnable.step(evaluation, frame);
  }

  #conflict(rule: Rule): RegoError {
    const message =
      this.arity === undefined
        ? `rule ${this.#path} produced conflicting values`
        : `function ${this.#path} produced conflicting values for the same inputs`;
    return new RegoError('eval_conflict_error', message, rule.loc);
  }

  /** The rules that can succeed, in order; closures are made when first asked for. */
  #candidates(evaluation: Evaluation, args: readonly Value[] | undefined): readonly Runnable[] {
    if (this.#runnables === undefined) {
      const runnables = this.#rules.map((rule) => this.#compile(rule));
      this.#runnables = runnables;
      this.#index = buildIndex(runnables);
      this.#constant = this.#sameConstant();
    }
    return this.#index === undefined ? this.#runnables : this.#index.candidates(evaluation, args);
  }

  #sameConstant(): boolean {
    let constant: Value | undefined;
    for (const first of this.#rules) {
      for (let rule: Rule | undefined = first; rule !== undefined; rule = rule.else) {
        const value = rule.head.value === undefined ? undefined : constantOf(rule.head.value);
        if (value === undefined) return false;
        if (constant !== undefined && !equalValues(constant, value)) return false;
        constant = value;
      }
    }
    return true;
  }

  #compile(rule: Rule): Runnable {
    const scope = new Scope();
    const result = scope.temporary();
    const builders: Builder[] = [];
    const args = rule.head.args ?? [];
    const slots = args.map(() => scope.temporary());
    args.forEach((arg, i) => {
      const slot = slots[i] ?? 0;
      builders.push(compileMatch(arg, (_, frame) => frame[slot], scope, this.#program));
    });
    builders.push(compileBody(rule.body, scope, this.#program));
    const step = withoutUnreachedErrors(rule, chain(builders)(this.#final(rule, scope, result)));
    return {
      rule,
      step: this.#program.observed ? observe(rule, step) : step,
      size: scope.size,
      otherwise: rule.else === undefined ? undefined : this.#compile(rule.else),
    };
  }

  #final(rule: Rule, scope: Scope, result: number): Step {
    const { head } = rule;
    if (this.#kind === 'set' && head.key !== undefined) {
      const key = compileRead(head.key, scope, this.#program);
      return (evaluation, frame) => {
        const value = key(evaluation, frame);
        if (value === undefined) return false;
        evaluation.reserve(96);
        (frame[result] as RegoSet).add(value);
        return false;
      };
    }
    if (this.#kind === 'object') return this.#nestedFinal(rule, scope, result);
    if (head.value === undefined) return () => false;
    const read = compileRead(head.value, scope, this.#program);
    const isConstant = constantOf(head.value) !== undefined;
    return (evaluation, frame) => {
      const value = read(evaluation, frame);
      if (value === undefined) return false;
      const known = frame[result];
      if (known === undefined) frame[result] = value;
      else if (!equalValues(known, value)) throw this.#conflict(rule);
      return isConstant;
    };
  }

  #nestedFinal(rule: Rule, scope: Scope, result: number): Step {
    const { head } = rule;
    const multi = isMultiValue(rule);
    const operands = head.ref.slice(groundPrefix(head.ref).length);
    const path = operands.map((operand) => compileRead(operand, scope, this.#program));
    const leaf: Term | undefined = multi ? head.key : head.value;
    if (leaf === undefined) return () => false;
    const read = compileRead(leaf, scope, this.#program);
    const conflict = (): RegoError => new RegoError('eval_conflict_error', 'object keys must be unique', rule.loc);
    return (evaluation, frame) => {
      const keys: Value[] = [];
      for (const operand of path) {
        const key = operand(evaluation, frame);
        if (key === undefined) return false;
        keys.push(key);
      }
      const value = read(evaluation, frame);
      if (value === undefined) return false;
      evaluation.reserve(192);
      const nested = frame[result] as unknown as Nested;
      if (multi) nested.add(keys, value, conflict);
      else nested.put(keys, value, conflict);
      return false;
    };
  }
}

function observe(rule: Rule, step: Step): Step {
  const { loc } = rule.head;
  return (evaluation, frame) => {
    evaluation.options.trace?.({ op: 'Enter', location: rule.loc });
    const stop = step(evaluation, frame);
    if (frame[0] !== undefined) {
      evaluation.options.coverage?.add(loc);
      evaluation.options.trace?.({ op: 'Exit', location: rule.loc });
    } else evaluation.options.trace?.({ op: 'Fail', location: rule.loc });
    return stop;
  };
}

function pathText(rule: Rule | undefined, program: Program): string {
  const module = rule === undefined ? undefined : program.moduleOf.get(rule);
  if (rule === undefined || module === undefined) return '';
  const operands = rule.head.ref.map(
    (term, i): Term => (i === 0 && term.kind === 'var' ? { kind: 'scalar', value: term.name, loc: term.loc } : term),
  );
  return refText([...module.package.path, ...operands]);
}

/** A key for arguments that are cheap to tell apart: scalars by value, others by identity. */
function callKey(evaluation: Evaluation, args: readonly Value[]): string | number | undefined {
  if (args.length === 1 && typeof args[0] === 'object' && args[0] !== null) return evaluation.identityOf(args[0]);
  let key = '';
  for (const arg of args) {
    if (typeof arg === 'string') key += `s${arg.length}:${arg}`;
    else if (typeof arg !== 'object' || arg === null) key += `${String(arg)};`;
    else {
      const identity = evaluation.identityOf(arg);
      if (identity === undefined) return undefined;
      key += `o${identity};`;
    }
  }
  return key;
}
