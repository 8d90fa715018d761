import { CelError, type Opaque, type Value } from './values.ts';

const form = /^([+-]?)(\d+\.?\d*|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?\d+)?$/;
const binary = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const decimal: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };

// Nine fractional digits are kept, as the API does; what is smaller is rounded up.
const one = 1_000_000_000n;

/** A resource quantity such as `1500m` or `2Gi`, exact to a billionth. */
export class Quantity implements Opaque {
  readonly is = 'opaque';
  readonly type = 'Quantity';
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = nanos;
  }

  equals(other: Opaque): boolean {
    return other instanceof Quantity && other.nanos === this.nanos;
  }

  compare(other: Quantity): number {
    return this.nanos < other.nanos ? -1 : this.nanos > other.nanos ? 1 : 0;
  }

  sign(): number {
    return this.nanos < 0n ? -1 : this.nanos > 0n ? 1 : 0;
  }

  isInteger(): boolean {
    return this.nanos % one === 0n && this.nanos / one < 2n ** 63n;
  }

  asInteger(): bigint {
    if (!this.isInteger()) throw new CelError('cannot convert value to integer');
    return this.nanos / one;
  }

  asFloat(): number {
    return Number(this.nanos) / 1e9;
  }

  plus(other: Quantity, factor: bigint): Quantity {
    return new Quantity(this.nanos + factor * other.nanos);
  }
}

/** Reads a quantity; undefined when the text is none. */
export function readQuantity(text: string): Quantity | undefined {
  const parts = form.exec(text);
  if (parts === null) return undefined;
  const [, sign, digits = '', suffix = ''] = parts;
  const [whole = '', fraction = ''] = digits.split('.');
  let value = BigInt(whole + fraction || '0') * one;
  let divisor = 10n ** BigInt(fraction.length);
  const power = binary.indexOf(suffix);
  const exponent = /^[eE]/.test(suffix) && suffix.length > 1 ? Number(suffix.slice(1)) : decimal[suffix];
  if (power >= 0) value *= 1024n ** BigInt(power + 1);
  else if (exponent !== undefined) {
    if (Math.abs(exponent) > 100) return undefined;
    if (exponent >= 0) value *= 10n ** BigInt(exponent);
    else divisor *= 10n ** BigInt(-exponent);
  }
  const rounded = (value + divisor - 1n) / divisor;
  return new Quantity(sign === '-' ? -rounded : rounded);
}

export function isQuantity(text: string): boolean {
  return readQuantity(text) !== undefined;
}

/** Reads a quantity or throws CelError. */
export function quantity(text: string): Quantity {
  const found = readQuantity(text);
  if (found === undefined) {
    throw new CelError("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  }
  return found;
}

/** The value as a quantity, or undefined. */
export function quantityOf(value: Value | undefined): Quantity | undefined {
  return value instanceof Quantity ? value : undefined;
}
