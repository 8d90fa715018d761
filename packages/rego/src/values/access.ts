import { sortedNames } from './key.ts';
import { BigNumber } from './number.ts';
import { RegoObject } from './object.ts';
import { RegoSet } from './set.ts';
import type { JsonObject, ObjectValue, Value } from './value.ts';

/** The value of a key of either form of object. */
export function getKey(object: ObjectValue, key: Value): Value | undefined {
  if (object instanceof RegoObject) return object.get(key);
  // `as`: TypeScript does not narrow a class out of an index signature.
  const json = object as JsonObject;
  return typeof key === 'string' && Object.hasOwn(json, key) ? json[key] : undefined;
}

/** The keys of either form of object, in OPA's order. */
export function keysOf(object: ObjectValue): readonly Value[] {
  return object instanceof RegoObject ? object.keys : sortedNames(object as JsonObject);
}

/** Keys and values of either form of object, in OPA's order. */
export function* entriesOf(object: ObjectValue): IterableIterator<readonly [Value, Value]> {
  for (const key of keysOf(object)) yield [key, getKey(object, key) as Value];
}

/** The number of keys of either form of object. */
export function sizeOf(object: ObjectValue): number {
  return object instanceof RegoObject ? object.size : Object.keys(object).length;
}

/** `collection[key]`: an array's index, an object's key, a set's member; `undefined` for anything else. */
export function lookup(collection: Value, key: Value): Value | undefined {
  if (typeof collection !== 'object' || collection === null) return undefined;
  if (Array.isArray(collection)) {
    const index = typeof key === 'number' ? key : indexOfNumber(key);
    return index === undefined ? undefined : (collection as readonly Value[])[index];
  }
  if (collection instanceof RegoSet) return collection.find(key);
  if (collection instanceof RegoObject) return collection.get(key);
  const json = collection as JsonObject;
  return typeof key === 'string' && Object.hasOwn(json, key) ? json[key] : undefined;
}

function indexOfNumber(key: Value): number | undefined {
  return key instanceof BigNumber ? key.plain : undefined;
}
