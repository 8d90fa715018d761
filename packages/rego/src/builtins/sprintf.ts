import { numberText } from '../values/number.ts';
import { quote, valueText } from '../values/text.ts';
import { isNumber, type Value } from '../values/value.ts';
import type { BuiltinContext } from './builtin.ts';
import { formatFloat } from './float-format.ts';

/** What a value is to Go's `fmt`: an integer, a fraction, or a text. */
type Argument =
  | { readonly kind: 'int' | 'big'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string };

interface Flags {
  plus: boolean;
  minus: boolean;
  sharp: boolean;
  space: boolean;
  zero: boolean;
  width: number | undefined;
  precision: number | undefined;
}

/** Go refuses widths and precisions above this. */
const maxSize = 1e6;

function argumentOf(value: Value): Argument {
  if (typeof value === 'string') return { kind: 'string', value };
  if (!isNumber(value)) return { kind: 'string', value: valueText(value) };
  const text = numberText(value);
  if (/[.eE]/.test(text)) {
    const float = Number(text);
    return Number.isFinite(float) ? { kind: 'float', value: float } : { kind: 'string', value: text };
  }
  const integer = BigInt(text);
  return { kind: BigInt.asIntN(64, integer) === integer ? 'int' : 'big', value: integer };
}

const typeNames = { int: 'int64', big: '*big.Int', float: 'float64', string: 'string' } as const;

function plainText(argument: Argument): string {
  if (argument.kind === 'float') return formatFloat(argument.value, 'g', undefined, 21);
  return String(argument.value);
}

/** A verb its argument does not have: the value as `%v` would print it, with the same flags. Large integers know no flags here. */
function bad(verb: string, argument: Argument, flags: Flags): string {
  const plain = { ...flags, sharp: false };
  switch (argument.kind) {
    case 'int':
      return `%!${verb}(int64=${formatInteger(argument.value, 'd', plain)})`;
    case 'float':
      return `%!${verb}(float64=${floatVerb({ ...argument }, 'v', plain)})`;
    case 'string':
      return `%!${verb}(string=${stringVerb({ ...argument }, 'v', plain)})`;
    default:
      return `%!${verb}(big.Int=${plainText(argument)})`;
  }
}

/** A text cut and padded as the flags ask. */
function padded(text: string, flags: Flags): string {
  const { width } = flags;
  if (width === undefined) return text;
  const missing = width - Array.from(text).length;
  if (missing <= 0) return text;
  if (flags.minus) return text + ' '.repeat(missing);
  return (flags.zero ? '0' : ' ').repeat(missing) + text;
}

function signOf(negative: boolean, flags: Flags): string {
  if (negative) return '-';
  if (flags.plus) return '+';
  return flags.space ? ' ' : '';
}

/** A number's digits with sign and prefix; zeros go between sign and digits. */
function paddedNumber(sign: string, digits: string, flags: Flags, zeros: boolean): string {
  const missing = (flags.width ?? 0) - sign.length - digits.length;
  if (zeros && !flags.minus && missing > 0) return sign + '0'.repeat(missing) + digits;
  return padded(sign + digits, { ...flags, zero: false });
}

const bases: Readonly<Record<string, number>> = { d: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };

function prefixOf(verb: string, sharp: boolean): string {
  if (verb === 'O') return '0o';
  if (!sharp) return '';
  return ({ b: '0b', o: '0', x: '0x', X: '0X' } as Readonly<Record<string, string>>)[verb] ?? '';
}

function formatInteger(value: bigint, verb: string, flags: Flags): string {
  const { precision } = flags;
  let digits = (value < 0n ? -value : value).toString(bases[verb] ?? 10);
  if (verb === 'X') digits = digits.toUpperCase();
  if (precision !== undefined) {
    if (precision === 0 && value === 0n) return padded('', { ...flags, zero: false });
    digits = digits.padStart(precision, '0');
  }
  const sign = signOf(value < 0n, flags);
  const prefix = prefixOf(verb, flags.sharp);
  if (flags.zero && precision === undefined && flags.width !== undefined && !flags.minus) {
    // Zeros count for the width without the prefix.
    digits = digits.padStart(flags.width - sign.length, '0');
  }
  return paddedNumber(sign + prefix, digits, flags, false);
}

