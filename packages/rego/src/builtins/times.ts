import { integerOf, toInteger } from '../values/number.ts';
import { isArray, isNumber, type Value } from '../values/value.ts';
import { type BuiltinContext, BuiltinError } from './builtin.ts';
import { parseDuration } from './go-duration.ts';
import { type Fields, formatTime, namedLayouts, weekdays } from './go-layout.ts';
import { parseTime } from './go-parse-time.ts';
import { builtin, intOperand, numberOperand, operandError, stringOperand } from './operands.ts';

/** A moment, and where one looks at it from. */
interface Moment {
  readonly nanoseconds: bigint;
  /** IANA name; empty is UTC. */
  readonly zone: string;
  readonly layout: string;
}

const second = 1_000_000_000n;
const [earliest, latest] = [-(2n ** 63n), 2n ** 63n - 1n];

function safe(nanoseconds: bigint): Value {
  if (nanoseconds < earliest || nanoseconds > latest) throw new BuiltinError('time outside of valid range');
  return integerOf(nanoseconds);
}

const wanted = 'either number (ns) or [number (ns), string (tz)]';

function momentOf(args: readonly Value[], position: number, context: BuiltinContext): Moment {
  const value = args[position - 1] ?? null;
  if (!isArray(value) && !isNumber(value)) throw operandError(1, value, wanted);
  const parts = isArray(value) ? value : [value];
  if (parts.length === 0) throw operandError(1, value, wanted);
  const nanoseconds = toInteger(numberOperand(parts, 1));
  if (nanoseconds === undefined || nanoseconds < earliest || nanoseconds > latest)
    throw new BuiltinError('timestamp too big');
  const zone = parts.length > 1 ? stringOperand([parts[1] ?? null], 1) : '';
  const layout = parts.length > 2 ? stringOperand([parts[2] ?? null], 1) : '';
  // Looked up, so that an unknown one is noticed.
  zoneFormat(zone, context);
  return { nanoseconds, zone: zone === 'UTC' ? '' : zone, layout };
}

/** What tells the local time of a zone; undefined for UTC. `Local` is the zone of the process. */
function zoneFormat(zone: string, { cache }: Pick<BuiltinContext, 'cache'>): Intl.DateTimeFormat | undefined {
  if (zone === '' || zone === 'UTC') return undefined;
  const key = `zone:${zone}`;
  const known = cache.get(key);
  if (known instanceof Intl.DateTimeFormat) return known;
  try {
    const made = new Intl.DateTimeFormat('en-US', {
      ...(zone === 'Local' ? {} : { timeZone: zone }),
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      timeZoneName: 'short',
    });
    cache.set(key, made);
    return made;
  } catch {
    throw new BuiltinError(`unknown time zone ${zone}`);
  }
}

/** Seconds east of Greenwich at a moment, and the zone's abbreviation then, as far as the runtime knows it. */
function offsetAt(format: Intl.DateTimeFormat, seconds: number): { readonly offset: number; readonly name: string } {
  const parts = new Map(format.formatToParts(seconds * 1000).map(({ type, value }) => [type, value]));
  const number = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type) ?? 0);
  const date = new Date(0);
  const year = parts.get('era') === 'BC' ? 1 - number('year') : number('year');
  date.setUTCFullYear(year, number('month') - 1, number('day'));
  date.setUTCHours(number('hour'), number('minute'), number('second'));
  return { offset: date.getTime() / 1000 - seconds, name: parts.get('timeZoneName') ?? '' };
}

const floor = (value: bigint, by: bigint): bigint => (value - (((value % by) + by) % by)) / by;

