import { asObject, cloneJson, type Json, type JsonObject } from '../json.ts';
import type { Schema } from './schema.ts';
import { join } from './validate.ts';

/** Writes the schema's defaults into a value, in place, the way the API server does on every read and write. */
export function applyDefaults(schema: Schema, value: Json): void {
  if (!schema.hasDefaults) return;
  if (Array.isArray(value)) {
    if (schema.items !== undefined) fillEach(schema.items, value);
    return;
  }
  const object = asObject(value);
  if (object === undefined) return;
  for (const [name, child] of schema.properties) {
    if (child.default === undefined) continue;
    if (!Object.hasOwn(object, name) || (object[name] === null && !child.nullable))
      object[name] = cloneJson(child.default);
  }
  for (const name of Object.keys(object)) {
    const child = schema.properties.get(name) ?? (schema.additional === true ? undefined : schema.additional);
    const at = object[name];
    if (child === undefined || at === undefined) continue;
    if (at === null && !child.nullable && child.default !== undefined) object[name] = cloneJson(child.default);
    else applyDefaults(child, at);
  }
}

function fillEach(items: Schema, list: Json[]): void {
  for (const [index, item] of list.entries()) {
    if (item === null && !items.nullable && items.default !== undefined) list[index] = cloneJson(items.default);
    else applyDefaults(items, item);
  }
}

/** Removes nulls at fields that are not nullable and have no default, in place: they count as absent. */
export function dropNulls(schema: Schema, value: Json): void {
  if (Array.isArray(value)) {
    if (schema.items !== undefined) for (const item of value) dropNulls(schema.items, item);
    return;
  }
  const object = asObject(value);
  if (object === undefined) return;
  for (const name of Object.keys(object)) {
    const child = schema.properties.get(name);
    const at = object[name];
    if (at === undefined) continue;
    if (at === null && child !== undefined && !child.nullable && child.default === undefined) delete object[name];
    else if (child !== undefined) dropNulls(child, at);
    else if (schema.additional !== undefined && schema.additional !== true) dropNulls(schema.additional, at);
  }
}

const envelope: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

/** Removes, in place, what the schema does not know. Answers the paths of what was removed. */
export function prune(schema: Schema, value: Json, path: string, isResource: boolean): string[] {
  const removed: string[] = [];
  pruneInto(schema, value, path, isResource, removed);
  return removed;
}

function pruneInto(schema: Schema, value: Json, path: string, isResource: boolean, removed: string[]): void {
  if (Array.isArray(value)) {
    if (schema.items === undefined) return;
    for (const [index, item] of value.entries()) {
      pruneInto(schema.items, item, `${path}[${index}]`, schema.items.embedded, removed);
    }
    return;
  }
  const object = asObject(value);
  if (object !== undefined) pruneObject(schema, object, path, isResource || schema.embedded, removed);
}

function pruneObject(schema: Schema, object: JsonObject, path: string, isResource: boolean, removed: string[]): void {
  for (const name of Object.keys(object)) {
    const at = object[name];
    if (at === undefined || (isResource && envelope.has(name))) continue;
    const property = schema.properties.get(name);
    if (property !== undefined) pruneInto(property, at, join(path, name), false, removed);
    else if (schema.additional === true) continue;
    else if (schema.additional !== undefined) pruneInto(schema.additional, at, join(path, name), false, removed);
    else if (!schema.preserve) {
      delete object[name];
      removed.push(join(path, name));
    }
  }
}
