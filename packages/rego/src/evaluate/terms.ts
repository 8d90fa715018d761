import type { ComprehensionTerm, Term } from '../syntax/ast.ts';
import { RegoError } from '../syntax/error.ts';
import { equalValues } from '../values/compare.ts';
import { RegoObject } from '../values/object.ts';
import { RegoSet } from '../values/set.ts';
import type { Value } from '../values/value.ts';
import { compileBody } from './bodies.ts';
import type { Program } from './program.ts';
import { compileRef } from './refs.ts';
import type { Read, Scope } from './step.ts';

/** Whether all variables of a term are bound, closures aside. */
export function isBound(term: Term, scope: Scope): boolean {
  switch (term.kind) {
    case 'var':
      return scope.bound.has(term.name);
    case 'ref': {
      const [head, ...rest] = term.terms;
      return (
        (head?.kind !== 'var' || isRootName(head.name) || scope.bound.has(head.name)) &&
        rest.every((t) => isBound(t, scope))
      );
    }
    case 'array':
    case 'set':
      return term.items.every((item) => isBound(item, scope));
    case 'object':
      return term.entries.every(([key, value]) => isBound(key, scope) && isBound(value, scope));
    default:
      return true;
  }
}

export function isRootName(name: string): boolean {
  return name === 'input' || name === 'data';
}

/** The value of a term without variables, references and closures; `undefined` for others. */
export function constantOf(term: Term): Value | undefined {
  switch (term.kind) {
    case 'scalar':
      return term.value;
    case 'array': {
      const items = term.items.map(constantOf);
      return items.includes(undefined) ? undefined : (items as Value[]);
    }
    case 'set': {
      const items = term.items.map(constantOf);
      return items.includes(undefined) ? undefined : RegoSet.of(items as Value[]);
    }
    case 'object': {
      const object = new RegoObject();
      for (const [key, value] of term.entries) {
        const k = constantOf(key);
        const v = constantOf(value);
        if (k === undefined || v === undefined) return undefined;
        object.set(k, v);
      }
      return object;
    }
    default:
      return undefined;
  }
}

/** Compiles a term whose variables are bound. */
export function compileRead(term: Term, scope: Scope, program: Program): Read {
  const constant = constantOf(term);
  if (constant !== undefined) return () => constant;
  switch (term.kind) {
    case 'var': {
      const slot = scope.slot(term.name);
      return (_, frame) => frame[slot];
    }
    case 'ref':
      return compileRef(term, scope, program);
    case 'array':
      return readArray(term.items, scope, program);
    case 'set': {
      const items = term.items.map((item) => compileRead(item, scope, program));
      return (evaluation, frame) => {
        const set = new RegoSet();
        for (const item of items) {
          const value = item(evaluation, frame);
          if (value === undefined) return undefined;
          set.add(value);
        }
        return set;
      };
    }
    case 'object':
      return readObject(term.entries, scope, program);
    case 'comprehension':
      return readComprehension(term, scope, program);
    default:
      throw new RegoError('eval_internal_error', `a ${term.kind} was left by the compiler`, term.loc);
  }
}

function readArray(terms: readonly Term[], scope: Scope, program: Program): Read {
  const items = terms.map((item) => compileRead(item, scope, program));
  return (evaluation, frame) => {
    const array: Value[] = [];
    for (const item of items) {
      const value = item(evaluation, frame);
      if (value === undefined) return undefined;
      array.push(value);
    }
    evaluation.reserve(64 + array.length * 16);
    return array;
  };
}

function readObject(terms: readonly (readonly [Term, Term])[], scope: Scope, program: Program): Read {
  const entries = terms.map(
    ([key, value]) => [compileRead(key, scope, program), compileRead(value, scope, program)] as const,
  );
  return (evaluation, frame) => {
    const object = new RegoObject();
    for (const [key, value] of entries) {
      const k = key(evaluation, frame);
      const v = value(evaluation, frame);
      if (k === undefined || v === undefined) return undefined;
      object.set(k, v);
    }
    evaluation.reserve(256 + entries.length * 64);
    return object;
  };
}

function readComprehension(term: ComprehensionTerm, scope: Scope, program: Program): Read {
  const inner = scope.inner();
  const body = compileBody(term.body, inner, program);
  const value = compileRead(term.term, inner, program);
  const slot = inner.temporary();
  // The collection under construction lies in the frame; its slot holds values only as far as types go.
  if (term.of === 'array') {
    const run = body((evaluation, frame) => {
      const item = value(evaluation, frame);
      if (item !== undefined) {
        evaluation.reserve(16);
        (frame[slot] as Value[]).push(item);
      }
      return false;
    });
    return (evaluation, frame) => {
      const array: Value[] = [];
      frame[slot] = array;
      run(evaluation, frame);
      return array;
    };
  }
  if (term.of === 'set') {
    const run = body((evaluation, frame) => {
      const item = value(evaluation, frame);
      if (item !== undefined) {
        evaluation.reserve(96);
        (frame[slot] as RegoSet).add(item);
      }
      return false;
    });
    return (evaluation, frame) => {
      const set = new RegoSet();
      frame[slot] = set;
      run(evaluation, frame);
      return set;
    };
  }
  const key = compileRead(term.key ?? term.term, inner, program);
  const { loc } = term;
  const run = body((evaluation, frame) => {
    const k = key(evaluation, frame);
    const v = value(evaluation, frame);
    if (k === undefined || v === undefined) return false;
    evaluation.reserve(128);
    setOnce(
      frame[slot] as RegoObject,
      k,
      v,
      () => new RegoError('eval_conflict_error', 'object keys must be unique', loc),
    );
    return false;
  });
  return (evaluation, frame) => {
    const object = new RegoObject();
    frame[slot] = object;
    run(evaluation, frame);
    return object;
  };
}

/** Sets a key that must not have another value. */
export function setOnce(object: RegoObject, key: Value, value: Value, conflict: () => RegoError): void {
  const known = object.get(key);
  if (known === undefined) object.set(key, value);
  else if (!equalValues(known, value)) throw conflict();
}
