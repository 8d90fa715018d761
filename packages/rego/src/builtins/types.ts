import { parseNumber } from '../values/number.ts';
import { RegoSet } from '../values/set.ts';
import { isArray, isNumber, isObject, isSet, typeName, type Value } from '../values/value.ts';
import { BuiltinError } from './builtin.ts';
import { builtin, operandError } from './operands.ts';

/** What Go's `ParseFloat` and OPA's check of a number let through together: JSON's numbers with a sign of their own. */
function toNumber([value = null]: readonly Value[]): Value {
  if (value === null || value === false) return 0;
  if (value === true) return 1;
  if (isNumber(value)) return value;
  if (typeof value !== 'string') throw operandError(1, value, 'null', 'boolean', 'number', 'string');
  if (/^[+-]?(inf|infinity|nan)$/i.test(value.trim())) throw operandError(1, value, 'valid number string');
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(value)) {
    throw new BuiltinError(`strconv.ParseFloat: parsing ${JSON.stringify(value)}: invalid syntax`);
  }
  const number = parseNumber(value);
  if (number === undefined || /^-?0\d/.test(value)) throw new BuiltinError(`invalid number: ${value}`);
  return number;
}

/** OPA's `is_…` functions are undefined, not false, for nothing but a missing argument. */
function check(name: string, holds: (value: Value) => boolean) {
  return builtin(name, ([value = null]) => holds(value));
}

function cast(name: string, kind: string, holds: (value: Value) => boolean) {
  return builtin(name, ([value = null]) => {
    if (!holds(value)) throw operandError(1, value, kind);
    return value;
  });
}

/** Questions about types, and casts. */
export const builtins = [
  builtin('to_number', toNumber),
  builtin('type_name', ([value = null]) => typeName(value)),
  check('is_number', isNumber),
  check('is_string', (value) => typeof value === 'string'),
  check('is_boolean', (value) => typeof value === 'boolean'),
  check('is_array', isArray),
  check('is_set', isSet),
  check('is_object', isObject),
  check('is_null', (value) => value === null),
  cast('cast_object', 'object', isObject),
  cast('cast_null', 'null', (value) => value === null),
  cast('cast_boolean', 'boolean', (value) => typeof value === 'boolean'),
  cast('cast_string', 'string', (value) => typeof value === 'string'),
  builtin('cast_array', ([value = null]) => {
    if (isArray(value)) return value;
    if (isSet(value)) return value.sorted;
    throw operandError(1, value, 'array', 'set');
  }),
  builtin('cast_set', ([value = null]) => {
    if (isSet(value)) return value;
    if (isArray(value)) return RegoSet.of(value);
    throw operandError(1, value, 'array', 'set');
  }),
  builtin('trace', () => true),
];
