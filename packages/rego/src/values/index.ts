export { entriesOf, getKey, keysOf, lookup, sizeOf } from './access.ts';
export { compareValues, equalValues } from './compare.ts';
export { define, displayText, type Json, jsonName, jsonText, parseJson, toJson } from './json.ts';
export { compareStrings } from './key.ts';
export {
  BigNumber,
  compareNumbers,
  integerOf,
  numberOf,
  numberText,
  parseNumber,
  type RegoNumber,
  toFloat,
  toInt64,
  toInteger,
} from './number.ts';
export { RegoObject } from './object.ts';
export { RegoSet } from './set.ts';
export { quote, valueText } from './text.ts';
export {
  isArray,
  isNumber,
  isObject,
  isSet,
  type JsonObject,
  Kind,
  kindOf,
  type ObjectValue,
  typeName,
  type Value,
} from './value.ts';
