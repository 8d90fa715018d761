import { getKey, keysOf, sizeOf } from './access.ts';
import { compareStrings } from './key.ts';
import { compareNumbers, type RegoNumber } from './number.ts';
import type { RegoSet } from './set.ts';
import { Kind, kindOf, type ObjectValue, type Value } from './value.ts';

/**
 * OPA's total order: null < false < true < numbers < strings < arrays < objects < sets.
 * Negative, zero or positive. Strings compare by code point, collections member by member in order.
 */
export function compareValues(a: Value, b: Value): number {
  if (a === b) return 0;
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  const kind = kindOf(a);
  const other = kindOf(b);
  if (kind !== other) return kind < other ? -1 : 1;
  switch (kind) {
    case Kind.null:
      return 0;
    case Kind.boolean:
      return a === false ? -1 : 1;
    case Kind.number:
      return compareNumbers(a as RegoNumber, b as RegoNumber);
    case Kind.string:
      return compareStrings(a as string, b as string);
    case Kind.array:
      return compareLists(a as readonly Value[], b as readonly Value[]);
    case Kind.set:
      return compareLists((a as RegoSet).sorted, (b as RegoSet).sorted);
    default:
      return compareObjects(a as ObjectValue, b as ObjectValue);
  }
}

function compareLists(a: readonly Value[], b: readonly Value[]): number {
  const end = Math.min(a.length, b.length);
  for (let i = 0; i < end; i++) {
    const order = compareValues(a[i] as Value, b[i] as Value);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareObjects(a: ObjectValue, b: ObjectValue): number {
  const keys = keysOf(a);
  const others = keysOf(b);
  const end = Math.min(keys.length, others.length);
  for (let i = 0; i < end; i++) {
    const key = keys[i] as Value;
    const order = compareValues(key, others[i] as Value);
    if (order !== 0) return order;
    const inner = compareValues(getKey(a, key) as Value, getKey(b, key) as Value);
    if (inner !== 0) return inner;
  }
  return keys.length - others.length;
}

/** Whether two values are the same value; numbers by value (`1` and `1.0` are), order of keys aside. */
export function equalValues(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (typeof a === 'string' || typeof b === 'string') return false;
  const kind = kindOf(a);
  if (kind !== kindOf(b)) return false;
  switch (kind) {
    case Kind.number:
      return compareNumbers(a as RegoNumber, b as RegoNumber) === 0;
    case Kind.array:
      return equalLists(a as readonly Value[], b as readonly Value[]);
    case Kind.set:
      return equalSets(a as RegoSet, b as RegoSet);
    case Kind.object:
      return equalObjects(a as ObjectValue, b as ObjectValue);
    default:
      return false;
  }
}

function equalLists(a: readonly Value[], b: readonly Value[]): boolean {
  return a.length === b.length && a.every((item, i) => equalValues(item, b[i] as Value));
}

function equalSets(a: RegoSet, b: RegoSet): boolean {
  if (a.size !== b.size) return false;
  for (const value of a.unordered()) if (!b.has(value)) return false;
  return true;
}

function equalObjects(a: ObjectValue, b: ObjectValue): boolean {
  if (sizeOf(a) !== sizeOf(b)) return false;
  for (const key of keysOf(a)) {
    const other = getKey(b, key);
    if (other === undefined || !equalValues(getKey(a, key) as Value, other)) return false;
  }
  return true;
}
