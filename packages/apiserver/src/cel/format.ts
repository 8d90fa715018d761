import { formatDuration, formatTimestamp } from './time.ts';
import { CelError, Duration, itemsOf, numeric, Timestamp, TypeValue, Uint, type Value } from './values.ts';

/** `'%s is %d'.format([...])`: the clauses s, d, f, e, b, o, x and X of CEL's strings extension. */
export function formatText(template: Value = '', args: Value = null): Value {
  if (
    typeof template !== 'string' ||
    typeof args !== 'object' ||
    args === null ||
    !('is' in args) ||
    args.is !== 'list'
  ) {
    throw new CelError('no such overload');
  }
  const values = itemsOf(args);
  let next = 0;
  return template.replaceAll(
    /%(?:%|(?:\.(\d+))?([a-zA-Z]))/g,
    (whole, precision: string | undefined, clause: string | undefined) => {
      if (whole === '%%') return '%';
      const value = values[next];
      if (value === undefined) throw new CelError(`index ${next} out of range`);
      next += 1;
      return clauseText(clause ?? '', value, precision === undefined ? undefined : Number(precision));
    },
  );
}

function clauseText(clause: string, value: Value, precision: number | undefined): string {
  const number = numeric(value);
  if (clause === 's') return shown(value);
  if (clause === 'd' && number !== undefined) return String(number);
  if (clause === 'f' && number !== undefined) return Number(number).toFixed(precision ?? 6);
  if (clause === 'e' && number !== undefined) return Number(number).toExponential(precision ?? 6);
  if (clause === 'b') return typeof value === 'boolean' ? String(Number(value)) : BigInt(number ?? 0).toString(2);
  if (clause === 'o' && number !== undefined) return BigInt(number).toString(8);
  if (clause === 'x' || clause === 'X') {
    const text =
      number === undefined
        ? Buffer.from(value instanceof Uint8Array ? value : String(value)).toString('hex')
        : BigInt(number).toString(16);
    return clause === 'X' ? text.toUpperCase() : text;
  }
  throw new CelError(`could not parse formatting clause: unrecognized formatting clause "${clause}"`);
}

function shown(value: Value): string {
  if (value === null) return 'null';
  if (value instanceof Timestamp) return formatTimestamp(value.nanos);
  if (value instanceof Duration) return formatDuration(value.nanos);
  if (value instanceof TypeValue) return value.type;
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (typeof value !== 'object') return String(value);
  if ('is' in value && value.is === 'list') return `[${itemsOf(value).map(shown).join(', ')}]`;
  if ('is' in value && value.is === 'map') {
    return `{${value
      .keys()
      .map((k) => `${shown(k)}: ${shown(value.get(k) ?? null)}`)
      .sort()
      .join(', ')}}`;
  }
  throw new CelError(
    'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
  );
}
