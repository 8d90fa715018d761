import { type Builtin, BuiltinError } from '../builtins/builtin.ts';
import {
  addFloats,
  type BigFloat,
  bigFloatOf,
  divideFloats,
  multiplyFloats,
  negateFloat,
  numberOfFloat,
} from '../values/big-float.ts';
import { integerOf, type RegoNumber, toInt64, toInteger } from '../values/number.ts';
import { RegoSet } from '../values/set.ts';
import { isNumber, isSet, typeName, type Value } from '../values/value.ts';

/** The error of an operand of the wrong kind, in OPA's words. */
export function operandError(position: number, got: Value, ...wanted: readonly string[]): BuiltinError {
  const expected = wanted.length === 1 ? wanted[0] : `one of {${wanted.join(', ')}}`;
  return new BuiltinError(`operand ${position} must be ${expected} but got ${typeName(got)}`, 'type');
}

/** The operand as a number. */
export function numberOperand(args: readonly Value[], position: number): RegoNumber {
  const value = args[position - 1] ?? null;
  if (!isNumber(value)) throw operandError(position, value, 'number');
  return value;
}

interface Operation {
  readonly small: (a: number, b: number) => number;
  readonly exact: (a: bigint, b: bigint) => bigint;
  readonly float: (a: BigFloat, b: BigFloat) => BigFloat;
}

function compute(a: RegoNumber, b: RegoNumber, operation: Operation): RegoNumber {
  if (typeof a === 'number' && typeof b === 'number' && Number.isSafeInteger(a) && Number.isSafeInteger(b)) {
    const result = operation.small(a, b);
    // A result beyond 2^53 has been rounded: it is computed again below.
    if (Number.isSafeInteger(result)) return result + 0;
  }
  const x = toInteger(a);
  const y = x === undefined ? undefined : toInteger(b);
  if (x !== undefined && y !== undefined) return integerOf(operation.exact(x, y));
  return numberOfFloat(operation.float(bigFloatOf(a), bigFloatOf(b)));
}

const plus: Operation = { small: (a, b) => a + b, exact: (a, b) => a + b, float: addFloats };
const minus: Operation = {
  small: (a, b) => a - b,
  exact: (a, b) => a - b,
  float: (a, b) => addFloats(a, negateFloat(b)),
};
const times: Operation = { small: (a, b) => a * b, exact: (a, b) => a * b, float: multiplyFloats };

/** `a + b`, exact for integers, to 64 bits for fractions. */
export function addNumbers(a: RegoNumber, b: RegoNumber): RegoNumber {
  return compute(a, b, plus);
}

/** `a × b`, exact for integers, to 64 bits for fractions. */
export function multiplyNumbers(a: RegoNumber, b: RegoNumber): RegoNumber {
  return compute(a, b, times);
}

function divide(a: RegoNumber, b: RegoNumber): RegoNumber {
  const divisor = bigFloatOf(b);
  if (divisor.mantissa === 0n) throw new BuiltinError('divide by zero');
  const x = toInt64(a);
  const y = toInt64(b);
  if (x !== undefined && y !== undefined && x !== 0n && isSmall(x) && isSmall(y) && x % y === 0n) {
    return integerOf(x / y);
  }
  return numberOfFloat(divideFloats(bigFloatOf(a), divisor));
}

function isSmall(value: bigint): boolean {
  return value >= -2147483648n && value <= 2147483647n;
}

function remainder(a: RegoNumber, b: RegoNumber): RegoNumber {
  const x = toInteger(a);
  const y = toInteger(b);
  if (x === undefined || y === undefined) throw new BuiltinError('modulo on floating-point number');
  if (y === 0n) throw new BuiltinError('modulo by zero');
  return integerOf(x % y);
}

function binary(name: string, run: (a: RegoNumber, b: RegoNumber) => RegoNumber): Builtin {
  return { name, call: (args) => run(numberOperand(args, 1), numberOperand(args, 2)) };
}

function setOperand(args: readonly Value[], position: number): RegoSet {
  const value = args[position - 1] ?? null;
  if (!isSet(value)) throw operandError(position, value, 'set');
  return value;
}

function difference(a: RegoSet, b: RegoSet): RegoSet {
  const result = new RegoSet();
  for (const value of a.unordered()) if (!b.has(value)) result.add(value);
  return result;
}

export const arithmetic: readonly Builtin[] = [
  binary('plus', addNumbers),
  binary('mul', multiplyNumbers),
  binary('div', divide),
  binary('rem', remainder),
  {
    name: 'minus',
    call: (args) => {
      const [a = null, b = null] = args;
      if (isNumber(a) && isNumber(b)) return compute(a, b, minus);
      if (isSet(a) && isSet(b)) return difference(a, b);
      if (!isNumber(a) && !isSet(a)) throw operandError(1, a, 'number', 'set');
      throw operandError(2, b, isNumber(a) ? 'number' : 'set');
    },
  },
  {
    name: 'and',
    call: (args) => {
      const a = setOperand(args, 1);
      const b = setOperand(args, 2);
      const result = new RegoSet();
      for (const value of a.unordered()) if (b.has(value)) result.add(value);
      return result;
    },
  },
  {
    name: 'or',
    call: (args) => {
      const result = new RegoSet();
      for (const value of setOperand(args, 1).unordered()) result.add(value);
      for (const value of setOperand(args, 2).unordered()) result.add(value);
      return result;
    },
  },
];
