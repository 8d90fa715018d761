import { BigNumber, type RegoNumber } from './number.ts';
import type { RegoObject } from './object.ts';
import { RegoSet } from './set.ts';

/** An object as `JSON.parse` made it: read in place, own properties only. */
export interface JsonObject {
  readonly [key: string]: Value;
}

/**
 * Every value of Rego. Parsed JSON is one already, without conversion.
 * `RegoObject` has keys other than strings or was built by the engine; both objects mean the same.
 */
export type Value = null | boolean | string | number | BigNumber | readonly Value[] | JsonObject | RegoObject | RegoSet;

/** Either form of an object. */
export type ObjectValue = JsonObject | RegoObject;

/** Ranks in OPA's total order of values: values of different kinds compare by it. */
export const Kind = { null: 0, boolean: 1, number: 2, string: 3, array: 4, object: 5, set: 6 } as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** The kind of a value. */
export function kindOf(value: Value): Kind {
  switch (typeof value) {
    case 'string':
      return Kind.string;
    case 'number':
      return Kind.number;
    case 'boolean':
      return Kind.boolean;
    default:
      if (value === null) return Kind.null;
      if (Array.isArray(value)) return Kind.array;
      if (value instanceof RegoSet) return Kind.set;
      if (value instanceof BigNumber) return Kind.number;
      return Kind.object;
  }
}

const kindNames = ['null', 'boolean', 'number', 'string', 'array', 'object', 'set'] as const;

/** The name `type_name` gives. */
export function typeName(value: Value): (typeof kindNames)[number] {
  return kindNames[kindOf(value)] ?? 'null';
}

export function isNumber(value: Value | undefined): value is RegoNumber {
  return typeof value === 'number' || value instanceof BigNumber;
}

export function isArray(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

export function isSet(value: Value | undefined): value is RegoSet {
  return value instanceof RegoSet;
}

/** Either form of an object. */
export function isObject(value: Value | undefined): value is ObjectValue {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof RegoSet) &&
    !(value instanceof BigNumber)
  );
}
