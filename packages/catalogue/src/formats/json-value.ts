import { AssayError } from '@assay/contract';
import { decodeText } from './decode-text.ts';
import { checkJsonShape } from './json-shape.ts';

/** An object of a parsed document. Read it with the functions here: they never see the prototype. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads a JSON file. Throws FILE_UNREADABLE with the parser's reason, LIMIT_EXCEEDED. V8's parser keeps its own stack, so depth costs memory only. */
export function parseJson(bytes: Uint8Array): unknown {
  checkJsonShape(bytes);
  return parseJsonText(decodeText(bytes));
}

/** As `parseJson`, for text at hand. */
export function parseJsonText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AssayError('FILE_UNREADABLE', `not valid JSON: ${reason(error)}`, { cause: error });
  }
}

/** Reads a JSON file whose top must be an object. Throws FILE_UNREADABLE. */
export function parseJsonObject(bytes: Uint8Array): JsonObject {
  const value = parseJson(bytes);
  if (!isObject(value)) throw new AssayError('FILE_UNREADABLE', 'the JSON is not an object');
  return value;
}

/** The reason in one short line. */
export function reason(error: unknown): string {
  const text = error instanceof AssayError ? error.detail : error instanceof Error ? error.message : String(error);
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

export function valueAt(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

export function textAt(object: JsonObject, key: string): string | undefined {
  const value = valueAt(object, key);
  return typeof value === 'string' ? value : undefined;
}

export function objectAt(object: JsonObject, key: string): JsonObject | undefined {
  const value = valueAt(object, key);
  return isObject(value) ? value : undefined;
}

/** The list at the key; empty when there is none. */
export function listAt(object: JsonObject, key: string): readonly unknown[] {
  const value = valueAt(object, key);
  return Array.isArray(value) ? value : [];
}

/** The members of the object at the key; empty when there is none. */
export function entriesAt(object: JsonObject, key: string): readonly [string, unknown][] {
  const value = objectAt(object, key);
  return value === undefined ? [] : Object.entries(value);
}

/** The texts in the list at the key; others are left out. */
export function textsAt(object: JsonObject, key: string): string[] {
  return listAt(object, key).filter((value) => typeof value === 'string');
}

export function isTrueAt(object: JsonObject, key: string): boolean {
  return valueAt(object, key) === true;
}
