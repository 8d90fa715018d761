import { quote } from '../values/text.ts';
import { BuiltinError } from './builtin.ts';

/** Nanoseconds. Days, weeks and years are OPA's own: 24 hours, 7 days, 365 days. */
const units: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n],
  ['μs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
  ['d', 86_400_000_000_000n],
  ['w', 604_800_000_000_000n],
  ['y', 31_536_000_000_000_000n],
]);
const most = 2n ** 63n;

/** `1h30m`, `1.5d`: nanoseconds. Throws with Go's words. Source: Go's `time.ParseDuration`. */
export function parseDuration(text: string): bigint {
  const invalid = () => new BuiltinError(`time: invalid duration ${quote(text)}`);
  const sign = /^[+-]/.exec(text)?.[0] ?? '';
  const rest = text.slice(sign.length);
  if (rest === '0') return 0n;
  if (rest === '') throw invalid();
  let total = 0n;
  for (let at = 0; at < rest.length; ) {
    const found = /^(\d*)(?:\.(\d*))?/.exec(rest.slice(at));
    const [number = '', whole = '', fraction = ''] = found ?? [];
    if (whole === '' && fraction === '') throw invalid();
    at += number.length;
    const unit = /^[^.\d]*/.exec(rest.slice(at))?.[0] ?? '';
    if (unit === '') throw new BuiltinError(`time: missing unit in duration ${quote(text)}`);
    const size = units.get(unit);
    if (size === undefined) throw new BuiltinError(`time: unknown unit ${quote(unit)} in duration ${quote(text)}`);
    at += unit.length;
    // More digits than these tell nothing.
    const digits = fraction.slice(0, 30);
    total += BigInt(whole || '0') * size + (BigInt(digits || '0') * size) / 10n ** BigInt(digits.length);
    if (total > most) throw invalid();
  }
  const value = sign === '-' ? -total : total;
  if (value >= most) throw invalid();
  return value;
}
