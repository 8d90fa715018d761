import { memberSchema } from '../apply/field-set.ts';
import { asArray, asObject, asString, cloneJson, equalJson, type Json, type JsonObject, member } from '../json.ts';
import type { Schema } from '../schema/schema.ts';

const deleteFrom = '$deleteFromPrimitiveList/';
const setOrder = '$setElementOrder/';

/** Strategic merge patch: lists of type map are merged by their first key, lists of type set as sets, all else as RFC 7396. */
export function strategicMerge(schema: Schema | undefined, target: Json | undefined, patch: Json): Json {
  const change = asObject(patch);
  if (change === undefined) return cloneJson(patch);
  if (change.$patch === 'replace') return cleaned(change);
  const out: JsonObject = { ...asObject(target) };
  if (change.$patch === 'delete') return {};
  const retained = asArray(change.$retainKeys);
  if (retained !== undefined) for (const key of Object.keys(out)) if (!retained.includes(key)) delete out[key];
  for (const [key, value] of Object.entries(change)) {
    if (key.startsWith('$')) continue;
    if (value === null) delete out[key];
    else out[key] = mergeMember(memberSchema(schema, key), out[key], value, asArray(change[setOrder + key]));
  }
  for (const [key, value] of Object.entries(change)) directive(schema, out, change, key, value);
  return out;
}

function directive(schema: Schema | undefined, out: JsonObject, change: JsonObject, key: string, value: Json): void {
  if (key.startsWith(deleteFrom)) {
    const name = key.slice(deleteFrom.length);
    const gone = asArray(value) ?? [];
    const left = (asArray(out[name]) ?? []).filter((item) => !gone.some((g) => equalJson(g, item)));
    out[name] = left;
  }
  if (key.startsWith(setOrder)) {
    const name = key.slice(setOrder.length);
    const list = asArray(out[name]);
    if (change[name] === undefined && list !== undefined)
      out[name] = ordered(memberSchema(schema, name), list, list, asArray(value) ?? []);
  }
}

function mergeMember(
  schema: Schema | undefined,
  old: Json | undefined,
  patch: Json,
  order: readonly Json[] | undefined,
): Json {
  const items = asArray(patch);
  if (items === undefined) return strategicMerge(schema, old, patch);
  const before = asArray(old) ?? [];
  const key = schema?.listType === 'map' ? schema.listMapKeys[0] : undefined;
  if (key === undefined && schema?.listType !== 'set') return items.map(cloneJson);
  if (items.some((item) => member(item, '$patch') === 'replace')) {
    return items.filter((item) => member(item, '$patch') !== 'replace').map(cloneJson);
  }
  return ordered(schema, before, mergeItems(schema, key, before, items), order ?? items);
}

function mergeItems(
  schema: Schema | undefined,
  key: string | undefined,
  old: readonly Json[],
  patch: readonly Json[],
): Json[] {
  const out = [...old];
  for (const item of patch) {
    const at = out.findIndex((other) => isSameItem(key, other, item));
    if (asString(member(item, '$patch')) === 'delete') {
      if (at >= 0) out.splice(at, 1);
    } else if (at < 0) out.push(key === undefined ? item : cleaned(asObject(item) ?? {}));
    else if (key !== undefined) out[at] = strategicMerge(schema?.items, out[at], item);
  }
  return out;
}

function isSameItem(key: string | undefined, a: Json, b: Json): boolean {
  return key === undefined ? equalJson(a, b) : equalJson(member(a, key), member(b, key));
}

/** Items the order names come in that order; the others keep their place among those that were there; new ones come before them. */
function ordered(
  schema: Schema | undefined,
  old: readonly Json[],
  list: readonly Json[],
  order: readonly Json[],
): Json[] {
  const key = schema?.listType === 'map' ? schema.listMapKeys[0] : undefined;
  const place = (all: readonly Json[], item: Json) => all.findIndex((other) => isSameItem(key, other, item));
  const named = list.filter((item) => place(order, item) >= 0).sort((a, b) => place(order, a) - place(order, b));
  const others = list.filter((item) => place(order, item) < 0);
  const out: Json[] = [];
  for (const item of others) {
    let next = named[0];
    while (next !== undefined && place(old, next) < place(old, item)) {
      out.push(next);
      named.shift();
      next = named[0];
    }
    out.push(item);
  }
  return [...out, ...named];
}

function cleaned(value: JsonObject): JsonObject {
  const out: JsonObject = {};
  for (const [key, child] of Object.entries(value)) if (!key.startsWith('$')) out[key] = cloneJson(child);
  return out;
}
