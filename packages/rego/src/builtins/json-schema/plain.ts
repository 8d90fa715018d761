import { entriesOf } from '../../values/access.ts';
import { jsonText, parseJson } from '../../values/json.ts';
import { toFloat } from '../../values/number.ts';
import { isArray, isNumber, isObject, type JsonObject, type Value } from '../../values/value.ts';
import { BuiltinError } from '../builtin.ts';

/** The JSON value of an operand: of its text when it is one, else of its members. Throws `BuiltinError`. */
export function plainOperand(value: Value): Value {
  if (typeof value !== 'string' && !isArray(value) && !isObject(value)) {
    throw new BuiltinError('wrong type, expected string or object');
  }
  try {
    return parseJson(typeof value === 'string' ? value : jsonText(value));
  } catch (error) {
    throw new BuiltinError(error instanceof RangeError ? error.message : 'invalid JSON string');
  }
}

/** Whether a parsed value is an object. */
export const isPlainObject = (value: Value | undefined): value is JsonObject => isObject(value);

/** JSON text by which values are compared: names sorted, numbers rounded to 64 bits. */
export const comparableText = (value: Value): string => jsonText(rounded(value), true);

function rounded(value: Value): Value {
  if (isNumber(value)) return toFloat(value);
  if (isArray(value)) return value.map(rounded);
  if (!isObject(value)) return value;
  return Object.fromEntries(Array.from(entriesOf(value), ([name, inner]) => [String(name), rounded(inner)]));
}
