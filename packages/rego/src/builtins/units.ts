import { integerOf, numberOf } from '../values/number.ts';
import type { Value } from '../values/value.ts';
import { BuiltinError } from './builtin.ts';
import { builtin, stringOperand } from './operands.ts';

/** A fraction; the denominator is positive. */
interface Rational {
  readonly top: bigint;
  readonly bottom: bigint;
}

const whole = (top: bigint): Rational => ({ top, bottom: 1n });
const prefixes = ['k', 'm', 'g', 't', 'p', 'e'];

/** Bytes of a unit, in lower case: `kb`, `k` and `kib`, `ki`. */
const byteUnits: ReadonlyMap<string, Rational> = new Map([
  ['', whole(1n)],
  ...prefixes.flatMap((prefix, index): [string, Rational][] => {
    const decimal = whole(1000n ** BigInt(index + 1));
    const binary = whole(1024n ** BigInt(index + 1));
    return [
      [prefix, decimal],
      [`${prefix}b`, decimal],
      [`${prefix}i`, binary],
      [`${prefix}ib`, binary],
    ];
  }),
]);

/** Units of Kubernetes' quantities: `m` is a thousandth, `M` a million; the others do not mind their case. */
const siUnits: ReadonlyMap<string, Rational> = new Map([
  ['', whole(1n)],
  // The nearest 64-bit number to 0.001, exactly: OPA computes with that.
  ['m', { top: 1152921504606847n, bottom: 2n ** 60n }],
  ...prefixes.flatMap((prefix, index): [string, Rational][] => {
    const upper = prefix.toUpperCase();
    const decimal = whole(1000n ** BigInt(index + 1));
    const binary = whole(1024n ** BigInt(index + 1));
    return [
      ...(prefix === 'm' ? [] : [[prefix, decimal] as [string, Rational]]),
      [upper, decimal],
      [`${prefix}i`, binary],
      [`${upper}i`, binary],
    ];
  }),
]);

const longestExponent = 6;

/** Where the number ends and the unit begins. `e` belongs to the number where digits or a sign follow. */
function splitUnit(text: string, fail: (why: string) => BuiltinError): readonly [string, string] {
  let at = 0;
  for (; at < text.length; at++) {
    const letter = text[at] ?? '';
    if (/[eE]/.test(letter)) {
      const exponent = /^[eE](?:[+-]|(?=\p{Nd}))(\p{Nd}*)/u.exec(text.slice(at));
      if (exponent === null) break;
      if ((exponent[1]?.length ?? 0) > longestExponent) throw fail('exponent too large');
      if (/[+-]/.test(text[at + 1] ?? '')) at++;
    } else if (!/[\p{Nd}.+-]/u.test(letter)) break;
  }
  return [text.slice(0, at), text.slice(at)];
}

/** A decimal with an exponent, as Go's big numbers read it; undefined when it is none. */
function toRational(text: string): Rational | undefined {
  const found = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (found === null) return undefined;
  const [, sign, before = '', after = '', power = '0'] = found;
  if (before === '' && after === '') return undefined;
  const digits = BigInt(`${before}${after}`) * (sign === '-' ? -1n : 1n);
  const exponent = Number(power) - after.length;
  const scale = 10n ** BigInt(Math.abs(exponent));
  return exponent < 0 ? { top: digits, bottom: scale } : { top: digits * scale, bottom: 1n };
}

interface Words {
  readonly name: string;
  readonly amount: string;
  readonly unit: string;
}

function parse(
  text: string,
  units: ReadonlyMap<string, Rational>,
  words: Words,
  toUnit: (unit: string) => string,
): Rational {
  const fail = (why: string): BuiltinError => new BuiltinError(`${words.name}: ${why}`);
  if (text.includes(' ')) throw fail('spaces not allowed in resource strings');
  const [number, rawUnit] = splitUnit(text, fail);
  if (number === '') throw fail(`no ${words.amount} provided`);
  const unit = toUnit(rawUnit);
  const factor = units.get(unit);
  if (factor === undefined) throw fail(`${words.unit} ${unit} not recognized`);
  const value = toRational(number);
  if (value === undefined) throw fail(`could not parse ${words.amount} to a number`);
  return { top: value.top * factor.top, bottom: value.bottom * factor.bottom };
}

/** Ten digits behind the point, rounded half away from zero, as Go writes a fraction. */
function tenDigits({ top, bottom }: Rational): string {
  const positive = top < 0n ? -top : top;
  const scaled = (positive * 10n ** 10n * 2n + bottom) / (bottom * 2n);
  const digits = scaled.toString().padStart(11, '0');
  return `${top < 0n && scaled !== 0n ? '-' : top < 0n ? '-' : ''}${digits.slice(0, -10)}.${digits.slice(-10)}`;
}

function parseUnits(text: string): Value {
  const words = { name: 'units.parse', amount: 'amount', unit: 'unit' };
  const value = parse(
    text.replaceAll('"', ''),
    siUnits,
    words,
    (unit) => unit.slice(0, 1) + unit.slice(1).toLowerCase(),
  );
  return value.top % value.bottom === 0n ? integerOf(value.top / value.bottom) : numberOf(tenDigits(value));
}

function parseBytes(text: string): Value {
  const words = { name: 'units.parse_bytes', amount: 'byte amount', unit: 'byte unit' };
  const { top, bottom } = parse(text.toLowerCase().replaceAll('"', ''), byteUnits, words, (unit) => unit);
  return integerOf(top / bottom);
}

/** Quantities with units. */
export const builtins = [
  builtin('units.parse', (args) => parseUnits(stringOperand(args, 1))),
  builtin('units.parse_bytes', (args) => parseBytes(stringOperand(args, 1))),
];
