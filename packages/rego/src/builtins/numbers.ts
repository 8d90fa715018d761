import { bigFloatOf, numberOfFloat, truncateFloat } from '../values/big-float.ts';
import { integerOf, type RegoNumber, toInteger } from '../values/number.ts';
import type { Value } from '../values/value.ts';
import { type BuiltinContext, BuiltinError } from './builtin.ts';
import { bigIntOperand, builtin, intOperand, numberOperand, operandProblem, stringOperand } from './operands.ts';

function range(args: readonly Value[], step: bigint, context: BuiltinContext): Value {
  const [from, to] = [bigIntOperand(args, 1), bigIntOperand(args, 2)];
  const size = (from > to ? from - to : to - from) / step + 1n;
  context.reserve(Number(size) * 8);
  const numbers: RegoNumber[] = [];
  const sign = from > to ? -step : step;
  for (let i = 0n, at = from; i < size; i++, at += sign) {
    if ((i & 0xfffn) === 0n) context.check();
    numbers.push(integerOf(at));
  }
  return numbers;
}

function stepOf(args: readonly Value[]): bigint {
  bigIntOperand(args, 1);
  bigIntOperand(args, 2);
  const step = bigIntOperand(args, 3);
  if (step <= 0n) throw new BuiltinError('numbers.range_step: step must be a positive integer');
  return step;
}

/** Random below `n`, the same for the same words in one evaluation. */
function random(args: readonly Value[], context: BuiltinContext): number {
  const words = stringOperand(args, 1);
  const limit = Math.abs(intOperand(args, 2));
  if (limit === 0) return 0;
  const key = `rand.intn:${words}-${limit}`;
  const known = context.cache.get(key);
  if (typeof known === 'number') return known;
  const value = Math.floor(context.random() * limit);
  context.cache.set(key, value);
  return value;
}

/** Whether 64 bits hold it. */
const isWide = (integer: bigint): boolean => BigInt.asIntN(64, integer) === integer;

/** Integers of 64 bits pass as they are; everything else goes through a mantissa of 64 bits. `toward` tells what to add to the truncated value. */
function toWhole(value: RegoNumber, toward: (negative: boolean, half: boolean) => bigint): RegoNumber {
  const integer = toInteger(value);
  if (integer !== undefined && isWide(integer)) return integerOf(integer);
  const float = bigFloatOf(value);
  if (integer !== undefined) return integerOf(truncateFloat(float));
  const whole = truncateFloat(float);
  const twice = truncateFloat({ ...float, exponent: float.exponent + 1 });
  const half = (twice < 0n ? -twice : twice) - 2n * (whole < 0n ? -whole : whole) >= 1n;
  return integerOf(whole + toward(float.negative, half));
}

function absolute(value: RegoNumber): RegoNumber {
  const integer = toInteger(value);
  if (integer !== undefined && isWide(integer)) return integerOf(integer < 0n ? -integer : integer);
  return numberOfFloat({ ...bigFloatOf(value), negative: false });
}

const shiftLimit = 1n << 24n;

function shiftOf(args: readonly Value[], context: BuiltinContext): bigint {
  const shift = bigIntOperand(args, 2);
  if (shift < 0n) throw operandProblem(2, 'must be an unsigned integer number but got a negative integer');
  context.reserve(Number(shift > shiftLimit ? 1n << 60n : shift / 8n));
  return shift;
}

function bits(name: string, run: (a: bigint, b: bigint) => bigint) {
  return builtin(name, (args) => integerOf(run(bigIntOperand(args, 1), bigIntOperand(args, 2))));
}

/** Functions of numbers and their bits. */
export const builtins = [
  builtin('numbers.range', (args, context) => range(args, 1n, context)),
  builtin('numbers.range_step', (args, context) => range(args, stepOf(args), context)),
  builtin('rand.intn', random),
  builtin('abs', (args) => absolute(numberOperand(args, 1))),
  builtin('ceil', (args) => toWhole(numberOperand(args, 1), (negative) => (negative ? 0n : 1n))),
  builtin('floor', (args) => toWhole(numberOperand(args, 1), (negative) => (negative ? -1n : 0n))),
  builtin('round', (args) => toWhole(numberOperand(args, 1), (negative, half) => (half ? (negative ? -1n : 1n) : 0n))),
  bits('bits.or', (a, b) => a | b),
  bits('bits.and', (a, b) => a & b),
  bits('bits.xor', (a, b) => a ^ b),
  builtin('bits.negate', (args) => integerOf(~bigIntOperand(args, 1))),
  builtin('bits.lsh', (args, context) => integerOf(bigIntOperand(args, 1) << shiftOf(args, context))),
  builtin('bits.rsh', (args) => {
    const value = bigIntOperand(args, 1);
    const shift = bigIntOperand(args, 2);
    if (shift < 0n) throw operandProblem(2, 'must be an unsigned integer number but got a negative integer');
    return integerOf(shift > shiftLimit ? (value < 0n ? -1n : 0n) : value >> shift);
  }),
];
