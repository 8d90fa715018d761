import { BigNumber, decimalOf, type RegoNumber } from './number.ts';
import { RegoObject } from './object.ts';
import { RegoSet } from './set.ts';
import type { Value } from './value.ts';

/** Keys a JavaScript `Map` tells apart exactly as Rego does. */
export type PlainKey = string | number | boolean | null;

/** The value itself when a `Map` can hold it as a key, `undefined` when it needs `compositeKey`. */
export function plainKey(value: Value): PlainKey | undefined {
  if (typeof value !== 'object' || value === null) return value;
  return value instanceof BigNumber ? value.plain : undefined;
}

/** A text that is the same for equal values and different for others. Linear in the size of the value. */
export function compositeKey(value: Value): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return numberKey(value);
    case 'boolean':
      return value ? 't' : 'f';
    default:
      return value === null ? 'n' : objectKey(value);
  }
}

function numberKey(value: RegoNumber): string {
  const plain = typeof value === 'number' ? value : value.plain;
  if (plain !== undefined) return String(plain + 0);
  const { negative, digits, exponent } = decimalOf(value);
  return `${negative ? '-' : ''}.${digits}e${exponent}`;
}

function objectKey(value: Exclude<Value, PlainKey>): string {
  if (Array.isArray(value)) {
    let text = '[';
    for (const item of value) text += `${compositeKey(item)},`;
    return `${text}]`;
  }
  if (value instanceof BigNumber) return numberKey(value);
  if (value instanceof RegoSet || value instanceof RegoObject) return value.canonical;
  const json = value as { readonly [key: string]: Value };
  let text = '{';
  for (const key of sortedNames(json)) text += `${JSON.stringify(key)}:${compositeKey(json[key] as Value)},`;
  return `${text}}`;
}

const sortedCache = new WeakMap<object, readonly string[]>();

/** The names of a plain object in OPA's order. Cached for objects with many names. */
export function sortedNames(value: { readonly [key: string]: unknown }): readonly string[] {
  const names = Object.keys(value);
  if (inOrder(names)) return names;
  if (names.length < 16) return names.sort(compareStrings);
  let sorted = sortedCache.get(value);
  if (sorted === undefined) {
    sorted = names.sort(compareStrings);
    sortedCache.set(value, sorted);
  }
  return sorted;
}

function inOrder(names: readonly string[]): boolean {
  for (let i = 1; i < names.length; i++) {
    if (compareStrings(names[i - 1] as string, names[i] as string) > 0) return false;
  }
  return true;
}

/** Order of code points, which is the order of UTF-8 bytes OPA has (JavaScript's `<` has UTF-16's). */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const end = Math.min(a.length, b.length);
  for (let i = 0; i < end; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    // A surrogate stands for a code point above every other unit.
    if (x >= 0xd800 && y >= 0xd800) {
      const xHigh = x <= 0xdfff;
      if (xHigh !== y <= 0xdfff) return xHigh ? 1 : -1;
    }
    return x < y ? -1 : 1;
  }
  return a.length < b.length ? -1 : 1;
}
