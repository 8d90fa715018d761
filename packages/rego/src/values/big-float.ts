import { decimalOf, numberOf, type RegoNumber } from './number.ts';

const precision = 64;

/**
 * A binary number of 64 bits: what OPA computes fractions with (Go's `big.Float`, rounded to nearest even).
 * Its value is `mantissa × 2^exponent`; the mantissa has 64 bits or is zero.
 */
export interface BigFloat {
  readonly mantissa: bigint;
  readonly exponent: number;
  /** Whether the value is negative; zero may be. */
  readonly negative: boolean;
}

const zero: BigFloat = { mantissa: 0n, exponent: 0, negative: false };

function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(16).length * 4 - leadingZeros(value);
}

function leadingZeros(value: bigint): number {
  const top = Number.parseInt(value.toString(16).charAt(0), 16);
  return Math.clz32(top) - 28;
}

/** `mantissa × 2^exponent` rounded to so many bits, usually 64. */
function rounded(mantissa: bigint, exponent: number, negative: boolean, bits = precision): BigFloat {
  if (mantissa === 0n) return { ...zero, negative };
  const extra = bitLength(mantissa) - bits;
  if (extra <= 0) return { mantissa: mantissa << BigInt(-extra), exponent: exponent + extra, negative };
  const shift = BigInt(extra);
  const rest = mantissa & ((1n << shift) - 1n);
  const half = 1n << (shift - 1n);
  let kept = mantissa >> shift;
  if (rest > half || (rest === half && (kept & 1n) === 1n)) kept += 1n;
  if (bitLength(kept) > bits) return { mantissa: kept >> 1n, exponent: exponent + extra + 1, negative };
  return { mantissa: kept, exponent: exponent + extra, negative };
}

/** The quotient of two integers, rounded to 64 bits. */
function ratio(numerator: bigint, denominator: bigint, exponent: number, negative: boolean): BigFloat {
  if (numerator === 0n) return { ...zero, negative };
  const shift = Math.max(0, precision + 2 - (bitLength(numerator) - bitLength(denominator)));
  const scaled = numerator << BigInt(shift);
  const quotient = scaled / denominator;
  return rounded((quotient << 1n) | (scaled % denominator === 0n ? 0n : 1n), exponent - shift - 1, negative);
}

/** Reads a number, rounded to 64 bits. */
export function bigFloatOf(value: RegoNumber): BigFloat {
  const { negative, digits, exponent } = decimalOf(value);
  if (digits === '') return { ...zero, negative: Object.is(value, -0) };
  const scale = exponent - digits.length;
  const mantissa = BigInt(digits);
  return scale >= 0
    ? rounded(mantissa * 10n ** BigInt(scale), 0, negative)
    : ratio(mantissa, 10n ** BigInt(-scale), 0, negative);
}

/** An integer, rounded to 64 bits. */
export function bigFloatOfInteger(value: bigint): BigFloat {
  return rounded(value < 0n ? -value : value, 0, value < 0n);
}

export function addFloats(a: BigFloat, b: BigFloat): BigFloat {
  if (a.mantissa === 0n && b.mantissa === 0n) return { ...zero, negative: a.negative && b.negative };
  const exponent = Math.min(a.mantissa === 0n ? b.exponent : a.exponent, b.mantissa === 0n ? a.exponent : b.exponent);
  const sum = signed(a, exponent) + signed(b, exponent);
  return rounded(sum < 0n ? -sum : sum, exponent, sum < 0n);
}

function signed({ mantissa, exponent, negative }: BigFloat, at: number): bigint {
  if (mantissa === 0n) return 0n;
  const size = mantissa << BigInt(exponent - at);
  return negative ? -size : size;
}

export function negateFloat(a: BigFloat): BigFloat {
  return { ...a, negative: !a.negative };
}

export function multiplyFloats(a: BigFloat, b: BigFloat): BigFloat {
  return rounded(a.mantissa * b.mantissa, a.exponent + b.exponent, a.negative !== b.negative);
}

/** The product rounded to 53 bits, as OPA multiplies the members of a collection. */
export function multiplyToDouble(a: BigFloat, b: BigFloat): BigFloat {
  return rounded(a.mantissa * b.mantissa, a.exponent + b.exponent, a.negative !== b.negative, 53);
}

