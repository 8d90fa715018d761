import { operandValue, type TreeNode } from '../compile/tree.ts';
import type { RefTerm, Term } from '../syntax/ast.ts';
import { keysOf, lookup } from '../values/access.ts';
import { RegoSet } from '../values/set.ts';
import { isObject, type JsonObject, type Value } from '../values/value.ts';
import {
  advance,
  arrive,
  type Cursor,
  documentAt,
  isOverridden,
  keysUnder,
  lookupStored,
  settle,
} from './documents.ts';
import type { Evaluation } from './evaluation.ts';
import { compileMatch } from './patterns.ts';
import type { Program } from './program.ts';
import { type Builder, chain, type Frame, type Read, type Scope } from './step.ts';
import { compileRead, isBound } from './terms.ts';

/** Compiles a reference all of whose operands are bound. */
export function compileRef(term: RefTerm, scope: Scope, program: Program): Read {
  const [head, ...operands] = term.terms;
  if (head?.kind !== 'var') return () => undefined;
  if (head.name === 'input' && !scope.bound.has('input')) {
    return readOperands((evaluation) => evaluation.input, operands, scope, program);
  }
  if (head.name === 'data' && !scope.bound.has('data')) return readData(operands, scope, program);
  const slot = scope.slot(head.name);
  return readOperands((_, frame) => frame[slot], operands, scope, program);
}

function readOperands(base: Read, operands: readonly Term[], scope: Scope, program: Program): Read {
  let read = base;
  for (const operand of operands) read = readOperand(read, operand, scope, program);
  return read;
}

const plainPrototype = Object.prototype;

function readOperand(base: Read, operand: Term, scope: Scope, program: Program): Read {
  if (operand.kind === 'scalar' && typeof operand.value === 'string') {
    const name = operand.value;
    // A name no object inherits can be read without asking whose it is.
    if (!(name in plainPrototype)) {
      return (evaluation, frame) => {
        const value = base(evaluation, frame);
        if (typeof value !== 'object' || value === null) return undefined;
        return Object.getPrototypeOf(value) === plainPrototype ? (value as JsonObject)[name] : lookup(value, name);
      };
    }
  }
  const key = compileRead(operand, scope, program);
  return (evaluation, frame) => {
    const value = base(evaluation, frame);
    if (value === undefined) return undefined;
    const k = key(evaluation, frame);
    return k === undefined ? undefined : lookup(value, k);
  };
}

/** A reference into the documents: as much of it as is constant is resolved now. */
function readData(operands: readonly Term[], scope: Scope, program: Program): Read {
  const found = constantPrefix(operands, program);
  const rest = operands.slice(found.length);
  if (found.kind === 'dynamic') {
    const keys = rest.map((operand) => compileRead(operand, scope, program));
    const { path } = found;
    return (evaluation, frame) => {
      const all: Value[] = [...path];
      for (const key of keys) {
        const value = key(evaluation, frame);
        if (value === undefined) return undefined;
        all.push(value);
      }
      return documentAt(evaluation, program, all);
    };
  }
  return readOperands(readPrefix(found, program), rest, scope, program);
}

type Prefix =
  | { readonly kind: 'rules'; readonly node: TreeNode; readonly path: readonly Value[]; readonly length: number }
  | { readonly kind: 'whole'; readonly path: readonly Value[]; readonly length: number }
  | { readonly kind: 'base'; readonly path: readonly Value[]; readonly length: number }
  | { readonly kind: 'dynamic'; readonly path: readonly Value[]; readonly length: number };

/** How far constants lead into the documents, and what is there. */
function constantPrefix(operands: readonly Term[], program: Program): Prefix {
  let node: TreeNode = program.tree;
  const path: Value[] = [];
  for (const [i, operand] of operands.entries()) {
    const key = operandValue(operand);
    if (key === undefined) return { kind: 'dynamic', path, length: i };
    path.push(key);
    const child = node.child(key);
    if (child === undefined) return { kind: 'base', ...constantRest(operands, path, i + 1) };
    if (child.rules.length > 0) return { kind: 'rules', node: child, path, length: i + 1 };
    node = child;
  }
  return { kind: 'whole', path, length: operands.length };
}

/** Base documents below: all constants that follow belong to the path. */
function constantRest(
  operands: readonly Term[],
  path: readonly Value[],
  from: number,
): { path: readonly Value[]; length: number } {
  const all = [...path];
  for (const operand of operands.slice(from)) {
    const key = operandValue(operand);
    if (key === undefined) break;
    all.push(key);
  }
  return { path: all, length: from + all.length - path.length };
}

function readPrefix(prefix: Prefix, program: Program): Read {
  const { path } = prefix;
  if (prefix.kind === 'base') {
    return (evaluation) => {
      let value: Value | undefined = evaluation.data;
      for (const key of path) {
        value = lookupStored(value, key);
        if (value === undefined) return undefined;
      }
      return value;
    };
  }
  if (prefix.kind === 'rules' && prefix.node.children.size === 0) {
    const { node } = prefix;
    return (evaluation) =>
      evaluation.overrides === undefined
        ? program.group(node)?.value(evaluation)
        : documentAt(evaluation, program, path);
  }
  return (evaluation) => documentAt(evaluation, program, path);
}

/** Compiles a reference with unbound variables: goes on for each value it has, with the value in `slot`. */
export function iterateRef(term: RefTerm, scope: Scope, program: Program, slot: number): Builder {
  const [head, ...operands] = term.terms;
  if (head?.kind !== 'var') return () => () => false;
  if (head.name === 'data' && !scope.bound.has('data')) {
    const prefix = constantPrefix(operands, program);
    if (prefix.kind === 'dynamic')
      return iterateDocuments(prefix.path, operands.slice(prefix.length), scope, program, slot);
    const rest = operands.slice(prefix.length);
    return iterateOperands(readPrefix(prefix, program), rest, scope, program, slot);
  }
  const bound = operands.findIndex((operand) => !isBound(operand, scope));
  const base = compileRef({ ...term, terms: [head, ...operands.slice(0, bound)] }, scope, program);
  return iterateOperands(base, operands.slice(bound), scope, program, slot);
}

