import { asArray, asObject, canonicalJson, equalJson, type Json, type JsonObject, member } from '../json.ts';
import type { Schema } from '../schema/schema.ts';

/**
 * A set of fields as `managedFields` writes it (FieldsV1): a tree whose edges are `f:name`, `k:{"key":"value"}` (list of type map)
 * and `v:value` (list of type set). `here` says that the node itself is a member.
 */
export interface FieldSet {
  here: boolean;
  readonly children: Map<string, FieldSet>;
}

/** An empty set. */
export function noFields(): FieldSet {
  return { here: false, children: new Map() };
}

/** How the fields of a value are owned: one by one, item by item, or as a whole. */
type Grain = 'map' | 'items' | 'whole';

/** The grain of a value under its schema; without a schema objects are owned field by field and lists as a whole. */
export function grainOf(schema: Schema | undefined, value: Json | undefined): Grain {
  if (asObject(value) !== undefined) return schema?.mapType === 'atomic' ? 'whole' : 'map';
  if (Array.isArray(value) && schema !== undefined && schema.listType !== 'atomic') return 'items';
  return 'whole';
}

/** The schema of a member of an object. */
export function memberSchema(schema: Schema | undefined, name: string): Schema | undefined {
  const found = schema?.properties.get(name) ?? schema?.additional;
  return found === true ? undefined : found;
}

/** The edges below a value: edge name → child and its schema. */
export function edges(
  schema: Schema | undefined,
  value: Json | undefined,
): Map<string, { value: Json; schema: Schema | undefined }> {
  const out = new Map<string, { value: Json; schema: Schema | undefined }>();
  const grain = grainOf(schema, value);
  if (grain === 'map') {
    for (const [name, child] of Object.entries(asObject(value) ?? {})) {
      out.set(`f:${name}`, { value: child, schema: memberSchema(schema, name) });
    }
  } else if (grain === 'items') {
    for (const item of asArray(value) ?? []) out.set(itemEdge(schema, item), { value: item, schema: schema?.items });
  }
  return out;
}

/** The edge that names an item of a list of type set or map. */
export function itemEdge(schema: Schema | undefined, item: Json): string {
  if (schema?.listType !== 'map') return `v:${canonicalJson(item)}`;
  const keys: JsonObject = {};
  for (const key of schema.listMapKeys) {
    const value = member(item, key) ?? schema.items?.properties.get(key)?.default ?? keyDefault(key);
    if (value !== undefined) keys[key] = value;
  }
  return `k:${canonicalJson(keys)}`;
}

// The only key of a built-in list that may be left out.
function keyDefault(key: string): Json | undefined {
  return key === 'protocol' ? 'TCP' : undefined;
}

/** The fields an applied configuration claims: its leaves, its list items and its empty objects. */
export function claimed(schema: Schema | undefined, value: Json): FieldSet {
  const grain = grainOf(schema, value);
  const set = noFields();
  if (grain === 'whole') {
    set.here = true;
    return set;
  }
  for (const [edge, child] of edges(schema, value)) {
    const below = claimed(child.schema, child.value);
    if (grain === 'items') below.here = true;
    // A key of a map, unlike a field of a structure, is owned for itself.
    if (grain === 'map' && isFreeMap(schema, edge)) below.here = true;
    set.children.set(edge, below);
  }
  if (set.children.size === 0) set.here = true;
  return set;
}

function isFreeMap(schema: Schema | undefined, edge: string): boolean {
  return schema !== undefined && schema.additional !== undefined && !schema.properties.has(edge.slice(2));
}

/** Every node of a value: what appears or goes when the value does. */
export function everyNode(schema: Schema | undefined, value: Json): FieldSet {
  const set: FieldSet = { here: true, children: new Map() };
  for (const [edge, child] of edges(schema, value)) set.children.set(edge, everyNode(child.schema, child.value));
  return set;
}

/** What differs between two values: fields that changed or appeared, and fields that went. */
export interface Difference {
  readonly changed: FieldSet;
  readonly removed: FieldSet;
}

/** Compares two values under a schema. */
export function difference(schema: Schema | undefined, before: Json, after: Json): Difference {
  const out = { changed: noFields(), removed: noFields() };
  compareInto(schema, before, after, out.changed, out.removed);
  return out;
}

