import type { Builtin, BuiltinContext } from '../builtins/builtin.ts';
import { entriesOf } from '../values/access.ts';
import { isArray, isObject, isSet, type Value } from '../values/value.ts';

function* visit(value: Value, path: readonly Value[], context: BuiltinContext): Iterable<Value> {
  context.check();
  yield [path, value];
  if (isArray(value)) for (const [i, item] of value.entries()) yield* visit(item, [...path, i], context);
  else if (isSet(value)) for (const item of value.sorted) yield* visit(item, [...path, item], context);
  else if (isObject(value)) for (const [key, item] of entriesOf(value)) yield* visit(item, [...path, key], context);
}

/** `walk(x, [path, value])`: a value and everything inside it. */
export const walk: Builtin = {
  name: 'walk',
  call: () => undefined,
  each: ([value = null], context) => visit(value, [], context),
};
