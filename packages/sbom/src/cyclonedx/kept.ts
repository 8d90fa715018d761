import { storable } from '../json/storable.ts';
import { isObject, type JsonObject, type JsonValue } from '../json/value.ts';

/** Beyond this a property of ours is not read. */
const maxLength = 1 << 20;
const maxDepth = 20;

/** Reads a property that carries a part of the model as JSON. `undefined` when it is not one. */
export function readKept(text: string): JsonObject | undefined {
  // Nothing of ours is deeper; and what is walked must not be deep.
  if (text.length > maxLength || depthOf(text) > maxDepth) return undefined;
  try {
    const value = storable(JSON.parse(text) as JsonValue);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** At most this many levels inside one another; brackets in strings count too, which does no harm here. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const c of text) {
    if (c === '{' || c === '[') deepest = Math.max(deepest, ++depth);
    else if (c === '}' || c === ']') depth--;
  }
  return deepest;
}
