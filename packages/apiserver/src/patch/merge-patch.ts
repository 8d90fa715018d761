import { asObject, cloneJson, type Json, type JsonObject } from '../json.ts';

/** JSON merge patch (RFC 7396). */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  const change = asObject(patch);
  if (change === undefined) return cloneJson(patch);
  const out: JsonObject = { ...asObject(target) };
  for (const [key, value] of Object.entries(change)) {
    if (value === null) delete out[key];
    else out[key] = mergePatch(out[key], value);
  }
  return out;
}
