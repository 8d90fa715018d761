import { entriesOf, getKey, keysOf, lookup } from '../values/access.ts';
import { equalValues } from '../values/compare.ts';
import { RegoObject } from '../values/object.ts';
import { RegoSet } from '../values/set.ts';
import { isArray, isObject, isSet, type ObjectValue, type Value } from '../values/value.ts';
import { BuiltinError } from './builtin.ts';
import { arrayOperand, builtin, elementError, objectOperand, operandError } from './operands.ts';

function merged(a: ObjectValue, b: ObjectValue): RegoObject {
  const result = RegoObject.of(entriesOf(a));
  for (const [key, value] of entriesOf(b)) {
    const old = result.get(key);
    result.set(key, old !== undefined && isObject(old) && isObject(value) ? merged(old, value) : value);
  }
  return result;
}

function keySet(args: readonly Value[]): RegoSet {
  const value = args[1] ?? null;
  if (isSet(value)) return value;
  if (isArray(value)) return RegoSet.of(value);
  if (isObject(value)) return RegoSet.of(keysOf(value));
  throw operandError(2, value, 'object', 'set', 'array');
}

function picked(args: readonly Value[], wanted: boolean): RegoObject {
  const object = objectOperand(args, 1);
  const keys = keySet(args);
  return RegoObject.of([...entriesOf(object)].filter(([key]) => keys.has(key) === wanted));
}

function get(args: readonly Value[]): Value {
  const object = objectOperand(args, 1);
  const [, key = null, otherwise = null] = args;
  if (!isArray(key)) return getKey(object, key) ?? otherwise;
  let at: Value | undefined = object;
  for (const step of key) {
    at = at === undefined ? undefined : lookup(at, step);
    if (at === undefined) return otherwise;
  }
  return at;
}

function contains(whole: Value, part: Value): boolean {
  if (equalValues(whole, part)) return true;
  if (isObject(whole) && isObject(part)) {
    return keysOf(part).every((key) => {
      const found = getKey(whole, key);
      return found !== undefined && contains(found, getKey(part, key) as Value);
    });
  }
  if (isSet(whole) && isSet(part)) return part.sorted.every((item) => whole.has(item));
  return isArray(whole) && isArray(part) && containsRun(whole, part);
}

/** OPA's search does not step back after a partial match: `[1, 1, 2]` in `[1, 1, 1, 2]` is still found. */
function containsRun(whole: readonly Value[], part: readonly Value[]): boolean {
  let start = 0;
  let matched = 0;
  while (matched < part.length) {
    const item = whole[start + matched];
    if (item === undefined) return false;
    if (equalValues(item, part[matched] as Value)) matched++;
    else {
      start++;
      matched = 0;
    }
  }
  return true;
}

function isSubset([whole = null, part = null]: readonly Value[]): boolean {
  const alike =
    (isObject(whole) && isObject(part)) || (isSet(whole) && isSet(part)) || (isArray(whole) && isArray(part));
  if (alike) return contains(whole, part);
  if (isArray(whole) && isSet(part)) {
    let missing = part.size;
    for (const item of whole) {
      if (part.has(item)) missing--;
      if (missing === 0) return true;
    }
    return false;
  }
  throw new BuiltinError('both arguments object.subset must be of the same type or array and set', 'type');
}

/** Functions of objects. */
export const builtins = [
  builtin('object.union', (args) => merged(objectOperand(args, 1), objectOperand(args, 2))),
  builtin('object.union_n', (args) => {
    const list = arrayOperand(args, 1);
    return list.reduce<RegoObject>((result, item) => {
      if (!isObject(item)) throw elementError(1, list, item, 'object');
      return merged(result, item);
    }, new RegoObject());
  }),
  builtin('object.remove', (args) => picked(args, false)),
  builtin('object.filter', (args) => picked(args, true)),
  builtin('object.get', get),
  builtin('object.keys', (args) => RegoSet.of(keysOf(objectOperand(args, 1)))),
  builtin('object.subset', isSubset),
];
