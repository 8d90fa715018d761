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
      out[name] = ordered(memberSchema(schema, name), list, asArray(value) ?? []);
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
  const merged = mergeLists(schema, asArray(old) ?? [], items);
  return order === undefined ? merged : ordered(schema, merged, order);
}

function mergeLists(schema: Schema | undefined, old: readonly Json[], patch: readonly Json[]): Json[] {
  if (schema?.listType === 'set') {
    return [...old, ...patch.filter((item) => !old.some((o) => equalJson(o, item)))];
  }
  const key = schema?.listType === 'map' ? schema.listMapKeys[0] : undefined;
  if (key === undefined) return cloneJson([...patch]) as Json[]; // a clone of an array is an array
  if (patch.some((item) => member(item, '$patch') === 'replace')) {
    return patch.filter((item) => member(item, '$patch') !== 'replace').map(cloneJson);
  }
  const out = [...old];
  for (const item of patch) {
    const at = out.findIndex((o) => equalJson(member(o, key), member(item, key)));
    if (asString(member(item, '$patch')) === 'delete') {
      if (at >= 0) out.splice(at, 1);
    } else if (at >= 0) out[at] = strategicMerge(schema?.items, out[at], item);
    else out.push(cleaned(asObject(item) ?? {}));
  }
  return out;
}

/** Sorts items by the order the patch names; items it does not name keep their place relative to the one before them. */
function ordered(schema: Schema | undefined, list: readonly Json[], order: readonly Json[]): Json[] {
  const key = schema?.listType === 'map' ? schema.listMapKeys[0] : undefined;
  const same = (a: Json, b: Json) => (key === undefined ? equalJson(a, b) : equalJson(member(a, key), member(b, key)));
  const rank = (item: Json) => order.findIndex((o) => same(o, item));
  const named = list.filter((item) => rank(item) >= 0).sort((a, b) => rank(a) - rank(b));
  const out: Json[] = [];
  let next = 0;
  for (const item of list) {
    if (rank(item) < 0) out.push(item);
    else out.push(named[next++] ?? null);
  }
  return out;
}

function cleaned(value: JsonObject): JsonObject {
  const out: JsonObject = {};
  for (const [key, child] of Object.entries(value)) if (!key.startsWith('$')) out[key] = cloneJson(child);
  return out;
}