function iterateOperands(base: Read, operands: readonly Term[], scope: Scope, program: Program, out: number): Builder {
  const builders: Builder[] = [];
  let read = base;
  for (const operand of operands) {
    if (isBound(operand, scope)) {
      read = readOperand(read, operand, scope, program);
      continue;
    }
    const slot = scope.temporary();
    builders.push(iterateOperand(read, operand, scope, program, slot));
    read = (_, frame) => frame[slot];
  }
  const last = read;
  builders.push((next) => (evaluation, frame) => {
    const value = last(evaluation, frame);
    if (value === undefined) return false;
    frame[out] = value;
    return next(evaluation, frame);
  });
  return chain(builders);
}

/** Goes on for each member of a collection: its key matched with the operand, its value in `out`. */
function iterateOperand(base: Read, operand: Term, scope: Scope, program: Program, out: number): Builder {
  if (operand.kind === 'var') {
    const slot = scope.slot(operand.name);
    scope.bound.add(operand.name);
    return (next) => (evaluation, frame) => eachMember(evaluation, frame, base(evaluation, frame), slot, out, next);
  }
  const key = scope.temporary();
  const match = compileMatch(operand, (_, frame) => frame[key], scope, program);
  return (next) => {
    const step = match(next);
    return (evaluation, frame) => eachMember(evaluation, frame, base(evaluation, frame), key, out, step);
  };
}

function eachMember(
  evaluation: Evaluation,
  frame: Frame,
  collection: Value | undefined,
  key: number,
  out: number,
  next: (evaluation: Evaluation, frame: Frame) => boolean,
): boolean {
  if (typeof collection !== 'object' || collection === null) return false;
  if (Array.isArray(collection)) {
    const { length } = collection;
    for (let i = 0; i < length; i++) {
      evaluation.tick();
      frame[key] = i;
      frame[out] = (collection as readonly Value[])[i];
      if (next(evaluation, frame)) return true;
    }
    return false;
  }
  if (collection instanceof RegoSet) {
    for (const member of collection.sorted) {
      evaluation.tick();
      frame[key] = member;
      frame[out] = member;
      if (next(evaluation, frame)) return true;
    }
    return false;
  }
  if (!isObject(collection)) return false;
  for (const name of keysOf(collection)) {
    evaluation.tick();
    frame[key] = name;
    frame[out] = lookup(collection, name);
    if (next(evaluation, frame)) return true;
  }
  return false;
}

/** Iteration from a place where rules and base documents meet. The cursors lie in the frame. */
function iterateDocuments(
  path: readonly Value[],
  operands: readonly Term[],
  scope: Scope,
  program: Program,
  out: number,
): Builder {
  const start = scope.temporary();
  const builders: Builder[] = [
    (next) => (evaluation, frame) => {
      let cursor: Cursor = isOverridden(evaluation, [])
        ? { node: undefined, value: evaluation.data }
        : { node: program.tree, value: evaluation.data };
      for (const key of path) cursor = advance(evaluation, program, cursor, key);
      putCursor(frame, start, cursor);
      return next(evaluation, frame);
    },
  ];
  let from = start;
  for (const operand of operands) {
    const to = scope.temporary();
    builders.push(documentOperand(operand, from, to, scope, program));
    from = to;
  }
  const last = from;
  builders.push((next) => (evaluation, frame) => {
    const value = settle(evaluation, program, getCursor(frame, last));
    if (value === undefined) return false;
    frame[out] = value;
    return next(evaluation, frame);
  });
  return chain(builders);
}

function documentOperand(operand: Term, from: number, to: number, scope: Scope, program: Program): Builder {
  if (isBound(operand, scope)) {
    const key = compileRead(operand, scope, program);
    return (next) => (evaluation, frame) => {
      const k = key(evaluation, frame);
      if (k === undefined) return false;
      const cursor = advance(evaluation, program, getCursor(frame, from), k);
      if (cursor.node === undefined && cursor.value === undefined) return false;
      putCursor(frame, to, cursor);
      return next(evaluation, frame);
    };
  }
  const key = scope.temporary();
  const value = scope.temporary();
  const match = compileMatch(operand, (_, frame) => frame[key], scope, program);
  return (next) => {
    const onMember = match((evaluation, frame) => {
      putCursor(frame, to, { node: undefined, value: frame[value] });
      return next(evaluation, frame);
    });
    const onKey = match((evaluation, frame) => next(evaluation, frame));
    return (evaluation, frame) => {
      const cursor = getCursor(frame, from);
      if (cursor.node === undefined) return eachMember(evaluation, frame, cursor.value, key, value, onMember);
      for (const k of keysUnder(cursor)) {
        evaluation.tick();
        frame[key] = k;
        const base = cursor.value === undefined ? undefined : lookup(cursor.value, k);
        const reached = arrive(evaluation, program, cursor.node.child(k), base);
        if (reached.node === undefined && reached.value === undefined) continue;
        putCursor(frame, to, reached);
        if (onKey(evaluation, frame)) return true;
      }
      return false;
    };
  };
}

// A frame holds values; a cursor lies in a slot of its own that nothing else reads.
function putCursor(frame: Frame, slot: number, cursor: Cursor): void {
  (frame as unknown[])[slot] = cursor;
}

function getCursor(frame: Frame, slot: number): Cursor {
  return (frame as unknown[])[slot] as Cursor;
}
