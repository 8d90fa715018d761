import { findMember, findText, isObject, type JsonObject, type JsonValue, toList } from '../../json/value.ts';

/** The class of an element; JSON-LD's own word is accepted beside the context's. */
export function classOf(element: JsonObject): string | undefined {
  const type = findText(element, 'type') ?? findText(element, '@type');
  // Expanded documents write the whole address: `https://spdx.org/rdf/3.0.1/terms/Software/Package`.
  const parts = /^https?:\/\/spdx\.org\/rdf\/3\.0(?:\.\d+)?\/terms\/(\w+)\/(\w+)$/.exec(type ?? '');
  if (parts === null) return type;
  return parts[1] === 'Core' ? parts[2] : `${parts[1]?.toLowerCase()}_${parts[2]}`;
}

/** The id of an element. Source: SPDX 3.0.1, Serialization: `spdxId` of elements, `@id` of blank nodes. */
export function idOf(element: JsonObject): string | undefined {
  return findText(element, 'spdxId') ?? findText(element, '@id');
}

/** What a property names: an id, or an element that stands there itself. */
export function namedBy(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return isObject(value) ? idOf(value) : undefined;
}

/** All ids that a property names. */
export function allNamedBy(element: JsonObject, key: string): readonly string[] {
  return toList(element, key).flatMap((value) => namedBy(value) ?? []);
}

/** The member as an object, looked up in `shared` when it is an id. */
export function resolve(
  element: JsonObject,
  key: string,
  shared: ReadonlyMap<string, JsonObject>,
): JsonObject | undefined {
  const value = findMember(element, key);
  if (isObject(value)) {
    const id = idOf(value);
    return (id === undefined ? undefined : shared.get(id)) ?? value;
  }
  return typeof value === 'string' ? shared.get(value) : undefined;
}
