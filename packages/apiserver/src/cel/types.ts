import type { Schema } from '../schema/schema.ts';

/** A static type. */
export type Type =
  | { readonly t: 'simple'; readonly name: string }
  | { readonly t: 'list'; readonly of: Type }
  | { readonly t: 'map'; readonly key: Type; readonly value: Type }
  | { readonly t: 'object'; readonly fields: ReadonlyMap<string, Type>; readonly schema: Schema | undefined }
  | { readonly t: 'optional'; readonly of: Type }
  | { readonly t: 'param'; readonly name: string };

const simple = (name: string): Type => ({ t: 'simple', name });

export const types = {
  int: simple('int'),
  uint: simple('uint'),
  double: simple('double'),
  string: simple('string'),
  bool: simple('bool'),
  bytes: simple('bytes'),
  null: simple('null'),
  timestamp: simple('timestamp'),
  duration: simple('duration'),
  type: simple('type'),
  dyn: simple('dyn'),
} as const;

export function listOf(of: Type): Type {
  return { t: 'list', of };
}

export function mapOf(key: Type, value: Type): Type {
  return { t: 'map', key, value };
}

export function optionalOf(of: Type): Type {
  return { t: 'optional', of };
}

export function isDyn(type: Type): boolean {
  return type.t === 'simple' && type.name === 'dyn';
}

const shownNames: Readonly<Record<string, string>> = {
  timestamp: 'timestamp',
  duration: 'duration',
  Quantity: 'kubernetes.Quantity',
  URL: 'kubernetes.URL',
  IP: 'net.IP',
  CIDR: 'net.CIDR',
  Semver: 'kubernetes.Semver',
};

/** A type as messages write it. */
export function typeText(type: Type): string {
  switch (type.t) {
    case 'simple':
      return shownNames[type.name] ?? type.name;
    case 'list':
      return `list(${typeText(type.of)})`;
    case 'map':
      return `map(${typeText(type.key)}, ${typeText(type.value)})`;
    case 'optional':
      return `optional_type(${typeText(type.of)})`;
    case 'object':
      return 'object';
    case 'param':
      return type.name;
  }
}

/** Reads the type of a signature: `list(A)`, `map(string, int)`, `optional(A)`; one capital letter is a parameter. */
export function parseType(text: string): Type {
  const source = text.trim();
  const call = /^(list|map|optional)\((.*)\)$/s.exec(source);
  if (call === null) return /^[A-Z]$/.test(source) ? { t: 'param', name: source } : simple(source);
  const args = splitArguments(call[2] ?? '').map(parseType);
  const [first = types.dyn, second = types.dyn] = args;
  if (call[1] === 'list') return listOf(first);
  return call[1] === 'map' ? mapOf(first, second) : optionalOf(first);
}

/** Splits at commas outside parentheses. */
export function splitArguments(text: string): string[] {
  if (text.trim() === '') return [];
  const out: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] === '(') depth += 1;
    if (text[i] === ')') depth -= 1;
    if (text[i] === ',' && depth === 0) {
      out.push(text.slice(from, i));
      from = i + 1;
    }
  }
  out.push(text.slice(from));
  return out;
}

/** What the parameters of a signature stand for. */
export type Bindings = Map<string, Type>;

const nullable: ReadonlySet<string> = new Set(['timestamp', 'duration', 'Quantity', 'URL', 'IP', 'CIDR', 'Semver']);

/** Whether a value of one type may stand where another is wanted; binds parameters of `to`. */
export function assignable(from: Type, to: Type, bindings: Bindings): boolean {
  if (to.t === 'param') {
    const bound = bindings.get(to.name);
    if (bound === undefined || isDyn(bound)) {
      bindings.set(to.name, from);
      return true;
    }
    if (assignable(from, bound, bindings)) return true;
    if (!assignable(bound, from, bindings)) return false;
    bindings.set(to.name, from);
    return true;
  }
  if (isDyn(from) || isDyn(to) || from.t === 'param') return true;
  if (from.t === 'simple') {
    if (from.name === 'null')
      return to.t === 'object' || (to.t === 'simple' && (to.name === 'null' || nullable.has(to.name)));
    return to.t === 'simple' && (to.name === from.name || (to.name === 'null' && nullable.has(from.name)));
  }
  if (from.t === 'list') return to.t === 'list' && assignable(from.of, to.of, bindings);
  if (from.t === 'map')
    return to.t === 'map' && assignable(from.key, to.key, bindings) && assignable(from.value, to.value, bindings);
  if (from.t === 'optional') return to.t === 'optional' && assignable(from.of, to.of, bindings);
  if (to.t === 'simple') return to.name === 'null';
  return to.t === 'object' && (to === from || to.schema === from.schema);
}

/** Replaces parameters by what they stand for; what stands for nothing is dyn. */
export function substitute(type: Type, bindings: Bindings): Type {
  switch (type.t) {
    case 'param':
      return bindings.get(type.name) ?? types.dyn;
    case 'list':
      return listOf(substitute(type.of, bindings));
    case 'map':
      return mapOf(substitute(type.key, bindings), substitute(type.value, bindings));
    case 'optional':
      return optionalOf(substitute(type.of, bindings));
    default:
      return type;
  }
}
