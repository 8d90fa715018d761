import { isIP, isIPv4, isIPv6 } from 'node:net';

const dateTime = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
const hostname =
  /^([a-zA-Z0-9\u00a1-\uffff]([a-zA-Z0-9\u00a1-\uffff-]{0,62}[a-zA-Z0-9\u00a1-\uffff])?)(\.[a-zA-Z0-9\u00a1-\uffff]([a-zA-Z0-9\u00a1-\uffff-]{0,62}[a-zA-Z0-9\u00a1-\uffff])?)*$/;

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function isDate(text: string): boolean {
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (parts === null) return false;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  return month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
}

/** RFC 3339, with a real calendar day. */
export function isDateTime(text: string): boolean {
  const parts = dateTime.exec(text);
  if (parts === null || !isDate(text.slice(0, 10))) return false;
  return Number(parts[4]) < 24 && Number(parts[5]) < 60 && Number(parts[6]) < 60;
}

/** A duration in Go's form, `1h2m3.5s`; or in words as go-openapi takes it, `3 days`. */
export function isDuration(text: string): boolean {
  if (goDuration(text) !== undefined) return true;
  return /^\s*\d+\s*(ns|nanos?(seconds?)?|us|µs|micros?(seconds?)?|ms|millis?(seconds?)?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|wks?|weeks?)\s*$/.test(
    text,
  );
}

const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/** Nanoseconds of a Go duration such as `-1h30m`, or undefined when it is none. */
export function goDuration(text: string): bigint | undefined {
  const form = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+|0)$/.exec(text);
  if (form === null) return undefined;
  let total = 0n;
  for (const part of (form[2] ?? '').matchAll(/(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)/g)) {
    const unit = units[part[3] ?? ''] ?? 0n;
    total += BigInt(part[1] || '0') * unit;
    const fraction = part[2] ?? '';
    if (fraction !== '') total += (BigInt(fraction) * unit) / 10n ** BigInt(fraction.length);
  }
  return form[1] === '-' ? -total : total;
}

/** An absolute URI, or a path that begins with a slash, as Go's `url.ParseRequestURI` takes it. */
function isUri(text: string): boolean {
  if (text.startsWith('/')) return !/[\s<>"{}|\\^`]/.test(text);
  return /^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(text) && !/\s/.test(text) && URL.canParse(text);
}

function isCidr(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  if (bits === undefined || rest.length > 0 || !/^\d{1,3}$/.test(bits) || isIP(address) === 0) return false;
  return Number(bits) <= (isIPv4(address) ? 32 : 128);
}

const uuidForm = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

/** The formats the API server checks on strings (apiextensions `supportedFormats`). What is not here is not checked. */
const checks: ReadonlyMap<string, (text: string) => boolean> = new Map<string, (text: string) => boolean>([
  ['bsonobjectid', (t) => /^[0-9a-f]{24}$/i.test(t)],
  ['uri', isUri],
  ['email', (t) => /^[^\s@<>()[\],;:\\"]+@[^\s@]+$/.test(t)],
  ['hostname', (t) => t.length <= 255 && hostname.test(t)],
  ['ipv4', (t) => isIPv4(t)],
  ['ipv6', (t) => isIPv6(t)],
  ['cidr', isCidr],
  ['mac', (t) => /^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$|^([0-9a-f]{4}\.){2}[0-9a-f]{4}$/i.test(t)],
  ['uuid', (t) => uuidForm.test(t)],
  ['uuid3', (t) => uuidForm.test(t) && /^[0-9a-f]{8}-?[0-9a-f]{4}-?3/i.test(t)],
  ['uuid4', (t) => uuidForm.test(t) && /^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab]/i.test(t)],
  ['uuid5', (t) => uuidForm.test(t) && /^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab]/i.test(t)],
  ['isbn10', (t) => /^(\d-?){9}[\dX]$/i.test(t)],
  ['isbn13', (t) => /^(\d-?){12}\d$/.test(t)],
  ['isbn', (t) => /^(\d-?){9}[\dX]$/i.test(t) || /^(\d-?){12}\d$/.test(t)],
  ['creditcard', (t) => /^\d{13,19}$/.test(t.replaceAll(/[ -]/g, ''))],
  ['ssn', (t) => /^\d{3}[- ]?\d{2}[- ]?\d{4}$/.test(t)],
  ['hexcolor', (t) => /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.test(t)],
  ['rgbcolor', (t) => /^rgb\(\s*\d{1,3}\s*,\s*\d{1,3}\s*,\s*\d{1,3}\s*\)$/.test(t)],
  ['byte', (t) => t !== '' && /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(t)],
  ['password', () => true],
  ['date', isDate],
  ['duration', isDuration],
  ['datetime', isDateTime],
  ['date-time', isDateTime],
  ['k8s-short-name', (t) => t.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(t)],
  [
    'k8s-long-name',
    (t) => t.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(t),
  ],
]);

/** Whether a string has the format; true for formats the API server does not check. */
export function hasFormat(format: string, text: string): boolean {
  return checks.get(format)?.(text) ?? true;
}
