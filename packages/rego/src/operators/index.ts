import type { Builtin } from '../builtins/builtin.ts';
import { BuiltinError } from '../builtins/builtin.ts';
import { Evaluation } from '../evaluate/evaluation.ts';
import { keysOf, lookup } from '../values/access.ts';
import { compareValues, equalValues } from '../values/compare.ts';
import { displayText } from '../values/json.ts';
import { isArray, isObject, isSet, type Value } from '../values/value.ts';
import { arithmetic } from './arithmetic.ts';
import { walk } from './walk.ts';

function comparison(name: string, holds: (order: number) => boolean): Builtin {
  return { name, call: ([a = null, b = null]) => holds(compareValues(a, b)) };
}

function isMember(value: Value, collection: Value): boolean {
  if (isSet(collection)) return collection.has(value);
  if (isArray(collection)) return collection.some((item) => equalValues(item, value));
  if (isObject(collection))
    return keysOf(collection).some((key) => equalValues(lookup(collection, key) as Value, value));
  return false;
}

function hasEntry(key: Value, value: Value, collection: Value): boolean {
  const found = lookup(collection, key);
  return found !== undefined && equalValues(found, value);
}

/** The text of an argument of `print` or of a part of a template: a set of no value is undefined. */
function partText(part: Value): string {
  if (!isSet(part)) return displayText(part);
  const value = part.sorted[0];
  return value === undefined ? '<undefined>' : displayText(value);
}

/** Operators, and the functions the compiler puts in the place of syntax. */
export const operators: readonly Builtin[] = [
  ...arithmetic,
  walk,
  comparison('equal', (order) => order === 0),
  comparison('neq', (order) => order !== 0),
  comparison('lt', (order) => order < 0),
  comparison('lte', (order) => order <= 0),
  comparison('gt', (order) => order > 0),
  comparison('gte', (order) => order >= 0),
  { name: 'eq', call: ([a = null, b = null]) => equalValues(a, b) },
  { name: 'internal.member_2', call: ([value = null, collection = null]) => isMember(value, collection) },
  {
    name: 'internal.member_3',
    call: ([key = null, value = null, collection = null]) => hasEntry(key, value, collection),
  },
  {
    name: 'internal.print',
    call: ([parts = null], context) => {
      if (!isArray(parts) || !(context instanceof Evaluation))
        throw new BuiltinError('operand 1 must be array', 'type');
      context.prints.push({ text: parts.map(partText).join(' '), location: context.location });
      return true;
    },
  },
  {
    name: 'internal.template_string',
    call: ([parts = null]) => {
      if (!isArray(parts)) throw new BuiltinError('operand 1 must be array', 'type');
      return parts.map(partText).join('');
    },
  },
  { name: 'print', call: () => true },
];
