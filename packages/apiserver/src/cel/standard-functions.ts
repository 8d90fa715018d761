import { compilePattern } from '../schema/schema.ts';
import { FunctionTable, itemCost, textCost } from './functions.ts';
import { formatDuration, formatTimestamp, parseDuration, parseTimestamp, partOf, timeParts } from './time.ts';
import {
  CelError,
  type CelList,
  Duration,
  equal,
  itemsOf,
  list,
  numeric,
  runtimeType,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from './values.ts';

/** The functions and operators of the CEL language itself. */
export const standard = new FunctionTable();

const maxInt = 2n ** 63n - 1n;
const minInt = -(2n ** 63n);
const maxUint = 2n ** 64n - 1n;

// The type of the overload has been checked; these read the value under it.
const int = (v: Value | undefined): bigint => (typeof v === 'bigint' ? v : wrongType());
const dbl = (v: Value | undefined): number => (typeof v === 'number' ? v : wrongType());
const str = (v: Value | undefined): string => (typeof v === 'string' ? v : wrongType());
const uint = (v: Value | undefined): bigint => (v instanceof Uint ? v.value : wrongType());
const nanos = (v: Value | undefined): bigint =>
  v instanceof Timestamp || v instanceof Duration ? v.nanos : wrongType();
const lst = (v: Value | undefined): CelList =>
  typeof v === 'object' && v !== null && 'is' in v && v.is === 'list' ? v : wrongType();

function wrongType(): never {
  throw new CelError('no such overload');
}

function checkedInt(value: bigint): bigint {
  if (value > maxInt || value < minInt) throw new CelError('integer overflow');
  return value;
}

function checkedUint(value: bigint): Uint {
  if (value > maxUint || value < 0n) throw new CelError('unsigned integer overflow');
  return new Uint(value);
}

function divisor(value: bigint, what: string): bigint {
  if (value === 0n) throw new CelError(what);
  return value;
}

function arithmetic(
  op: string,
  ints: (a: bigint, b: bigint) => bigint,
  doubles?: (a: number, b: number) => number,
): void {
  standard.fn(`_${op}_(int, int): int`, (a, b) => checkedInt(ints(int(a), int(b))));
  standard.fn(`_${op}_(uint, uint): uint`, (a, b) => checkedUint(ints(uint(a), uint(b))));
  if (doubles !== undefined) standard.fn(`_${op}_(double, double): double`, (a, b) => doubles(dbl(a), dbl(b)));
}

arithmetic(
  '+',
  (a, b) => a + b,
  (a, b) => a + b,
);
arithmetic(
  '-',
  (a, b) => a - b,
  (a, b) => a - b,
);
arithmetic(
  '*',
  (a, b) => a * b,
  (a, b) => a * b,
);
arithmetic(
  '/',
  (a, b) => a / divisor(b, 'division by zero'),
  (a, b) => a / b,
);
arithmetic('%', (a, b) => a % divisor(b, 'modulus by zero'));
standard.fn('-_(int): int', (a) => checkedInt(-int(a)));
standard.fn('-_(double): double', (a) => -dbl(a));
standard.fn('!_(bool): bool', (a) => (typeof a === 'boolean' ? !a : wrongType()));
standard.fn('_+_(string, string): string', (a, b) => str(a) + str(b), textCost);
standard.fn('_+_(bytes, bytes): bytes', (a, b) =>
  a instanceof Uint8Array && b instanceof Uint8Array ? Uint8Array.from([...a, ...b]) : wrongType(),
);
standard.fn('_+_(list(A), list(A)): list(A)', (a, b) => list([...itemsOf(lst(a)), ...itemsOf(lst(b))]), itemCost);
standard.fn('_+_(duration, duration): duration', (a, b) => new Duration(nanos(a) + nanos(b)));
standard.fn('_+_(timestamp, duration): timestamp', (a, b) => new Timestamp(nanos(a) + nanos(b)));
standard.fn('_+_(duration, timestamp): timestamp', (a, b) => new Timestamp(nanos(a) + nanos(b)));
standard.fn('_-_(duration, duration): duration', (a, b) => new Duration(nanos(a) - nanos(b)));
standard.fn('_-_(timestamp, timestamp): duration', (a, b) => new Duration(nanos(a) - nanos(b)));
standard.fn('_-_(timestamp, duration): timestamp', (a, b) => new Timestamp(nanos(a) - nanos(b)));

standard.fn('_==_(A, A): bool', (a = null, b = null) => equal(a, b));
standard.fn('_!=_(A, A): bool', (a = null, b = null) => !equal(a, b));

const orders: Readonly<Record<string, (order: number) => boolean>> = {
  '<': (o) => o < 0,
  '<=': (o) => o <= 0,
  '>': (o) => o > 0,
  '>=': (o) => o >= 0,
};
const ordered = ['bool', 'string', 'bytes', 'timestamp', 'duration'];
const numbers = ['int', 'uint', 'double'];
for (const [op, holds] of Object.entries(orders)) {
  const pairs = [...ordered.map((t) => [t, t]), ...numbers.flatMap((a) => numbers.map((b) => [a, b]))];
  for (const [a, b] of pairs) {
    standard.fn(`_${op}_(${a}, ${b}): bool`, (x = null, y = null) => {
      const order = compare(x, y);
      return !Number.isNaN(order) && holds(order);
    });
  }
}

/** Below, at or above zero; NaN when there is no order. */
export function compare(a: Value, b: Value): number {
  const [x, y] = [numeric(a), numeric(b)];
  if (x !== undefined && y !== undefined) return x < y ? -1 : x > y ? 1 : x >= y ? 0 : Number.NaN;
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  if (a instanceof Timestamp || a instanceof Duration) {
    const diff = a.nanos - nanos(b);
    return diff < 0n ? -1 : diff > 0n ? 1 : 0;
  }
  throw new CelError('no such overload');
}

standard.fn('@in(A, list(A)): bool', (a = null, b) => itemsOf(lst(b)).some((item) => equal(a, item)), itemCost);
standard.fn('@in(A, map(A, B)): bool', (a = null, b) => {
  if (typeof b !== 'object' || b === null || !('is' in b) || b.is !== 'map') return wrongType();
  return b.get(a) !== undefined;
});

function sizeOf(value: Value = null): bigint {
  if (typeof value === 'string') return BigInt([...value].length);
  if (value instanceof Uint8Array) return BigInt(value.length);
  if (typeof value === 'object' && value !== null && 'is' in value) {
    if (value.is === 'list') return BigInt(value.length);
    if (value.is === 'map') return BigInt(value.size);
  }
  return wrongType();
}
for (const type of ['string', 'bytes', 'list(A)', 'map(A, B)']) {
  standard.fn(`size(${type}): int`, sizeOf, textCost);
  standard.method(type, 'size(): int', sizeOf, textCost);
}

standard.method('string', 'contains(string): bool', (a, b) => str(a).includes(str(b)), textCost);
standard.method('string', 'startsWith(string): bool', (a, b) => str(a).startsWith(str(b)), textCost);
standard.method('string', 'endsWith(string): bool', (a, b) => str(a).endsWith(str(b)), textCost);

const patterns = new Map<string, ReturnType<typeof compilePattern>>();
function matches(text: Value | undefined, source: Value | undefined): boolean {
  const wanted = str(source);
  let pattern = patterns.get(wanted);
  if (pattern === undefined) {
    try {
      pattern = compilePattern(wanted);
    } catch (error) {
      throw new CelError(`error parsing regexp: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (patterns.size > 1000) patterns.clear();
    patterns.set(wanted, pattern);
  }
  return pattern.test(str(text));
}
const matchCost = (args: readonly Value[]) => textCost(args) * Math.max(1, Math.ceil(str(args[1]).length / 4));
standard.method('string', 'matches(string): bool', matches, matchCost);
standard.fn('matches(string, string): bool', matches, matchCost);

// Conversions.
for (const type of ['int', 'uint', 'double', 'string', 'bool', 'bytes', 'timestamp', 'duration']) {
  standard.fn(`${type}(${type}): ${type}`, (a = null) => a);
}
standard.fn('dyn(A): dyn', (a = null) => a);
standard.fn('type(A): type', (a = null) => new TypeValue(runtimeType(a)));

function toInt(value: number): bigint {
  if (!Number.isFinite(value) || value >= 2 ** 63 || value <= -(2 ** 63)) throw new CelError('integer overflow');
  return BigInt(Math.trunc(value));
}
function parseInt64(text: string): bigint {
  if (!/^[+-]?\d+$/.test(text)) throw new CelError(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return checkedInt(BigInt(text.replace('+', '')));
}
standard.fn('int(double): int', (a) => toInt(dbl(a)));
standard.fn('int(uint): int', (a) => checkedInt(uint(a)));
standard.fn('int(string): int', (a) => parseInt64(str(a)), textCost);
standard.fn('int(timestamp): int', (a) => nanos(a) / 1_000_000_000n);
standard.fn('uint(int): uint', (a) => checkedUint(int(a)));
standard.fn('uint(double): uint', (a) => checkedUint(toInt(dbl(a))));
standard.fn('uint(string): uint', (a) => checkedUint(parseInt64(str(a))));
standard.fn('double(int): double', (a) => Number(int(a)));
standard.fn('double(uint): double', (a) => Number(uint(a)));
standard.fn('double(string): double', (a) => {
  const value = Number(str(a));
  if (str(a).trim() === '' || Number.isNaN(value))
    throw new CelError(`strconv.ParseFloat: parsing ${JSON.stringify(str(a))}: invalid syntax`);
  return value;
});
standard.fn('string(int): string', (a) => String(int(a)));
standard.fn('string(uint): string', (a) => String(uint(a)));
standard.fn('string(double): string', (a) => String(dbl(a)));
standard.fn('string(bool): string', (a) => String(a));
standard.fn('string(bytes): string', (a) =>
  a instanceof Uint8Array ? new TextDecoder('utf-8', { fatal: true }).decode(a) : wrongType(),
);
standard.fn('string(timestamp): string', (a) => formatTimestamp(nanos(a)));
standard.fn('string(duration): string', (a) => formatDuration(nanos(a)));
standard.fn('bytes(string): bytes', (a) => new TextEncoder().encode(str(a)), textCost);
standard.fn('bool(string): bool', (a) => {
  const text = str(a);
  if (['true', 'True', 'TRUE', 't', '1'].includes(text)) return true;
  if (['false', 'False', 'FALSE', 'f', '0'].includes(text)) return false;
  throw new CelError('type conversion error from string to bool');
});
standard.fn('timestamp(string): timestamp', (a) => new Timestamp(parseTimestamp(str(a))));
standard.fn('timestamp(int): timestamp', (a) => new Timestamp(int(a) * 1_000_000_000n));
standard.fn('duration(string): duration', (a) => new Duration(parseDuration(str(a))));
standard.fn('duration(int): duration', (a) => new Duration(int(a)));

for (const part of timeParts) {
  standard.method('timestamp', `${part}(): int`, (a) => partOf(part, nanos(a), 'UTC'));
  standard.method('timestamp', `${part}(string): int`, (a, zone) => partOf(part, nanos(a), str(zone)));
}
const perUnit = {
  getHours: 3_600_000_000_000n,
  getMinutes: 60_000_000_000n,
  getSeconds: 1_000_000_000n,
  getMilliseconds: 1_000_000n,
};
for (const [part, unit] of Object.entries(perUnit)) {
  standard.method('duration', `${part}(): int`, (a) => nanos(a) / unit);
}
