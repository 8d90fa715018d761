import { isObject, type JsonObject } from '../json/value.ts';

/** Beyond this a property of ours is not read. */
const maxLength = 1 << 20;

/** Reads a property that carries a part of the model as JSON. `undefined` when it is not one. */
export function readKept(text: string): JsonObject | undefined {
  if (text.length > maxLength) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
