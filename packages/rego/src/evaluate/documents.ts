import type { TreeNode } from '../compile/tree.ts';
import { RegoError } from '../syntax/error.ts';
import { keysOf, lookup } from '../values/access.ts';
import { equalValues } from '../values/compare.ts';
import { RegoObject } from '../values/object.ts';
import { isObject, type Value } from '../values/value.ts';
import type { Evaluation } from './evaluation.ts';
import { Nested } from './nested.ts';
import type { Program } from './program.ts';

/** A place in the documents: what the rules say there, and what the base documents say. */
export interface Cursor {
  /** `undefined` where there are no rules at or below: `value` is all there is. */
  readonly node: TreeNode | undefined;
  readonly value: Value | undefined;
}

/** Base documents are reached by paths of texts: the number 2 names the key "2". */
export function lookupStored(value: Value, key: Value): Value | undefined {
  const found = lookup(value, key);
  if (found !== undefined || typeof key !== 'number' || !isObject(value)) return found;
  return lookup(value, String(key));
}

/** Whether a `with` put a value at this path or above it. */
export function isOverridden(evaluation: Evaluation, path: readonly Value[]): boolean {
  const { overrides } = evaluation;
  if (overrides === undefined) return false;
  return overrides.some(
    (other) => other.length <= path.length && other.every((key, i) => equalValues(key, path[i] as Value)),
  );
}

/** Arrives at a node: where rules make a value, it is evaluated and takes the place of the node. */
export function arrive(
  evaluation: Evaluation,
  program: Program,
  node: TreeNode | undefined,
  base: Value | undefined,
): Cursor {
  if (node === undefined || isOverridden(evaluation, node.path)) return { node: undefined, value: base };
  if (node.rules.length === 0) return { node, value: base };
  return { node: undefined, value: extentOf(evaluation, program, node, base) };
}

/** One operand further. */
export function advance(evaluation: Evaluation, program: Program, cursor: Cursor, key: Value): Cursor {
  const base = cursor.value === undefined ? undefined : lookup(cursor.value, key);
  return cursor.node === undefined
    ? { node: undefined, value: base }
    : arrive(evaluation, program, cursor.node.child(key), base);
}

/** The keys under a cursor that has a node: those of the base documents, then those of rules alone. */
export function keysUnder(cursor: Cursor): readonly Value[] {
  const { node, value } = cursor;
  const base = isObject(value) ? keysOf(value) : [];
  if (node === undefined) return base;
  const names = base.filter((key) => node.child(key) === undefined);
  return [...names, ...node.keys];
}

/** The whole value at a cursor. */
export function settle(evaluation: Evaluation, program: Program, cursor: Cursor): Value | undefined {
  return cursor.node === undefined ? cursor.value : extentOf(evaluation, program, cursor.node, cursor.value);
}

/** The value at a path of the documents. */
export function documentAt(evaluation: Evaluation, program: Program, path: readonly Value[]): Value | undefined {
  let cursor: Cursor = { node: program.tree, value: evaluation.data };
  if (isOverridden(evaluation, [])) cursor = { node: undefined, value: evaluation.data };
  for (const key of path) cursor = advance(evaluation, program, cursor, key);
  return settle(evaluation, program, cursor);
}

/** Rules and base documents at and below a node as one value. */
export function extentOf(
  evaluation: Evaluation,
  program: Program,
  node: TreeNode,
  base: Value | undefined,
): Value | undefined {
  if (isOverridden(evaluation, node.path)) return base;
  const group = program.group(node);
  if (group !== undefined) {
    return node.children.size === 0
      ? group.value(evaluation)
      : evaluation.once(node, () => joined(evaluation, program, node));
  }
  return mergeChildren(evaluation, program, node, base);
}

/** Rules with variables in their reference, and the rules below them, make one object together. */
function joined(evaluation: Evaluation, program: Program, node: TreeNode): Value {
  const nested = new Nested();
  node.walk((at) => {
    if (isOverridden(evaluation, at.path)) {
      const value = baseAt(evaluation, at.path);
      if (value !== undefined) nested.put(at.path.slice(node.path.length), value, noConflict);
      return true;
    }
    program.group(at)?.into(evaluation, nested, at.path.slice(node.path.length));
    return false;
  });
  return nested.toValue();
}

function noConflict(): RegoError {
  return new RegoError('eval_conflict_error', 'object keys must be unique');
}

function baseAt(evaluation: Evaluation, path: readonly Value[]): Value | undefined {
  let value: Value | undefined = evaluation.data;
  for (const key of path) value = value === undefined ? undefined : lookup(value, key);
  return value;
}

function mergeChildren(
  evaluation: Evaluation,
  program: Program,
  node: TreeNode,
  base: Value | undefined,
): Value | undefined {
  const merged = new RegoObject();
  if (isObject(base)) for (const key of keysOf(base)) merged.set(key, lookup(base, key) as Value);
  const isRoot = node.path.length === 0;
  for (const key of node.keys) {
    // OPA keeps `data.system` out of the whole document.
    if (isRoot && key === 'system') continue;
    const child = node.child(key);
    if (child === undefined) continue;
    const below = base === undefined ? undefined : lookup(base, key);
    const value = extentOf(evaluation, program, child, below);
    if (value === undefined) continue;
    merged.set(key, below === undefined ? value : mergeObjects(value, below));
  }
  return merged;
}

/** Two values for one place: objects are joined, elsewhere the second, the base document, wins. */
function mergeObjects(a: Value, b: Value): Value {
  if (!isObject(a) || !isObject(b)) return b;
  const merged = new RegoObject();
  for (const key of keysOf(a)) merged.set(key, lookup(a, key) as Value);
  for (const key of keysOf(b)) {
    const value = lookup(b, key) as Value;
    const known = merged.get(key);
    merged.set(key, known === undefined ? value : mergeObjects(known, value));
  }
  return merged;
}
