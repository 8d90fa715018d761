import type { Term } from '../syntax/ast.ts';
import { getKey, sizeOf } from '../values/access.ts';
import { equalValues } from '../values/compare.ts';
import { isArray, isObject, type Value } from '../values/value.ts';
import type { Program } from './program.ts';
import { iterateRef } from './refs.ts';
import { type Builder, chain, type Read, type Scope } from './step.ts';
import { compileRead, isBound } from './terms.ts';

/** Goes on when a value, read from a slot, fits a pattern; binds the pattern's variables. */
export function compileMatch(pattern: Term, value: Read, scope: Scope, program: Program): Builder {
  if (pattern.kind === 'var' && !scope.bound.has(pattern.name)) {
    const slot = scope.slot(pattern.name);
    scope.bound.add(pattern.name);
    return (next) => (evaluation, frame) => {
      const found = value(evaluation, frame);
      if (found === undefined) return false;
      frame[slot] = found;
      return next(evaluation, frame);
    };
  }
  if (isBound(pattern, scope)) {
    const read = compileRead(pattern, scope, program);
    return (next) => (evaluation, frame) => {
      const found = value(evaluation, frame);
      if (found === undefined) return false;
      const wanted = read(evaluation, frame);
      return wanted !== undefined && equalValues(wanted, found) ? next(evaluation, frame) : false;
    };
  }
  const slot = scope.temporary();
  const keep: Builder = (next) => (evaluation, frame) => {
    const found = value(evaluation, frame);
    if (found === undefined) return false;
    frame[slot] = found;
    return next(evaluation, frame);
  };
  const kept: Read = (_, frame) => frame[slot];
  return chain([keep, matchComposite(pattern, kept, scope, program)]);
}

function matchComposite(pattern: Term, kept: Read, scope: Scope, program: Program): Builder {
  if (pattern.kind === 'array') {
    const { length } = pattern.items;
    const check = guard(kept, (value) => isArray(value) && value.length === length);
    const items = pattern.items.map((item, i) => {
      const read: Read = (evaluation, frame) => (kept(evaluation, frame) as readonly Value[])[i];
      return () => compileMatch(item, read, scope, program);
    });
    return chain([check, ...items.map((build) => build())]);
  }
  if (pattern.kind === 'object') {
    const { length } = pattern.entries;
    const check = guard(kept, (value) => isObject(value) && sizeOf(value) === length);
    const builders = pattern.entries.map(([key, value]) => {
      const name = compileRead(key, scope, program);
      const read: Read = (evaluation, frame) => {
        const object = kept(evaluation, frame);
        const k = name(evaluation, frame);
        return k === undefined || !isObject(object) ? undefined : getKey(object, k);
      };
      return compileMatch(value, read, scope, program);
    });
    return chain([check, ...builders]);
  }
  if (pattern.kind === 'ref') {
    // A reference that iterates: each of its values is compared.
    const slot = scope.temporary();
    const each = iterateRef(pattern, scope, program, slot);
    const same: Builder = (next) => (evaluation, frame) => {
      const a = frame[slot];
      const b = kept(evaluation, frame);
      return a !== undefined && b !== undefined && equalValues(a, b) ? next(evaluation, frame) : false;
    };
    return chain([each, same]);
  }
  return () => () => false;
}

function guard(kept: Read, test: (value: Value) => boolean): Builder {
  return (next) => (evaluation, frame) => {
    const value = kept(evaluation, frame);
    return value !== undefined && test(value) ? next(evaluation, frame) : false;
  };
}

/** Compiles `a = b`. */
export function compileUnify(a: Term, b: Term, scope: Scope, program: Program): Builder {
  const pairs: [Term, Term][] = [];
  collectPairs(a, b, pairs);
  if (pairs.some(([x, y]) => x === never || y === never)) return () => () => false;
  const builders: Builder[] = [];
  // A pair waits until one of its sides can be read.
  while (pairs.length > 0) {
    let at = pairs.findIndex(([x, y]) => isBound(x, scope) && isBound(y, scope));
    if (at === -1) at = pairs.findIndex(([x, y]) => isBound(x, scope) || isBound(y, scope));
    if (at === -1) at = pairs.findIndex(([x, y]) => x.kind === 'ref' || y.kind === 'ref');
    const [pair] = pairs.splice(Math.max(at, 0), 1);
    if (pair !== undefined) builders.push(unifyPair(pair[0], pair[1], scope, program));
  }
  return chain(builders);
}

const never: Term = { kind: 'set', items: [], loc: { file: '', row: 0, column: 0, offset: 0, end: 0 } };

/** Takes literal arrays and objects on both sides apart. */
function collectPairs(a: Term, b: Term, pairs: [Term, Term][]): void {
  if (a.kind === 'array' && b.kind === 'array') {
    if (a.items.length !== b.items.length) pairs.push([never, never]);
    else
      a.items.forEach((item, i) => {
        collectPairs(item, b.items[i] as Term, pairs);
      });
    return;
  }
  if (a.kind === 'object' && b.kind === 'object' && allScalarKeys(a.entries) && allScalarKeys(b.entries)) {
    const others = new Map(b.entries.map(([key, value]) => [key.kind === 'scalar' ? key.value : null, value]));
    if (a.entries.length !== b.entries.length) pairs.push([never, never]);
    for (const [key, value] of a.entries) {
      const other = others.get(key.kind === 'scalar' ? key.value : null);
      if (other === undefined) pairs.push([never, never]);
      else collectPairs(value, other, pairs);
    }
    return;
  }
  pairs.push([a, b]);
}

function allScalarKeys(entries: readonly (readonly [Term, Term])[]): boolean {
  return entries.every(([key]) => key.kind === 'scalar' && typeof key.value !== 'object');
}

function unifyPair(a: Term, b: Term, scope: Scope, program: Program): Builder {
  if (isBound(a, scope)) return compileMatch(b, compileRead(a, scope, program), scope, program);
  if (isBound(b, scope)) return compileMatch(a, compileRead(b, scope, program), scope, program);
  if (b.kind === 'ref') return iterateInto(b, a, scope, program);
  if (a.kind === 'ref') return iterateInto(a, b, scope, program);
  // Nothing says what either side is: the compiler's order rules this out.
  return () => () => false;
}

function iterateInto(ref: Extract<Term, { kind: 'ref' }>, pattern: Term, scope: Scope, program: Program): Builder {
  const slot = scope.temporary();
  const each = iterateRef(ref, scope, program, slot);
  return chain([each, compileMatch(pattern, (_, frame) => frame[slot], scope, program)]);
}
