import { isEquation } from '../compile/state.ts';
import type { Expr } from '../syntax/ast.ts';
import { keysOf, lookup } from '../values/access.ts';
import { RegoSet } from '../values/set.ts';
import { isObject, type Value } from '../values/value.ts';
import { compileBody } from './bodies.ts';
import { compileCall } from './calls.ts';
import type { Evaluation } from './evaluation.ts';
import { compileMatch, compileUnify } from './patterns.ts';
import type { Program } from './program.ts';
import { iterateRef } from './refs.ts';
import type { Builder, Frame, Scope, Step } from './step.ts';
import { compileRead, isBound } from './terms.ts';
import { compileWith } from './withs.ts';

const found: Step = () => true;

/** Compiles one expression of a body. */
export function compileExpr(expr: Expr, scope: Scope, program: Program): Builder {
  const builder = expr.with.length > 0 ? compileWith(expr, scope, program, plainExpr) : plainExpr(expr, scope, program);
  if (!program.observed || expr.loc.file === '') return builder;
  const { loc } = expr;
  return (next) => {
    const step = builder(next);
    return (evaluation, frame) => {
      evaluation.options.coverage?.add(loc);
      evaluation.options.trace?.({ op: 'Eval', location: loc });
      return step(evaluation, frame);
    };
  };
}

/** The expression without its `with`. */
function plainExpr(expr: Expr, scope: Scope, program: Program): Builder {
  if (!expr.negated) return positive(expr, scope, program);
  const test = positive(expr, scope.inner(), program)(found);
  return (next) => (evaluation, frame) => (test(evaluation, frame) ? false : next(evaluation, frame));
}

function positive(expr: Expr, scope: Scope, program: Program): Builder {
  const { body } = expr;
  switch (body.kind) {
    case 'term': {
      const { term } = body;
      if (isBound(term, scope)) {
        const read = compileRead(term, scope, program);
        return (next) => (evaluation, frame) => {
          const value = read(evaluation, frame);
          return value !== undefined && value !== false ? next(evaluation, frame) : false;
        };
      }
      if (term.kind !== 'ref') return () => () => false;
      const slot = scope.temporary();
      const each = iterateRef(term, scope, program, slot);
      return (next) => each((evaluation, frame) => (frame[slot] === false ? false : next(evaluation, frame)));
    }
    case 'call': {
      const [a, b] = body.args;
      if (isEquation(expr) && a !== undefined && b !== undefined) return compileUnify(a, b, scope, program);
      return compileCall(expr, body.operator, body.args, scope, program);
    }
    case 'every':
      return compileEvery(body, scope, program);
    case 'not': {
      const test = compileBody(body.body, scope.inner(), program)(found);
      return (next) => (evaluation, frame) => (test(evaluation, frame) ? false : next(evaluation, frame));
    }
    case 'and':
    case 'or': {
      const lhs = compileBody(body.lhs, scope.inner(), program)(found);
      const rhs = compileBody(body.rhs, scope.inner(), program)(found);
      if (body.kind === 'and') {
        return (next) => (evaluation, frame) =>
          lhs(evaluation, frame) && rhs(evaluation, frame) ? next(evaluation, frame) : false;
      }
      return (next) => (evaluation, frame) =>
        lhs(evaluation, frame) || rhs(evaluation, frame) ? next(evaluation, frame) : false;
    }
    default:
      return (next) => next;
  }
}

function compileEvery(every: Extract<Expr['body'], { kind: 'every' }>, scope: Scope, program: Program): Builder {
  const domain = compileRead(every.domain, scope, program);
  const inner = scope.inner();
  const key = inner.temporary();
  const value = inner.temporary();
  const builders: Builder[] = [];
  if (every.key !== undefined) builders.push(compileMatch(every.key, (_, frame) => frame[key], inner, program));
  builders.push(compileMatch(every.value, (_, frame) => frame[value], inner, program));
  builders.push(compileBody(every.body, inner, program));
  const test = builders.reduceRight<Step>((next, builder) => builder(next), found);
  return (next) => (evaluation, frame) =>
    holdsForAll(evaluation, frame, domain(evaluation, frame), key, value, test) ? next(evaluation, frame) : false;
}

function holdsForAll(
  evaluation: Evaluation,
  frame: Frame,
  domain: Value | undefined,
  key: number,
  value: number,
  test: Step,
): boolean {
  const holds = (k: Value, v: Value | undefined): boolean => {
    evaluation.tick();
    frame[key] = k;
    frame[value] = v;
    return test(evaluation, frame);
  };
  if (Array.isArray(domain)) return (domain as readonly Value[]).every((item, i) => holds(i, item));
  if (domain instanceof RegoSet) return domain.sorted.every((item) => holds(item, item));
  return isObject(domain) && keysOf(domain).every((k) => holds(k, lookup(domain, k)));
}
