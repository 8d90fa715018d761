/** A JSON object of unknown shape. */
export type Json = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object at a key, or an empty one. */
export function objectAt(value: Json, key: string): Json {
  const found = Object.hasOwn(value, key) ? value[key] : undefined;
  return isObject(found) ? found : {};
}

/** The list at a key; null and a missing one are empty, as many writers print them. `undefined` for anything else. */
export function listAt(value: Json, key: string): readonly unknown[] | undefined {
  const found = Object.hasOwn(value, key) ? value[key] : undefined;
  if (found === undefined || found === null) return [];
  return Array.isArray(found) ? found : undefined;
}

/** The text at a key, where it is one that is not empty and no longer than the limit. */
export function textAt(value: Json, key: string, longest = 1024): string | undefined {
  const found = Object.hasOwn(value, key) ? value[key] : undefined;
  return typeof found === 'string' && found !== '' && found.length <= longest ? found : undefined;
}