function fieldsOf({ nanoseconds, zone }: Moment, context: BuiltinContext): Fields {
  const seconds = Number(floor(nanoseconds, second));
  const format = zoneFormat(zone, context);
  const { offset, name } = format === undefined ? { offset: 0, name: 'UTC' } : offsetAt(format, seconds);
  const date = new Date((seconds + offset) * 1000);
  const yearStart = new Date(0).setUTCFullYear(date.getUTCFullYear(), 0, 1);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    nanosecond: Number(((nanoseconds % second) + second) % second),
    weekday: date.getUTCDay(),
    yearDay: Math.floor((date.getTime() - yearStart) / 86_400_000) + 1,
    offset,
    zone: name,
  };
}

function addDate(args: readonly Value[], context: BuiltinContext): Value {
  const moment = momentOf(args, 1, context);
  const [years, months, days] = [intOperand(args, 2), intOperand(args, 3), intOperand(args, 4)];
  const fields = fieldsOf(moment, context);
  const date = new Date(0);
  date.setUTCFullYear(fields.year + years, fields.month - 1 + months, fields.day + days);
  date.setUTCHours(fields.hour, fields.minute, fields.second);
  if (Number.isNaN(date.getTime())) throw new BuiltinError('time outside of valid range');
  const local = date.getTime() / 1000;
  const format = zoneFormat(moment.zone, context);
  // The offset of the new day: looked up as if the local time were UTC, then once more where that was on the other side of a change.
  let offset = 0;
  if (format !== undefined) {
    const guess = offsetAt(format, local).offset;
    offset = offsetAt(format, local - guess).offset;
  }
  return safe(BigInt(local - offset) * second + BigInt(fields.nanosecond));
}

/** Years, months, days, hours, minutes and seconds between two moments, both seen from the first one's zone. */
function difference(args: readonly Value[], context: BuiltinContext): Value {
  const first = momentOf(args, 1, context);
  const other = { ...momentOf(args, 2, context), zone: first.zone };
  const [early, late] = (first.nanoseconds > other.nanoseconds ? [other, first] : [first, other]).map((one) =>
    fieldsOf(one, context),
  );
  if (early === undefined || late === undefined) return [];
  const parts = [
    late.year - early.year,
    late.month - early.month,
    late.day - early.day,
    late.hour - early.hour,
    late.minute - early.minute,
    late.second - early.second,
  ];
  // Days of the earlier one's month.
  const monthDays = new Date(Date.UTC(2000 + (early.year % 400), early.month, 0)).getUTCDate();
  for (const [at, size] of [
    [5, 60],
    [4, 60],
    [3, 24],
    [2, monthDays],
    [1, 12],
  ] as const) {
    if ((parts[at] ?? 0) >= 0) continue;
    parts[at] = (parts[at] ?? 0) + size;
    parts[at - 1] = (parts[at - 1] ?? 0) - 1;
  }
  return parts;
}

const layoutOf = (name: string): string => namedLayouts.get(name) ?? name;
const rfc3339 = layoutOf('RFC3339');

const seen = (name: string, tell: (fields: Fields) => Value) =>
  builtin(name, (args, context) => tell(fieldsOf(momentOf(args, 1, context), context)));

/** Times, in nanoseconds since 1970. */
export const builtins = [
  builtin('time.now_ns', (_args, context) => integerOf(context.now)),
  builtin('time.parse_ns', (args) => safe(parseTime(layoutOf(stringOperand(args, 1)), stringOperand(args, 2)))),
  builtin('time.parse_rfc3339_ns', (args) => safe(parseTime(rfc3339, stringOperand(args, 1)))),
  builtin('time.parse_duration_ns', (args) => integerOf(parseDuration(stringOperand(args, 1)))),
  builtin('time.format', (args, context) => {
    const moment = momentOf(args, 1, context);
    return formatTime(fieldsOf(moment, context), layoutOf(moment.layout || 'RFC3339Nano'));
  }),
  seen('time.date', ({ year, month, day }) => [year, month, day]),
  seen('time.clock', ({ hour, minute, second: seconds }) => [hour, minute, seconds]),
  seen('time.weekday', ({ weekday }) => weekdays[weekday] ?? ''),
  builtin('time.add_date', addDate),
  builtin('time.diff', difference),
];
