/** The digits of a number without its sign. */
export interface Digits {
  readonly digits: string;
  /** The power of ten of the first digit. */
  readonly exponent: number;
}

/** The digits of a number: the fewest that read back as it, or `count` of them. */
function digitsOf(value: number, count?: number): Digits {
  const text = count === undefined ? value.toExponential() : value.toExponential(Math.min(100, count - 1));
  const [mantissa = '0', exponent = '0'] = text.split('e');
  return { digits: mantissa.replace('.', ''), exponent: Number(exponent) };
}

function exponential({ digits, exponent }: Digits, letter: string): string {
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
  const size = String(Math.abs(exponent)).padStart(2, '0');
  return `${digits.charAt(0)}${fraction}${letter}${exponent < 0 ? '-' : '+'}${size}`;
}

function positional({ digits, exponent }: Digits): string {
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const fraction = digits.slice(exponent + 1);
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

/** With an exponent below 10^-4 and from 10^`limit` on, without one between. */
export function generalText(number: Digits, letter: string, limit: number): string {
  return number.exponent < -4 || number.exponent >= limit ? exponential(number, letter) : positional(number);
}

/** `value` with exactly `places` digits after the point, rounded to nearest even from its exact binary value. */
function fixed(value: number, places: number): string {
  if (Math.abs(value) < 1e21 && places <= 100) return value.toFixed(places);
  const whole = BigInt(value).toString();
  return places === 0 ? whole : `${whole}.${'0'.repeat(places)}`;
}

/**
 * A number as Go's `strconv.FormatFloat` prints it, for the formats e, E, f, F, g and G.
 * `threshold` is the exponent from which the shortest g changes to an exponent: 21 for `%v`.
 */
export function formatFloat(value: number, format: string, precision: number | undefined, threshold?: number): string {
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const size = Math.abs(value);
  switch (format) {
    case 'e':
    case 'E':
      return sign + exponential(digitsOf(size, precision === undefined ? undefined : precision + 1), format);
    case 'f':
    case 'F':
      return sign + (precision === undefined ? positional(digitsOf(size)) : fixed(size, precision));
    default:
      return sign + general(size, format === 'G' ? 'E' : 'e', precision, threshold);
  }
}

function general(size: number, letter: string, precision: number | undefined, threshold: number | undefined): string {
  const found = digitsOf(size, precision === undefined ? undefined : Math.max(1, precision));
  const shown = { digits: found.digits.replace(/0+$/, '') || '0', exponent: found.exponent };
  let limit = precision ?? 6;
  if (precision === undefined) limit = threshold ?? Math.max(shown.digits.length, 21);
  else if (limit > shown.digits.length && shown.digits.length >= found.exponent + 1)
    limit = Math.max(1, shown.digits.length);
  if (precision !== undefined && limit === 0) limit = 1;
  return generalText(shown, letter, limit);
}