function compareInto(
  schema: Schema | undefined,
  before: Json,
  after: Json,
  changed: FieldSet,
  removed: FieldSet,
): void {
  if (before === after) return;
  const grain = grainOf(schema, after);
  if (grain === 'whole' || grain !== grainOf(schema, before)) {
    if (!equalJson(before, after)) changed.here = true;
    return;
  }
  const [old, now] = [edges(schema, before), edges(schema, after)];
  for (const [edge, child] of now) {
    const was = old.get(edge);
    if (was === undefined) {
      changed.children.set(edge, everyNode(child.schema, child.value));
    } else {
      const [deeper, gone] = [noFields(), noFields()];
      compareInto(child.schema, was.value, child.value, deeper, gone);
      if (!isEmpty(deeper)) changed.children.set(edge, deeper);
      if (!isEmpty(gone)) removed.children.set(edge, gone);
    }
  }
  for (const [edge, was] of old) if (!now.has(edge)) removed.children.set(edge, everyNode(was.schema, was.value));
}

export function isEmpty(set: FieldSet): boolean {
  if (set.here) return false;
  for (const child of set.children.values()) if (!isEmpty(child)) return false;
  return true;
}

/** Members of either. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  const out: FieldSet = { here: a.here || b.here, children: new Map(a.children) };
  for (const [edge, child] of b.children) {
    const mine = a.children.get(edge);
    out.children.set(edge, mine === undefined ? child : union(mine, child));
  }
  return out;
}

/** Members of `a` that are not members of `b`. */
export function minus(a: FieldSet, b: FieldSet): FieldSet {
  const out: FieldSet = { here: a.here && !b.here, children: new Map() };
  for (const [edge, child] of a.children) {
    const other = b.children.get(edge);
    const rest = other === undefined ? child : minus(child, other);
    if (!isEmpty(rest)) out.children.set(edge, rest);
  }
  return out;
}

/** Members of both. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const out: FieldSet = { here: a.here && b.here, children: new Map() };
  for (const [edge, child] of a.children) {
    const other = b.children.get(edge);
    const shared = other === undefined ? undefined : intersection(child, other);
    if (shared !== undefined && !isEmpty(shared)) out.children.set(edge, shared);
  }
  return out;
}

/** The members as paths in the form error messages use, `.spec.steps[name="a"].image`; at each level members come first. */
export function pathsOf(set: FieldSet, prefix = ''): string[] {
  const children = [...set.children].sort(([a], [b]) => (a < b ? -1 : 1));
  const members = children.filter(([, child]) => child.here).map(([edge]) => prefix + edgeText(edge));
  return [...members, ...children.flatMap(([edge, child]) => pathsOf(child, prefix + edgeText(edge)))];
}

function edgeText(edge: string): string {
  const rest = edge.slice(2);
  if (edge.startsWith('f:')) return `.${rest}`;
  if (edge.startsWith('v:')) return `[=${rest}]`;
  const keys = asObject(JSON.parse(rest) as Json) ?? {}; // written by canonicalJson, or checked when it was read
  return `[${Object.entries(keys)
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join(',')}]`;
}

/** Reads FieldsV1. */
export function readFields(raw: Json | undefined): FieldSet {
  const object = asObject(raw) ?? {};
  const set = noFields();
  for (const [edge, child] of Object.entries(object)) {
    if (edge === '.') set.here = true;
    else set.children.set(normalEdge(edge), readFields(child));
  }
  if (Object.keys(object).length === 0) set.here = true;
  return set;
}

function normalEdge(edge: string): string {
  if (edge.startsWith('f:')) return edge;
  try {
    return edge.slice(0, 2) + canonicalJson(JSON.parse(edge.slice(2)) as Json);
  } catch {
    return `f:${edge}`;
  }
}

/** Writes FieldsV1. */
export function writeFields(set: FieldSet): JsonObject {
  const out: JsonObject = {};
  if (set.here && set.children.size > 0) out['.'] = {};
  for (const [edge, child] of [...set.children].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!isEmpty(child)) out[edge] = writeFields(child);
  }
  return out;
}
