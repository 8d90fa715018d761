import { addNumbers } from '../operators/arithmetic.ts';
import { sizeOf } from '../values/access.ts';
import { bigFloatOf, multiplyToDouble, numberOfDouble, numberOfFloat } from '../values/big-float.ts';
import { compareValues } from '../values/compare.ts';
import { integerOf, type RegoNumber, toInteger } from '../values/number.ts';
import { isArray, isNumber, isObject, isSet, type Value } from '../values/value.ts';
import { builtin, elementError, listOperand, operandError } from './operands.ts';

function count([value = null]: readonly Value[]): number {
  if (typeof value === 'string') return /[\ud800-\udfff]/.test(value) ? Array.from(value).length : value.length;
  if (isArray(value)) return value.length;
  if (isSet(value)) return value.size;
  if (isObject(value)) return sizeOf(value);
  throw operandError(1, value, 'array', 'object', 'set', 'string');
}

function numbers(args: readonly Value[]): RegoNumber[] {
  return listOperand(args, 1).map((item) => {
    if (!isNumber(item)) throw elementError(1, args[0] ?? null, item, 'number');
    return item;
  });
}

/** Integers are taken together exactly; with one fraction among them everything is a number of 64 bits. */
function accumulated(
  args: readonly Value[],
  start: number,
  exact: (a: bigint, b: bigint) => bigint,
  float: (list: readonly RegoNumber[]) => RegoNumber,
): RegoNumber {
  const list = numbers(args);
  const integers = list.map(toInteger);
  if (integers.every((item) => item !== undefined)) return integerOf(integers.reduce(exact, BigInt(start)));
  return float(list);
}

const sumOf = (list: readonly RegoNumber[]): RegoNumber =>
  list.map((item) => numberOfFloat(bigFloatOf(item))).reduce(addNumbers, 0);

const productOf = (list: readonly RegoNumber[]): RegoNumber =>
  numberOfDouble(list.map(bigFloatOf).reduce(multiplyToDouble, bigFloatOf(1)));

function largest(args: readonly Value[], sign: 1 | -1): Value | undefined {
  const list = listOperand(args, 1);
  let best = list[0];
  for (const item of list) if (best !== undefined && compareValues(item, best) * sign >= 0) best = item;
  return best;
}

/** Functions that make one value of a collection. */
export const builtins = [
  builtin('count', count),
  builtin('sum', (args) => accumulated(args, 0, (a, b) => a + b, sumOf)),
  builtin('product', (args, context) => {
    context.reserve(listOperand(args, 1).length * 8);
    return accumulated(args, 1, (a, b) => a * b, productOf);
  }),
  builtin('max', (args) => largest(args, 1)),
  builtin('min', (args) => largest(args, -1)),
  builtin('sort', (args) => [...listOperand(args, 1)].sort(compareValues)),
  builtin('all', (args) => listOperand(args, 1, ['array', 'set']).every((item) => item === true)),
  builtin('any', (args) => listOperand(args, 1, ['array', 'set']).includes(true)),
];
