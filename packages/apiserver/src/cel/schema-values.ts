import { asArray, asObject, canonicalJson, type Json, type JsonObject } from '../json.ts';
import type { Schema } from '../schema/schema.ts';
import { listMapKey } from '../schema/validate.ts';
import { parseDuration, parseTimestamp } from './time.ts';
import { listOf, mapOf, type Type, types } from './types.ts';
import { CelError, type CelObject, Duration, list, Timestamp, type Value } from './values.ts';

const keywords: ReadonlySet<string> = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

/** The name of a field inside an expression, as Kubernetes escapes it; undefined for names no expression can reach. */
export function escapeName(name: string): string | undefined {
  if (keywords.has(name)) return `__${name}__`;
  const escaped = name.replaceAll(/__|\.|-|\//g, (part) => {
    if (part === '__') return '__underscores__';
    return part === '.' ? '__dot__' : part === '-' ? '__dash__' : '__slash__';
  });
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(escaped) ? escaped : undefined;
}

const made = new WeakMap<Schema, { type: Type | undefined; root: Type | undefined }>();

/** The type of values under a schema; undefined where a schema says too little, and an expression cannot reach the value. */
export function schemaType(schema: Schema, isResource: boolean): Type | undefined {
  let known = made.get(schema);
  if (known === undefined) {
    known = { type: undefined, root: undefined };
    made.set(schema, known);
  }
  const slot = isResource ? 'root' : 'type';
  known[slot] ??= makeType(schema, isResource);
  return known[slot];
}

function makeType(schema: Schema, isResource: boolean): Type | undefined {
  if (schema.intOrString) return types.dyn;
  switch (schema.type) {
    case 'array': {
      const items = schema.items === undefined ? undefined : schemaType(schema.items, schema.items.embedded);
      return items && listOf(items);
    }
    case 'object':
      return objectType(schema, isResource);
    case 'string':
      if (schema.format === 'byte') return types.bytes;
      if (schema.format === 'duration') return types.duration;
      return schema.format === 'date' || schema.format === 'date-time' ? types.timestamp : types.string;
    case 'boolean':
      return types.bool;
    case 'number':
      return types.double;
    case 'integer':
      return types.int;
    default:
      return undefined;
  }
}

const metadataType: Type = {
  t: 'object',
  fields: new Map([
    ['name', types.string],
    ['generateName', types.string],
  ]),
  schema: undefined,
};

function objectType(schema: Schema, isResource: boolean): Type | undefined {
  if (schema.additional !== undefined) {
    const value = schema.additional === true ? undefined : schemaType(schema.additional, schema.additional.embedded);
    return value && mapOf(types.string, value);
  }
  const fields = new Map<string, Type>();
  for (const [name, child] of schema.properties) {
    const escaped = escapeName(name);
    const type = schemaType(child, child.embedded);
    if (escaped !== undefined && type !== undefined) fields.set(escaped, type);
  }
  if (isResource) {
    fields.set('apiVersion', types.string);
    fields.set('kind', types.string);
    fields.set('metadata', metadataType);
  }
  return { t: 'object', fields, schema };
}

/** A JSON value under its schema as a CEL value. Parts are made when they are asked for. */
export function toValue(schema: Schema, json: Json, isResource: boolean): Value {
  if (json === null) return null;
  if (typeof json === 'boolean') return json;
  if (typeof json === 'number') return schema.type === 'number' || !Number.isInteger(json) ? json : BigInt(json);
  if (typeof json === 'string') return textValue(schema, json);
  if (Array.isArray(json)) return listValue(schema, json);
  return schema.additional === undefined ? objectValue(schema, json, isResource) : mapValue(schema.additional, json);
}

function textValue(schema: Schema, text: string): Value {
  switch (schema.format) {
    case 'byte':
      return Uint8Array.from(Buffer.from(text, 'base64'));
    case 'duration':
      return new Duration(parseDuration(text));
    case 'date':
      return new Timestamp(parseTimestamp(`${text}T00:00:00Z`));
    case 'date-time':
      return new Timestamp(parseTimestamp(text));
    default:
      return text;
  }
}

function listValue(schema: Schema, items: Json[]): Value {
  const { items: itemSchema } = schema;
  if (itemSchema === undefined) throw new CelError('invalid list type, expected items');
  const base = list(items.map((item) => toValue(itemSchema, item, itemSchema.embedded)));
  if (schema.listType === 'atomic') return base;
  const values = new Map<Value, Json>();
  const json = asArray(items) ?? [];
  for (let i = 0; i < base.length; i += 1) values.set(base.at(i), json[i] ?? null);
  const keyOf = (item: Json) => (schema.listType === 'set' ? canonicalJson(item) : listMapKey(schema, item));
  return {
    ...base,
    identity: (value) => (values.has(value) ? keyOf(values.get(value) ?? null) : identityOf(schema, value)),
  };
}

function identityOf(schema: Schema, value: Value): string {
  if (schema.listType === 'set')
    return canonicalJson(typeof value === 'bigint' ? Number(value) : typeof value === 'object' ? null : value);
  if (typeof value !== 'object' || value === null || !('is' in value) || value.is !== 'object') return '';
  return canonicalJson(
    schema.listMapKeys.map((key) => {
      const found = value.get(escapeName(key) ?? key);
      return typeof found === 'bigint'
        ? Number(found)
        : typeof found === 'string' || typeof found === 'boolean'
          ? found
          : null;
    }),
  );
}

function mapValue(additional: Schema | true, object: JsonObject): Value {
  const get = (key: Value): Value | undefined => {
    if (typeof key !== 'string' || !Object.hasOwn(object, key)) return undefined;
    return additional === true
      ? untyped(object[key] ?? null)
      : toValue(additional, object[key] ?? null, additional.embedded);
  };
  return { is: 'map', size: Object.keys(object).length, get, keys: () => Object.keys(object) };
}

function untyped(json: Json): Value {
  if (typeof json === 'number') return Number.isInteger(json) ? BigInt(json) : json;
  if (Array.isArray(json)) return list(json.map(untyped));
  const object = asObject(json);
  if (object === undefined) return typeof json === 'object' ? null : json;
  return mapValue(true, object);
}

function objectValue(schema: Schema, object: JsonObject, isResource: boolean): CelObject {
  const names = new Map<string, string>();
  for (const name of Object.keys(object)) {
    const escaped = escapeName(name);
    if (escaped !== undefined) names.set(escaped, name);
  }
  const get = (field: string): Value | undefined => {
    const name = names.get(field);
    const json = name === undefined ? undefined : object[name];
    if (name === undefined || json === undefined) return undefined;
    if (isResource && name === 'metadata') return untypedObject(asObject(json) ?? {});
    const child = schema.properties.get(name);
    return child === undefined ? untyped(json) : toValue(child, json, child.embedded);
  };
  return { is: 'object', get, fields: () => [...names.keys()] };
}

function untypedObject(object: JsonObject): CelObject {
  return {
    is: 'object',
    get: (field) => (Object.hasOwn(object, field) ? untyped(object[field] ?? null) : undefined),
    fields: () => Object.keys(object),
  };
}