function pointOf(value: bigint): string {
  return value >= 0n && value <= 0x10ffffn && !(value >= 0xd800n && value <= 0xdfffn)
    ? String.fromCodePoint(Number(value))
    : '\ufffd';
}

function quotedPoint(value: bigint): string {
  const inside = quote(pointOf(value)).slice(1, -1);
  if (inside === '\\"') return `'"'`;
  return inside === "'" ? `'\\''` : `'${inside}'`;
}

function unicodePoint(value: bigint, flags: Flags): string {
  const text = `U+${value
    .toString(16)
    .toUpperCase()
    .padStart(Math.max(4, flags.precision ?? 0), '0')}`;
  return padded(flags.sharp ? `${text} '${pointOf(value)}'` : text, { ...flags, zero: false });
}

function integerVerb(argument: Argument & { kind: 'int' | 'big' }, verb: string, flags: Flags): string {
  const { value, kind } = argument;
  if (verb === 'v') return formatInteger(value, 'd', flags);
  if (verb in bases) return formatInteger(value, verb, flags);
  // Go's large integers know `s` as well.
  if (kind === 'big') return verb === 's' ? formatInteger(value, 'd', flags) : bad(verb, argument, flags);
  if (verb === 'c') return padded(pointOf(value), flags);
  if (verb === 'q') return padded(quotedPoint(value), flags);
  if (verb === 'U') return unicodePoint(value, flags);
  return bad(verb, argument, flags);
}

function floatVerb(argument: Argument & { kind: 'float' }, verb: string, flags: Flags): string {
  if (!'vbgGxXfFeE'.includes(verb) || 'bxX'.includes(verb)) return bad(verb, argument, flags);
  const { value } = argument;
  const format = verb === 'v' ? 'g' : verb;
  const precision = flags.precision ?? ('eEfF'.includes(verb) ? 6 : undefined);
  const negative = value < 0 || Object.is(value, -0);
  const digits = formatFloat(Math.abs(value), format, precision, verb === 'v' ? 21 : undefined);
  return paddedNumber(signOf(negative, flags), digits, flags, flags.zero);
}

function stringVerb(argument: Argument & { kind: 'string' }, verb: string, flags: Flags): string {
  const { precision } = flags;
  const cut = precision === undefined ? argument.value : Array.from(argument.value).slice(0, precision).join('');
  switch (verb) {
    case 'v':
      return padded(flags.sharp ? quote(cut) : cut, flags);
    case 's':
      return padded(cut, flags);
    case 'q':
      return padded(flags.sharp && !cut.includes('`') ? `\`${cut}\`` : asciiOnly(quote(cut), flags.plus), flags);
    case 'x':
    case 'X':
      return padded(hexOf(argument.value, verb, flags), flags);
    default:
      return bad(verb, argument, flags);
  }
}

function asciiOnly(text: string, ascii: boolean): string {
  if (!ascii) return text;
  return Array.from(text, (letter) => {
    const code = letter.codePointAt(0) ?? 0;
    if (code < 0x80) return letter;
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  }).join('');
}

function hexOf(text: string, verb: string, flags: Flags): string {
  const bytes = [...new TextEncoder().encode(text)].slice(0, flags.precision);
  const prefix = flags.sharp ? `0${verb}` : '';
  const parts = bytes.map((byte) => byte.toString(16).padStart(2, '0'));
  const digits = flags.space
    ? parts.map((part) => prefix + part).join(' ')
    : (bytes.length > 0 ? prefix : '') + parts.join('');
  return verb === 'X' ? digits.toUpperCase() : digits;
}

function formatOne(argument: Argument, verb: string, flags: Flags): string {
  if (verb === 'T') return padded(typeNames[argument.kind], flags);
  if (argument.kind === 'float') return floatVerb({ ...argument }, verb, flags);
  if (argument.kind === 'string') return stringVerb({ ...argument }, verb, flags);
  return integerVerb({ ...argument }, verb, flags);
}

/** Reads one format string; the state of Go's `doPrintf`. */
class Printer {
  readonly #format: string;
  readonly #args: readonly Argument[];
  #at = 0;
  #next = 0;
  #reordered = false;
  #goodIndex = true;

  constructor(format: string, args: readonly Argument[]) {
    this.#format = format;
    this.#args = args;
  }

