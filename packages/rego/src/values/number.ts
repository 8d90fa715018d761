import { compareDecimals, type Decimal, decimalToInteger, parseDecimal } from './decimal.ts';

/**
 * A number a JavaScript number cannot carry exactly, or whose text must be kept (`1.0`, `1e3`, 2^53 + 1).
 * A JavaScript number stands for the decimal that `String` prints for it.
 */
export class BigNumber {
  /** The number as OPA prints it. */
  readonly text: string;
  #decimal: Decimal | undefined;
  #plain: number | null | undefined;

  /** `text` must be a JSON number; use `parseNumber` for text from outside. */
  constructor(text: string) {
    this.text = text;
  }

  get decimal(): Decimal {
    this.#decimal ??= parseDecimal(this.text) ?? zero;
    return this.#decimal;
  }

  /** The JavaScript number that stands for exactly this value, if there is one. */
  get plain(): number | undefined {
    if (this.#plain === undefined) {
      const near = Number(this.text);
      this.#plain = Number.isFinite(near) && compareDecimals(decimalOf(near), this.decimal) === 0 ? near + 0 : null;
    }
    return this.#plain ?? undefined;
  }
}

/** A number of the value model. */
export type RegoNumber = number | BigNumber;

const zero: Decimal = { negative: false, digits: '', exponent: 0 };

/** Reads a JSON number exactly and keeps its text; `undefined` when the text is none. */
export function parseNumber(text: string): RegoNumber | undefined {
  const near = Number(text);
  // `1e-7` is printed as `1e-07` when it was computed, and as it is when it was read.
  if (String(near) === text && Number.isFinite(near) && !text.includes('e')) return near;
  return parseDecimal(text) === undefined ? undefined : new BigNumber(text);
}

/** The number of a text that is known to be a JSON number. */
export function numberOf(text: string): RegoNumber {
  const near = Number(text);
  return String(near) === text ? near : new BigNumber(text);
}

/** The number for an integer of any size. */
export function integerOf(value: bigint): RegoNumber {
  const near = Number(value);
  return Number.isSafeInteger(near) ? near : numberOf(value.toString());
}

/** The number as OPA prints it. */
export function numberText(value: RegoNumber): string {
  if (typeof value !== 'number') return value.text;
  if (Object.is(value, -0)) return '-0';
  // 1e+21 and above: JavaScript changes to exponents where OPA keeps the digits of an integer.
  if (Math.abs(value) >= 1e21 && Number.isFinite(value)) return BigInt(value).toString();
  const text = String(value);
  // JavaScript writes 1e-7 where Go writes 1e-07.
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

/** The exact decimal of a number. */
export function decimalOf(value: RegoNumber): Decimal {
  if (typeof value !== 'number') return value.decimal;
  return parseDecimal(String(value)) ?? zero;
}

/** The nearest JavaScript number. */
export function toFloat(value: RegoNumber): number {
  return typeof value === 'number' ? value : Number(value.text);
}

/** The integer a number stands for exactly (`1e3` and `2.0` count), else `undefined`. */
export function toInteger(value: RegoNumber): bigint | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  return decimalToInteger(decimalOf(value));
}

/** Whether the text is written as an integer of 64 bits: what OPA's `Number.Int64` takes (`2.0` does not count). */
export function toInt64(value: RegoNumber): bigint | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  const text = numberText(value);
  if (!/^-?\d{1,19}$/.test(text)) return undefined;
  const wide = BigInt(text);
  return BigInt.asIntN(64, wide) === wide ? wide : undefined;
}

/** Negative, zero or positive as `a` is less than, equal to or greater than `b`; exact at any size. */
export function compareNumbers(a: RegoNumber, b: RegoNumber): number {
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : 0;
  return compareDecimals(decimalOf(a), decimalOf(b));
}
