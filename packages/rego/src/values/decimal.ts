/**
 * The exact decimal reading of a number's text: `0.DIGITS × 10^exponent`, digits without zeros at either end.
 * Zero has no digits and exponent 0. Two texts name the same number exactly when their decimals are the same.
 */
export interface Decimal {
  readonly negative: boolean;
  readonly digits: string;
  readonly exponent: number;
}

const shape = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** Reads a JSON number; `undefined` when the text is none. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = shape.exec(text);
  if (match === null) return undefined;
  const whole = match[2] ?? '';
  const all = whole + (match[3] ?? '');
  let first = 0;
  while (first < all.length && all.charCodeAt(first) === 48) first++;
  if (first === all.length) return { negative: false, digits: '', exponent: 0 };
  let end = all.length;
  while (all.charCodeAt(end - 1) === 48) end--;
  const exponent = whole.length - first + (match[4] === undefined ? 0 : Number(match[4]));
  return { negative: match[1] === '-', digits: all.slice(first, end), exponent };
}

/** Negative, zero or positive as `a` is less than, equal to or greater than `b`. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.digits === '' || b.digits === '') return signOf(a) - signOf(b);
  if (a.negative !== b.negative) return a.negative ? -1 : 1;
  const size = compareSizes(a, b);
  return a.negative ? -size : size;
}

function signOf(a: Decimal): number {
  if (a.digits === '') return 0;
  return a.negative ? -1 : 1;
}

function compareSizes(a: Decimal, b: Decimal): number {
  if (a.exponent !== b.exponent) return a.exponent < b.exponent ? -1 : 1;
  // Digits after the point of both, so a prefix is the smaller one: plain text order.
  if (a.digits === b.digits) return 0;
  return a.digits < b.digits ? -1 : 1;
}

/** The integer a decimal stands for, or `undefined` when it has a fraction or more than `limit` digits. */
export function decimalToInteger(decimal: Decimal, limit = 100_000): bigint | undefined {
  if (decimal.digits === '') return 0n;
  if (decimal.exponent < decimal.digits.length || decimal.exponent > limit) return undefined;
  const size = BigInt(decimal.digits.padEnd(decimal.exponent, '0'));
  return decimal.negative ? -size : size;
}
