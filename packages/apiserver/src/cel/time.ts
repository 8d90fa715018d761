import { goDuration, isDateTime } from '../schema/formats.ts';
import { CelError } from './values.ts';

/** The methods that take a moment apart. */
export const timeParts = [
  'getFullYear',
  'getMonth',
  'getDate',
  'getDayOfMonth',
  'getDayOfWeek',
  'getDayOfYear',
  'getHours',
  'getMinutes',
  'getSeconds',
  'getMilliseconds',
] as const;

const billion = 1_000_000_000n;

/** Nanoseconds since the epoch of an RFC 3339 time. Throws CelError. */
export function parseTimestamp(text: string): bigint {
  if (!isDateTime(text)) throw new CelError(`invalid timestamp ${JSON.stringify(text)}`);
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? '';
  const whole = BigInt(Date.parse(text.replace(/\.\d+/, ''))) * 1_000_000n;
  return whole + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
}

/** Nanoseconds of a Go duration. Throws CelError. */
export function parseDuration(text: string): bigint {
  const value = goDuration(text);
  if (value === undefined) throw new CelError(`time: invalid duration ${JSON.stringify(text)}`);
  return value;
}

function split(nanos: bigint): { ms: number; rest: bigint } {
  let seconds = nanos / billion;
  let rest = nanos % billion;
  if (rest < 0n) {
    seconds -= 1n;
    rest += billion;
  }
  return { ms: Number(seconds) * 1000, rest };
}

/** A moment in RFC 3339, with only as many fractional digits as it needs. */
export function formatTimestamp(nanos: bigint): string {
  const { ms, rest } = split(nanos);
  const fraction = rest === 0n ? '' : `.${String(rest).padStart(9, '0').replace(/0+$/, '')}`;
  return `${new Date(ms).toISOString().slice(0, 19)}${fraction}Z`;
}

/** A duration in seconds, as protobuf's JSON writes it: `3.5s`. */
export function formatDuration(nanos: bigint): string {
  const sign = nanos < 0n ? '-' : '';
  const size = nanos < 0n ? -nanos : nanos;
  const rest = size % billion;
  const fraction = rest === 0n ? '' : `.${String(rest).padStart(9, '0').replace(/0+$/, '')}`;
  return `${sign}${size / billion}${fraction}s`;
}

/** One part of a moment in a time zone: a name such as `Europe/Berlin`, or an offset such as `+02:00`. */
export function partOf(part: (typeof timeParts)[number], nanos: bigint, zone: string): bigint {
  const { ms, rest } = split(nanos);
  const date = new Date(ms + offsetMs(zone, ms));
  switch (part) {
    case 'getFullYear':
      return BigInt(date.getUTCFullYear());
    case 'getMonth':
      return BigInt(date.getUTCMonth());
    case 'getDate':
      return BigInt(date.getUTCDate());
    case 'getDayOfMonth':
      return BigInt(date.getUTCDate() - 1);
    case 'getDayOfWeek':
      return BigInt(date.getUTCDay());
    case 'getDayOfYear':
      return BigInt(
        Math.floor(
          (Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()) -
            Date.UTC(date.getUTCFullYear(), 0, 1)) /
            86_400_000,
        ),
      );
    case 'getHours':
      return BigInt(date.getUTCHours());
    case 'getMinutes':
      return BigInt(date.getUTCMinutes());
    case 'getSeconds':
      return BigInt(date.getUTCSeconds());
    case 'getMilliseconds':
      return rest / 1_000_000n;
  }
}

function offsetMs(zone: string, ms: number): number {
  if (zone === 'UTC' || zone === '') return 0;
  const fixed = /^([+-]?)(\d\d):(\d\d)$/.exec(zone);
  if (fixed !== null) return (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3])) * 60_000;
  try {
    const name = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' })
      .formatToParts(ms)
      .find((p) => p.type === 'timeZoneName')?.value;
    return offsetMs(name?.replace('GMT', '') ?? '', ms);
  } catch {
    throw new CelError(`unknown time zone ${zone}`);
  }
}