/** A value of 53 bits with the fewest digits that read back as it. */
export function numberOfDouble({ mantissa, exponent, negative }: BigFloat): RegoNumber {
  const value = Number(mantissa) * 2 ** exponent;
  if (!Number.isFinite(value) || value === 0) return numberOfFloat({ mantissa, exponent, negative });
  const [digits = '', power = '0'] = value.toExponential().split('e');
  const text = layout(digits.replace('.', ''), Number(power) + 1, isIntegerFloat({ mantissa, exponent, negative }));
  return numberOf((negative ? '-' : '') + text);
}

/** `b` must not be zero. */
export function divideFloats(a: BigFloat, b: BigFloat): BigFloat {
  return ratio(a.mantissa, b.mantissa, a.exponent - b.exponent, a.negative !== b.negative);
}

/** The integer part, towards zero. */
export function truncateFloat({ mantissa, exponent, negative }: BigFloat): bigint {
  const size = exponent >= 0 ? mantissa << BigInt(exponent) : mantissa >> BigInt(-exponent);
  return negative ? -size : size;
}

export function isIntegerFloat({ mantissa, exponent }: BigFloat): boolean {
  return exponent >= 0 || mantissa === 0n || (mantissa & ((1n << BigInt(-exponent)) - 1n)) === 0n;
}

/** Negative, zero or positive as `a` is less than, equal to or greater than `b`. */
export function compareFloats(a: BigFloat, b: BigFloat): number {
  const difference = addFloats(a, negateFloat(b));
  if (difference.mantissa === 0n) return 0;
  return difference.negative ? -1 : 1;
}

/** The number with the fewest digits that reads back as this value, written as OPA writes results. */
export function numberOfFloat(value: BigFloat): RegoNumber {
  if (value.mantissa === 0n) return value.negative ? numberOf('-0') : 0;
  const { digits, exponent } = shortestDigits(value);
  return numberOf((value.negative ? '-' : '') + layout(digits, exponent, isIntegerFloat(value)));
}

/** `0.DIGITS × 10^exponent` as Go prints it: integers in full, fractions with an exponent when far from 1. */
function layout(digits: string, exponent: number, integer: boolean): string {
  if (integer) return digits.length >= exponent ? digits.slice(0, exponent) : digits.padEnd(exponent, '0');
  const shown = exponent - 1;
  if (shown >= -4 && shown < 6) {
    if (exponent <= 0) return `0.${'0'.repeat(-exponent)}${digits}`;
    return `${digits.slice(0, exponent)}.${digits.slice(exponent)}`;
  }
  const size = String(Math.abs(shown)).padStart(2, '0');
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
  return `${digits.charAt(0)}${fraction}e${shown < 0 ? '-' : '+'}${size}`;
}

function shortestDigits(value: BigFloat): { digits: string; exponent: number } {
  const { mantissa, exponent } = value;
  const numerator = exponent >= 0 ? mantissa << BigInt(exponent) : mantissa;
  const denominator = exponent >= 0 ? 1n : 1n << BigInt(-exponent);
  const size = decimalSize(numerator, denominator);
  for (let count = 1; ; count++) {
    const scale = count - size;
    const [top, bottom] =
      scale >= 0 ? [numerator * 10n ** BigInt(scale), denominator] : [numerator, denominator * 10n ** BigInt(-scale)];
    const candidate = nearest(top, bottom);
    const back =
      scale >= 0
        ? ratio(candidate, 10n ** BigInt(scale), 0, false)
        : rounded(candidate * 10n ** BigInt(-scale), 0, false);
    if (back.mantissa === mantissa && back.exponent === exponent) {
      const text = candidate.toString();
      return { digits: text.replace(/0+$/, ''), exponent: text.length - scale };
    }
  }
}

/** The integer nearest to a fraction; of two that are equally near, the even one. */
function nearest(top: bigint, bottom: bigint): bigint {
  const floor = top / bottom;
  const twice = 2n * (top % bottom);
  return twice > bottom || (twice === bottom && (floor & 1n) === 1n) ? floor + 1n : floor;
}

/** The number of digits before the point; zero or less for fractions below 0.1. */
function decimalSize(numerator: bigint, denominator: bigint): number {
  if (numerator >= denominator) return (numerator / denominator).toString().length;
  return 1 - (denominator / numerator).toString().length + (isPowerOfTen(numerator, denominator) ? 1 : 0);
}

function isPowerOfTen(numerator: bigint, denominator: bigint): boolean {
  return denominator % numerator === 0n && /^10*$/.test((denominator / numerator).toString());
}
