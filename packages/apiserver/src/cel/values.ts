/** A list. Items are made when asked for. */
export interface CelList {
  readonly is: 'list';
  readonly length: number;
  at(index: number): Value;
  /** Lists of type set or map are equal in any order; without it the order counts. */
  readonly identity?: ((item: Value) => string) | undefined;
}

/** A map. Keys are in no particular order. */
export interface CelMap {
  readonly is: 'map';
  readonly size: number;
  get(key: Value): Value | undefined;
  keys(): Value[];
}

/** An object with declared fields. `get` answers undefined for a field that is not set. */
export interface CelObject {
  readonly is: 'object';
  get(field: string): Value | undefined;
  fields(): string[];
}

/** An unsigned integer. */
export class Uint {
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }
}

/** A moment, in nanoseconds since the epoch. */
export class Timestamp {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** A length of time, in nanoseconds. */
export class Duration {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** The value of `type(x)`. */
export class TypeValue {
  readonly type: string;
  constructor(type: string) {
    this.type = type;
  }
}

/** A value that may be absent. */
export class Optional {
  readonly value: Value | undefined;
  constructor(value: Value | undefined) {
    this.value = value;
  }
}

/** A value of a library's own type, such as a quantity. */
export interface Opaque {
  readonly is: 'opaque';
  readonly type: string;
  equals(other: Opaque): boolean;
}

/** Any value: bigint is an int, number a double. */
export type Value =
  | bigint
  | number
  | string
  | boolean
  | null
  | Uint8Array
  | Uint
  | Timestamp
  | Duration
  | TypeValue
  | Optional
  | CelList
  | CelMap
  | CelObject
  | Opaque;

/** A failure of an evaluation, in CEL's own words. `&&` and `||` may absorb it. */
export class CelError extends Error {
  override readonly name: string = 'CelError';
}

/** The evaluation used up its budget. Nothing absorbs it. */
export class CostExceeded extends Error {
  override readonly name = 'CostExceeded';
}

/** A list out of an array. */
export function list(items: readonly Value[]): CelList {
  return {
    is: 'list',
    length: items.length,
    at: (index) => {
      const item = items[index];
      if (item === undefined) throw new CelError(`index out of bounds: ${index}`);
      return item;
    },
  };
}

/** All items of a list. */
export function itemsOf(value: CelList): Value[] {
  return Array.from({ length: value.length }, (_, index) => value.at(index));
}

/** A map out of entries. Throws on a repeated key. */
export function map(entries: readonly (readonly [Value, Value])[]): CelMap {
  const byKey = new Map<string, readonly [Value, Value]>();
  for (const entry of entries) {
    const key = mapKey(entry[0]);
    if (byKey.has(key)) throw new CelError(`Failed with repeated key`);
    byKey.set(key, entry);
  }
  return {
    is: 'map',
    size: byKey.size,
    get: (key) => byKey.get(mapKey(key))?.[1],
    keys: () => [...byKey.values()].map(([key]) => key),
  };
}

function mapKey(key: Value): string {
  if (typeof key === 'string') return `s${key}`;
  if (typeof key === 'bigint') return `n${key}`;
  if (key instanceof Uint) return `n${key.value}`;
  if (typeof key === 'number' && Number.isInteger(key)) return `n${BigInt(key)}`;
  if (typeof key === 'boolean') return `b${key}`;
  throw new CelError(`unsupported key type: ${runtimeType(key)}`);
}

/** The name of the type of a value, as signatures write it. */
export function runtimeType(value: Value): string {
  switch (typeof value) {
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    default:
  }
  if (value === null) return 'null';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof Uint) return 'uint';
  if (value instanceof Timestamp) return 'timestamp';
  if (value instanceof Duration) return 'duration';
  if (value instanceof TypeValue) return 'type';
  if (value instanceof Optional) return 'optional';
  if (typeof value === 'object') return value.is === 'opaque' ? value.type : value.is;
  return 'dyn';
}

/** A number as comparison sees it. */
export function numeric(value: Value): bigint | number | undefined {
  if (typeof value === 'bigint' || typeof value === 'number') return value;
  return value instanceof Uint ? value.value : undefined;
}

/** Equality: numbers by value whatever their type, other types only with their own. */
export function equal(a: Value, b: Value): boolean {
  if (a === b) return true;
  const [x, y] = [numeric(a), numeric(b)];
  // biome-ignore lint/suspicious/noDoubleEquals: compares a bigint and a double by value
  if (x !== undefined && y !== undefined) return x == y;
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0;
  if (a instanceof Timestamp && b instanceof Timestamp) return a.nanos === b.nanos;
  if (a instanceof Duration && b instanceof Duration) return a.nanos === b.nanos;
  if (a instanceof TypeValue && b instanceof TypeValue) return a.type === b.type;
  if (a instanceof Optional && b instanceof Optional) {
    if (a.value === undefined || b.value === undefined) return a.value === b.value;
    return equal(a.value, b.value);
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || !('is' in a) || !('is' in b))
    return false;
  if (a.is === 'list' && b.is === 'list') return equalLists(a, b);
  if (a.is === 'map' && b.is === 'map') return equalMaps(a, b);
  if (a.is === 'object' && b.is === 'object') return equalObjects(a, b);
  return a.is === 'opaque' && b.is === 'opaque' && a.type === b.type && a.equals(b);
}

function equalLists(a: CelList, b: CelList): boolean {
  if (a.length !== b.length) return false;
  const identity = a.identity ?? b.identity;
  if (identity === undefined) return itemsOf(a).every((item, index) => equal(item, b.at(index)));
  const byKey = new Map(itemsOf(b).map((item) => [identity(item), item]));
  return itemsOf(a).every((item) => {
    const other = byKey.get(identity(item));
    return other !== undefined && equal(item, other);
  });
}

function equalMaps(a: CelMap, b: CelMap): boolean {
  return (
    a.size === b.size &&
    a.keys().every((key) => {
      const [x, y] = [a.get(key), b.get(key)];
      return x !== undefined && y !== undefined && equal(x, y);
    })
  );
}

function equalObjects(a: CelObject, b: CelObject): boolean {
  const names = a.fields();
  return (
    names.length === b.fields().length &&
    names.every((name) => {
      const [x, y] = [a.get(name), b.get(name)];
      return x !== undefined && y !== undefined && equal(x, y);
    })
  );
}
