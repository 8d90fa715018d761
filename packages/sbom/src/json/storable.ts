import type { JsonObject, JsonValue } from './value.ts';

/** The value with strings that a database takes: NUL is removed, half surrogate pairs are U+FFFD. */
export function storable(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value.replaceAll('\0', '').toWellFormed();
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(storable);
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([key, inner]) => [
      key.replaceAll('\0', '').toWellFormed(),
      storable(inner ?? null),
    ]),
  );
}
