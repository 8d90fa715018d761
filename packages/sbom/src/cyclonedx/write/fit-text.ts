import type { JsonObject, JsonValue } from '../../json/value.ts';
import { toElementText } from '../../xml/single-line.ts';

export type Encoding = 'json' | 'xml';

/** Members that XML has as attributes, whose white space is kept; all other text is trimmed by readers. */
const attributes = new Set(['bom-ref', 'type']);

/** What a reader of this encoding will see: characters it cannot carry are gone before they are written. */
export function fitText(value: JsonObject, encoding: Encoding): JsonObject {
  return fitObject(value, encoding);
}

function fitObject(value: JsonObject, encoding: Encoding): JsonObject {
  const isProperty = Object.hasOwn(value, 'value') && Object.hasOwn(value, 'name');
  const members: [string, JsonValue][] = [];
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined) continue;
    const isAttribute = attributes.has(key) || (isProperty && key === 'name');
    members.push([key, fit(inner, encoding, isAttribute ? undefined : key)]);
  }
  return Object.fromEntries(members);
}

/** `element` is the name of the XML element that holds the value; an attribute has none. */
function fit(value: JsonValue, encoding: Encoding, element: string | undefined): JsonValue {
  if (typeof value === 'string') return fitString(value, encoding, element);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((item) => fit(item, encoding, element));
  return fitObject(value as JsonObject, encoding);
}

function fitString(text: string, encoding: Encoding, element: string | undefined): string {
  const stored = text.includes('\0') || !text.isWellFormed() ? text.replaceAll('\0', '').toWellFormed() : text;
  if (encoding === 'json') return stored;
  const carried = stored.replace(illegal, '\ufffd');
  return element === undefined ? carried : toElementText(element, carried);
}

/** Source: XML 1.0 §2.2, `Char`. */
const illegal = /[\u0001-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** JSON of ours inside a property: only characters that every encoding carries. */
export function formatKept(kept: object): string {
  return JSON.stringify(kept).replace(
    /[\u007f-\u009f\ufffe\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
