/** What JSON can say. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** A JSON object. Keys come from outside: `__proto__` may be an own key, so copy with `Object.fromEntries`, never by assignment. */
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}

/** Whether the value is an object, not an array and not null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The own member, or `undefined`: `toString` and the like are not members. */
export function findMember(object: JsonObject | undefined, key: string): JsonValue | undefined {
  return object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;
}

/** The member when it is a string that is not empty. Numbers are taken as written: producers forget quotes around versions. */
export function findText(object: JsonObject | undefined, key: string): string | undefined {
  const value = findMember(object, key);
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' ? String(value) : undefined;
}

/** The member when it is a number, or text that is one. */
export function findNumber(object: JsonObject | undefined, key: string): number | undefined {
  const value = findMember(object, key);
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** The member when it is an object. */
export function findObject(object: JsonObject | undefined, key: string): JsonObject | undefined {
  const value = findMember(object, key);
  return isObject(value) ? value : undefined;
}

/** The member as a list: absent and null are empty, a single value stands for a list of one, as some producers write. */
export function toList(object: JsonObject | undefined, key: string): readonly JsonValue[] {
  const value = findMember(object, key);
  if (value === undefined || value === null) return [];
  // Array.isArray cannot narrow a readonly array out of the union.
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
}

/** The objects of a list; what is not an object is left out. */
export function toObjects(object: JsonObject | undefined, key: string): readonly JsonObject[] {
  return toList(object, key).filter(isObject);
}
