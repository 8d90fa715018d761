import { entriesOf } from './access.ts';
import { compareStrings } from './key.ts';
import { numberText, parseNumber, type RegoNumber } from './number.ts';
import type { RegoSet } from './set.ts';
import { valueText } from './text.ts';
import { type JsonObject, Kind, kindOf, type ObjectValue, type Value } from './value.ts';

/** JSON as `JSON.stringify` takes it. Numbers beyond a JavaScript number are rounded: see `jsonText` for exact text. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The value as plain JSON data: sets become sorted arrays, keys that are no strings become their JSON text. */
export function toJson(value: Value): Json {
  switch (kindOf(value)) {
    case Kind.number:
      return Number(numberText(value as RegoNumber));
    case Kind.array:
      return (value as readonly Value[]).map(toJson);
    case Kind.set:
      return (value as RegoSet).sorted.map(toJson);
    case Kind.object: {
      const json: { [key: string]: Json } = {};
      for (const [key, inner] of entriesOf(value as ObjectValue)) define(json, jsonName(key), toJson(inner));
      return json;
    }
    default:
      return value as null | boolean | string;
  }
}

/** Sets an own property, `__proto__` too. */
export function define<T>(target: { [key: string]: T }, name: string, value: T): void {
  if (name === '__proto__') {
    Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
  } else target[name] = value;
}

/** The name a key has in JSON: a string as it is, anything else as its JSON text. */
export function jsonName(key: Value): string {
  return typeof key === 'string' ? key : jsonText(key, true);
}

/** The value as compact JSON text with exact numbers, keys sorted, `<`, `>`, `&` escaped as Go's encoder does if asked. */
export function jsonText(value: Value, escapeHtml = false): string {
  switch (kindOf(value)) {
    case Kind.string:
      return jsonString(value as string, escapeHtml);
    case Kind.number:
      return numberText(value as RegoNumber);
    case Kind.array:
      return `[${(value as readonly Value[]).map((item) => jsonText(item, escapeHtml)).join(',')}]`;
    case Kind.set:
      return `[${(value as RegoSet).sorted.map((item) => jsonText(item, escapeHtml)).join(',')}]`;
    case Kind.object: {
      const named = Array.from(entriesOf(value as ObjectValue), ([key, inner]) => [jsonName(key), inner] as const);
      // In the order of the names, not of the keys they stand for.
      if (named.length > 1) named.sort(([a], [b]) => compareStrings(a, b));
      // Of keys that have the same name the last one's value is told.
      const told = named.filter(([name], at) => name !== named[at + 1]?.[0]);
      const parts = told.map(([name, inner]) => `${jsonString(name, escapeHtml)}:${jsonText(inner, escapeHtml)}`);
      return `{${parts.join(',')}}`;
    }
    default:
      return String(value);
  }
}

function jsonString(text: string, escapeHtml: boolean): string {
  const plain = JSON.stringify(text.toWellFormed()).replace(/[\u2028\u2029]/g, unicodeEscape);
  return escapeHtml ? plain.replace(/[<>&]/g, unicodeEscape) : plain;
}

function unicodeEscape(letter: string): string {
  return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Nesting above which OPA refuses JSON. */
const maxDepth = 10_000;

/** Parses JSON without losing a digit of its numbers. Throws `SyntaxError`, `RangeError` above 10 000 levels. */
export function parseJson(text: string): Value {
  const parsed: unknown = JSON.parse(text, reviveExactly);
  checkDepth(parsed, 0);
  return parsed as Value;
}

function reviveExactly(this: unknown, _key: string, value: unknown, source?: { source?: string }): unknown {
  if (typeof value !== 'number' || source?.source === undefined) return value;
  return parseNumber(source.source) ?? value;
}

function checkDepth(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > maxDepth) throw new RangeError(`exceeded max depth of ${maxDepth}`);
  for (const inner of Array.isArray(value) ? value : Object.values(value as JsonObject)) checkDepth(inner, depth + 1);
}

/** The value as text for people: strings bare, anything else as Rego source. */
export function displayText(value: Value): string {
  return typeof value === 'string' ? value : valueText(value);
}
