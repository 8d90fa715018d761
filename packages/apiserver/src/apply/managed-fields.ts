import { asArray, asObject, asString, dig, type Json, type JsonObject, member, without } from '../json.ts';
import type { ResourceKind } from '../kinds/resource.ts';
import { apiVersionOf } from '../kinds/resource.ts';
import type { Schema } from '../schema/schema.ts';
import {
  type Difference,
  difference,
  type FieldSet,
  isEmpty,
  minus,
  noFields,
  readFields,
  union,
  writeFields,
} from './field-set.ts';

/** One entry of `metadata.managedFields`. */
export interface Manager {
  readonly name: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string;
  readonly fields: FieldSet;
}

/** Who writes. */
export interface Writer {
  readonly manager: string;
  readonly subresource: string;
  readonly time: string;
}

/** Reads `metadata.managedFields`. Entries that are no FieldsV1 are left out. */
export function readManagers(object: JsonObject): Manager[] {
  const entries = asArray(dig(object, 'metadata', 'managedFields')) ?? [];
  return entries.flatMap((entry) => {
    const text = (key: string) => asString(member(entry, key)) ?? '';
    if (asObject(member(entry, 'fieldsV1')) === undefined) return [];
    return {
      name: text('manager'),
      operation: text('operation') === 'Apply' ? ('Apply' as const) : ('Update' as const),
      apiVersion: text('apiVersion'),
      subresource: text('subresource'),
      time: text('time'),
      fields: readFields(member(entry, 'fieldsV1')),
    };
  });
}

/** Writes managers into an object; managers that own nothing go. */
export function writeManagers(object: JsonObject, managers: readonly Manager[]): JsonObject {
  const entries = managers
    .filter((m) => !isEmpty(m.fields))
    .sort(byPlace)
    .map((m) => {
      const entry: JsonObject = { manager: m.name, operation: m.operation, apiVersion: m.apiVersion };
      if (m.time !== '') entry.time = m.time;
      entry.fieldsType = 'FieldsV1';
      entry.fieldsV1 = writeFields(m.fields);
      if (m.subresource !== '') entry.subresource = m.subresource;
      return entry;
    });
  const metadata = without(asObject(object.metadata) ?? {}, 'managedFields');
  return { ...object, metadata: entries.length === 0 ? metadata : { ...metadata, managedFields: entries } };
}

/** The order entries have: applies first, then the older ones. */
function byPlace(a: Manager, b: Manager): number {
  const place = (m: Manager) => [m.operation, m.time, m.name, m.apiVersion, m.subresource];
  const [x, y] = [place(a), place(b)];
  const at = x.findIndex((part, index) => part !== y[index]);
  return at < 0 ? 0 : (x[at] ?? '') < (y[at] ?? '') ? -1 : 1;
}

export function isSameManager(a: Manager, name: string, operation: Manager['operation'], subresource: string): boolean {
  return a.name === name && a.operation === operation && a.subresource === subresource;
}

// Fields nobody owns: the server's own, and those that name the object.
const unowned = [
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'generation',
  'managedFields',
  'resourceVersion',
];

/** A set without the fields nobody can own. */
export function ownable(set: FieldSet): FieldSet {
  const strip: FieldSet = { here: true, children: new Map() };
  const leaf = (): FieldSet => ({ here: true, children: new Map() });
  strip.children.set('f:apiVersion', leaf());
  strip.children.set('f:kind', leaf());
  const metadata: FieldSet = leaf();
  for (const name of unowned) metadata.children.set(`f:${name}`, leaf());
  strip.children.set('f:metadata', metadata);
  return minus(set, strip);
}

/** The object as ownership sees it: without `managedFields`, which would otherwise own itself. */
export function ownedPart(object: JsonObject): JsonObject {
  return { ...object, metadata: without(asObject(object.metadata) ?? {}, 'managedFields') };
}

/** What a write changes, as ownership sees it. */
export function ownershipDifference(schema: Schema, before: JsonObject, after: JsonObject): Difference {
  const raw = difference(schema, ownedPart(before), ownedPart(after));
  return { changed: ownable(raw.changed), removed: raw.removed };
}

/** Moves ownership after an update that is not an apply: the writer owns what it changed, the others lose it. */
export function trackUpdate(kind: ResourceKind, before: JsonObject, after: JsonObject, writer: Writer): JsonObject {
  const { changed, removed } = ownershipDifference(kind.schema, before, after);
  const managers = readManagers(after);
  if (isEmpty(changed) && isEmpty(removed)) return after;
  const lost = union(changed, removed);
  const mine = managers.find((m) => isSameManager(m, writer.manager, 'Update', writer.subresource));
  const kept: Manager[] = managers.filter((m) => m !== mine).map((m) => ({ ...m, fields: minus(m.fields, lost) }));
  const fields = union(minus(mine?.fields ?? noFields(), removed), changed);
  const next: Manager = {
    name: writer.manager,
    operation: 'Update',
    apiVersion: apiVersionOf(kind),
    subresource: writer.subresource,
    time: isEmpty(changed) ? (mine?.time ?? writer.time) : writer.time,
    fields,
  };
  return writeManagers(after, [...kept, next]);
}

/** Whether two objects are equal but for the times in `managedFields`. */
export function managersWithoutTime(object: JsonObject): Json {
  return (asArray(dig(object, 'metadata', 'managedFields')) ?? []).map((e) => without(asObject(e) ?? {}, 'time'));
}