  print(context: BuiltinContext): string {
    let out = '';
    let everReordered = false;
    while (this.#at < this.#format.length) {
      const percent = this.#format.indexOf('%', this.#at);
      if (percent < 0) {
        out += this.#format.slice(this.#at);
        break;
      }
      out += this.#format.slice(this.#at, percent);
      this.#at = percent + 1;
      const part = this.#directive();
      everReordered ||= this.#reordered;
      context.reserve(part.length);
      out += part;
    }
    return everReordered ? out : out + this.#extra();
  }

  #extra(): string {
    const rest = this.#args.slice(this.#next);
    if (rest.length === 0) return '';
    return `%!(EXTRA ${rest.map((argument) => `${typeNames[argument.kind]}=${plainText(argument)}`).join(', ')})`;
  }

  #flags(): Flags {
    const flags: Flags = {
      plus: false,
      minus: false,
      sharp: false,
      space: false,
      zero: false,
      width: undefined,
      precision: undefined,
    };
    for (; ; this.#at++) {
      const letter = this.#format[this.#at];
      if (letter === '#') flags.sharp = true;
      else if (letter === '0') flags.zero = true;
      else if (letter === '+') flags.plus = true;
      else if (letter === '-') flags.minus = true;
      else if (letter === ' ') flags.space = true;
      else return flags;
    }
  }

  /** An explicit argument index, `[2]`. */
  #index(): boolean {
    if (this.#format[this.#at] !== '[') return false;
    this.#reordered = true;
    const match = /^\[(\d+)\]/.exec(this.#format.slice(this.#at, this.#at + 12));
    const index = match === null ? 0 : Number(match[1]);
    const close = this.#format.indexOf(']', this.#at);
    this.#at = close < 0 ? this.#at + 1 : close + 1;
    if (index < 1 || index > this.#args.length) {
      this.#goodIndex = false;
      return true;
    }
    this.#next = index - 1;
    return true;
  }

  #number(): number | undefined {
    const match = /^\d+/.exec(this.#format.slice(this.#at, this.#at + 20));
    if (match === null) return undefined;
    this.#at += match[0].length;
    const size = Number(match[0]);
    return size > maxSize ? undefined : size;
  }

  /** A size taken from the arguments by `*`; `undefined` when it is none. */
  #star(): number | undefined {
    this.#at++;
    const argument = this.#args[this.#next];
    if (argument === undefined) return undefined;
    this.#next++;
    if (argument.kind !== 'int') return undefined;
    const size = Number(argument.value);
    return Math.abs(size) > maxSize ? undefined : size;
  }

  #directive(): string {
    this.#reordered = false;
    this.#goodIndex = true;
    let out = '';
    const flags = this.#flags();
    let afterIndex = this.#index();
    if (this.#format[this.#at] === '*') {
      const width = this.#star();
      if (width === undefined) out += '%!(BADWIDTH)';
      else if (width < 0) Object.assign(flags, { minus: true, zero: false, width: -width });
      else flags.width = width;
      afterIndex = false;
    } else {
      flags.width = this.#number();
      if (afterIndex && flags.width !== undefined) this.#goodIndex = false;
    }
    if (this.#format[this.#at] === '.') {
      this.#at++;
      if (afterIndex) this.#goodIndex = false;
      afterIndex = this.#index();
      if (this.#format[this.#at] === '*') {
        const precision = this.#star();
        if (precision === undefined || precision < 0) out += precision === undefined ? '%!(BADPREC)' : '';
        else flags.precision = precision;
        afterIndex = false;
      } else flags.precision = this.#number() ?? 0;
    }
    if (!afterIndex) this.#index();
    return out + this.#verb(flags);
  }

  #verb(flags: Flags): string {
    const code = this.#format.codePointAt(this.#at);
    if (code === undefined) return '%!(NOVERB)';
    const verb = String.fromCodePoint(code);
    this.#at += verb.length;
    if (verb === '%') return '%';
    if (!this.#goodIndex) return `%!${verb}(BADINDEX)`;
    const argument = this.#args[this.#next];
    if (argument === undefined) return `%!${verb}(MISSING)`;
    this.#next++;
    return formatOne(argument, verb, flags);
  }
}

/** `sprintf` with Go's verbs. Composites, booleans and null are texts, as OPA hands them to Go. */
export function formatGo(format: string, values: readonly Value[], context: BuiltinContext): string {
  return new Printer(format, values.map(argumentOf)).print(context);
}
