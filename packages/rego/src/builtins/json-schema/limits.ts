import { compareNumbers, decimalOf, type RegoNumber } from '../../values/number.ts';
import { BuiltinError } from '../builtin.ts';
import { generalText } from '../float-format.ts';
import type { NumberRange, SizeRange } from './schema.ts';

type Wrong = readonly [type: string, words: string];

/** What is wrong with a count: kinds and words for too few and too many. */
export function* checkSize(
  { least, most }: SizeRange,
  size: number,
  fewType: string,
  few: (least: number) => string,
  manyType: string,
  many: (most: number) => string,
): Generator<Wrong> {
  if (least !== undefined && size < least) yield [fewType, few(least)];
  if (most !== undefined && size > most) yield [manyType, many(most)];
}

/** What is wrong with a number; compared exactly. */
export function* checkNumber(range: NumberRange, value: RegoNumber): Generator<Wrong> {
  const { multipleOf, maximum, exclusiveMaximum, minimum, exclusiveMinimum } = range;
  if (multipleOf !== undefined && !isMultiple(value, multipleOf)) {
    yield ['multiple_of', `Must be a multiple of ${floatText(multipleOf)}`];
  }
  if (maximum !== undefined && compareNumbers(value, maximum) > 0) {
    yield ['number_lte', `Must be less than or equal to ${floatText(maximum)}`];
  }
  if (exclusiveMaximum !== undefined && compareNumbers(value, exclusiveMaximum) >= 0) {
    yield ['number_lt', `Must be less than ${floatText(exclusiveMaximum)}`];
  }
  if (minimum !== undefined && compareNumbers(value, minimum) < 0) {
    yield ['number_gte', `Must be greater than or equal to ${floatText(minimum)}`];
  }
  if (exclusiveMinimum !== undefined && compareNumbers(value, exclusiveMinimum) <= 0) {
    yield ['number_gt', `Must be greater than ${floatText(exclusiveMinimum)}`];
  }
}

/** Exponents beyond which no division is tried. */
const maxExponent = 10_000;

function isMultiple(value: RegoNumber, of: RegoNumber): boolean {
  const [a, b] = [decimalOf(value), decimalOf(of)];
  const [powerA, powerB] = [a.exponent - a.digits.length, b.exponent - b.digits.length];
  if (Math.abs(powerA) > maxExponent || Math.abs(powerB) > maxExponent) {
    throw new BuiltinError('number too large for multipleOf');
  }
  const scale = Math.min(powerA, powerB);
  const whole = (digits: string, power: number): bigint =>
    BigInt(digits === '' ? '0' : digits) * 10n ** BigInt(power - scale);
  return whole(a.digits, powerA) % whole(b.digits, powerB) === 0n;
}

/** As Go prints a `big.Float`: an exponent below 10^-4 and, with few digits, from 10^6 on (`1e+06`). */
function floatText(value: RegoNumber): string {
  const { negative, digits, exponent } = decimalOf(value);
  if (digits === '') return '0';
  return (
    (negative ? '-' : '') + generalText({ digits, exponent: exponent - 1 }, 'e', Math.max(digits.length, shortDigits))
  );
}

const shortDigits = 6;
