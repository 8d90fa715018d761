import { operandError } from '../operators/arithmetic.ts';
import { numberText, type RegoNumber, toInteger } from '../values/number.ts';
import type { RegoSet } from '../values/set.ts';
import { isArray, isNumber, isObject, isSet, type ObjectValue, typeName, type Value } from '../values/value.ts';
import { type Builtin, type BuiltinContext, BuiltinError } from './builtin.ts';

export { numberOperand, operandError } from '../operators/arithmetic.ts';

/** A built-in from its name and what it does. */
export function builtin(
  name: string,
  call: (args: readonly Value[], context: BuiltinContext) => Value | undefined,
): Builtin {
  return { name, call };
}

function operand(args: readonly Value[], position: number): Value {
  return args[position - 1] ?? null;
}

/** An operand error with words of its own. */
export function operandProblem(position: number, words: string): BuiltinError {
  return new BuiltinError(`operand ${position} ${words}`, 'type');
}

/** The error of a member of the wrong kind, in OPA's words. */
export function elementError(position: number, composite: Value, got: Value, wanted: string): BuiltinError {
  const kind = typeName(composite);
  return operandProblem(position, `must be ${kind} of ${wanted}s but got ${kind} containing ${typeName(got)}`);
}

export function stringOperand(args: readonly Value[], position: number): string {
  const value = operand(args, position);
  if (typeof value !== 'string') throw operandError(position, value, 'string');
  return value;
}

export function arrayOperand(args: readonly Value[], position: number): readonly Value[] {
  const value = operand(args, position);
  if (!isArray(value)) throw operandError(position, value, 'array');
  return value;
}

export function setOperand(args: readonly Value[], position: number): RegoSet {
  const value = operand(args, position);
  if (!isSet(value)) throw operandError(position, value, 'set');
  return value;
}

export function objectOperand(args: readonly Value[], position: number): ObjectValue {
  const value = operand(args, position);
  if (!isObject(value)) throw operandError(position, value, 'object');
  return value;
}

/** The members of an array or a set, in order. `names` are the kinds OPA's message lists. */
export function listOperand(
  args: readonly Value[],
  position: number,
  names: readonly string[] = ['set', 'array'],
): readonly Value[] {
  const value = operand(args, position);
  if (isArray(value)) return value;
  if (isSet(value)) return value.sorted;
  throw operandError(position, value, ...names);
}

/** The strings of an array or a set. */
export function stringsOperand(
  args: readonly Value[],
  position: number,
  names: readonly string[] = ['array', 'set'],
): readonly string[] {
  const list = listOperand(args, position, names);
  for (const item of list) {
    if (typeof item !== 'string') throw elementError(position, operand(args, position), item, 'string');
  }
  // Every member has been looked at.
  return list as readonly string[];
}

/** A machine integer as OPA's `Int` reads it: `2.0` is one, `2e0` is not. */
export function machineInteger(value: RegoNumber): number | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  const text = numberText(value);
  const match = /^(-?\d{1,19})(?:\.0*)?$/.exec(text);
  if (match === null) return undefined;
  const wide = BigInt(match[1] ?? '0');
  return BigInt.asIntN(64, wide) === wide ? Number(wide) : undefined;
}

/** An integer of 64 bits as a JavaScript number; beyond 2^53 it is rounded, which no index notices. */
export function intOperand(args: readonly Value[], position: number): number {
  const value = operand(args, position);
  if (!isNumber(value)) throw operandError(position, value, 'number');
  const integer = machineInteger(value);
  if (integer === undefined) throw operandProblem(position, 'must be integer number but got floating-point number');
  return integer;
}

/** An integer of any size. */
export function bigIntOperand(args: readonly Value[], position: number): bigint {
  const value = operand(args, position);
  if (!isNumber(value)) throw operandError(position, value, 'integer');
  const integer = toInteger(value);
  if (integer === undefined) throw operandProblem(position, 'must be integer number but got floating-point number');
  return integer;
}
