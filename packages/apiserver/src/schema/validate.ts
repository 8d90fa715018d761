import { asObject, canonicalJson, equalJson, type Json, type JsonObject, member } from '../json.ts';
import { type FieldError, fieldError } from '../status.ts';
import { hasFormat } from './formats.ts';
import type { Schema, SchemaType } from './schema.ts';

/**
 * Validates a value as the API server does a custom resource: types, required, limits, formats, junctors, list types.
 * `old` is the stored value at the same place: what did not change is not judged again (validation ratcheting, GA in 1.33).
 * Rules in CEL are not run here.
 */
export function validate(schema: Schema, value: Json, path: string, old?: Json): FieldError[] {
  if (old !== undefined && equalJson(value, old)) return [];
  if (value === null) {
    if (schema.nullable || (schema.type === '' && !schema.intOrString)) return [];
    return [typeError(path, value, schema.intOrString ? 'integer,string' : schema.type)];
  }
  const wrong = checkType(schema, value, path);
  // Values of another type still meet enums and junctors, as in the API server.
  const errors = [
    ...(wrong === undefined ? [] : [wrong]),
    ...checkEnum(schema, value, path),
    ...checkJunctors(schema, value, path),
  ];
  if (typeof value === 'string') errors.push(...checkString(schema, value, path));
  else if (typeof value === 'number') errors.push(...checkNumber(schema, value, path));
  else if (Array.isArray(value)) errors.push(...checkArray(schema, value, path, old));
  else if (typeof value === 'object') errors.push(...checkObject(schema, value, path, old));
  return errors;
}

/** The name JSON schema gives the type of a value. */
export function typeOf(value: Json): SchemaType | 'null' {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value as 'object' | 'string' | 'boolean'; // a Json is nothing else
}

function typeError(path: string, value: Json, wanted: string): FieldError {
  const got = typeOf(value);
  return fieldError.typeInvalid(path, got, `${path} in body must be of type ${wanted}: ${JSON.stringify(got)}`);
}

function checkType(schema: Schema, value: Json, path: string): FieldError | undefined {
  const got = typeOf(value);
  if (schema.intOrString) {
    return got === 'integer' || got === 'string' ? undefined : typeError(path, value, 'integer,string');
  }
  if (schema.type === '' || schema.type === got) return undefined;
  if (schema.type === 'number' && got === 'integer') return undefined;
  return typeError(path, value, schema.type);
}

function checkEnum(schema: Schema, value: Json, path: string): FieldError[] {
  if (schema.enum === undefined || schema.enum.some((allowed) => equalJson(allowed, value))) return [];
  return [fieldError.notSupported(path, value, schema.enum)];
}

function checkString(schema: Schema, value: string, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const { minLength, maxLength } = schema.bounds;
  const length = minLength === undefined && maxLength === undefined ? 0 : [...value].length;
  if (maxLength !== undefined && length > maxLength) errors.push(fieldError.tooLong(path, maxLength));
  if (minLength !== undefined && length < minLength) {
    errors.push(fieldError.invalid(path, value, `${path} in body should be at least ${minLength} chars long`));
  }
  if (schema.pattern !== undefined && !schema.pattern.test(value)) {
    errors.push(fieldError.invalid(path, value, `${path} in body should match '${schema.pattern.source}'`));
  }
  if (schema.format !== undefined && !hasFormat(schema.format, value)) {
    const detail = `${path} in body must be of type ${schema.format}: ${JSON.stringify(value)}`;
    errors.push(fieldError.typeInvalid(path, value, detail));
  }
  return errors;
}

function checkNumber(schema: Schema, value: number, path: string): FieldError[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema.bounds;
  const refuse = (detail: string) => fieldError.invalid(path, value, `${path} in body ${detail}`);
  const errors: FieldError[] = [];
  if (maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum)) {
    errors.push(
      refuse(exclusiveMaximum ? `should be less than ${maximum}` : `should be less than or equal to ${maximum}`),
    );
  }
  if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum)) {
    errors.push(
      refuse(exclusiveMinimum ? `should be greater than ${minimum}` : `should be greater than or equal to ${minimum}`),
    );
  }
  if (multipleOf !== undefined && multipleOf > 0 && !isMultiple(value, multipleOf)) {
    errors.push(refuse(`should be a multiple of ${multipleOf}`));
  }
  return errors;
}

function isMultiple(value: number, of: number): boolean {
  const ratio = value / of;
  return Math.abs(ratio - Math.round(ratio)) < 1e-9;
}

function checkArray(schema: Schema, value: readonly Json[], path: string, old: Json | undefined): FieldError[] {
  const { minItems, maxItems, uniqueItems } = schema.bounds;
  const errors: FieldError[] = [];
  if (maxItems !== undefined && value.length > maxItems) errors.push(fieldError.tooMany(path, value.length, maxItems));
  if (minItems !== undefined && value.length < minItems) {
    errors.push(fieldError.invalid(path, value.length, `${path} in body should have at least ${minItems} items`));
  }
  if (uniqueItems && new Set(value.map(canonicalJson)).size !== value.length) {
    errors.push(fieldError.invalid(path, null, `${path} in body shouldn't contain duplicates`));
  }
  const { items } = schema;
  if (items !== undefined) {
    const before = correlate(schema, old);
    for (const [index, item] of value.entries())
      errors.push(...validate(items, item, `${path}[${index}]`, before(item)));
  }
  return errors;
}

/** Finds the stored item that an item of a list replaces; only lists of type map can tell. */
export function correlate(schema: Schema, old: Json | undefined): (item: Json) => Json | undefined {
  if (!Array.isArray(old) || schema.listType !== 'map') return () => undefined;
  const byKey = new Map(old.map((item) => [listMapKey(schema, item), item]));
  return (item) => byKey.get(listMapKey(schema, item));
}

/** The identity of an item in a list of type map. */
export function listMapKey(schema: Schema, item: Json): string {
  return canonicalJson(
    schema.listMapKeys.map((key) => member(item, key) ?? schema.items?.properties.get(key)?.default ?? null),
  );
}

function checkObject(schema: Schema, value: JsonObject, path: string, old: Json | undefined): FieldError[] {
  const { minProperties, maxProperties } = schema.bounds;
  const errors: FieldError[] = [];
  const names = Object.keys(value);
  if (maxProperties !== undefined && names.length > maxProperties) {
    errors.push(fieldError.tooMany(path, names.length, maxProperties));
  }
  if (minProperties !== undefined && names.length < minProperties) {
    errors.push(
      fieldError.invalid(path, names.length, `${path} in body should have at least ${minProperties} properties`),
    );
  }
  for (const name of schema.required) {
    if (!Object.hasOwn(value, name)) errors.push(fieldError.required(join(path, name)));
  }
  for (const name of names) {
    const child = schema.properties.get(name) ?? schema.additional;
    const at = value[name];
    if (child === undefined || child === true || at === undefined) continue;
    errors.push(...validate(child, at, join(path, name), member(old, name)));
  }
  if (schema.embedded) errors.push(...checkEmbedded(value, path));
  return errors;
}

function checkEmbedded(value: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const name of ['apiVersion', 'kind']) {
    const text = value[name];
    if (text === undefined || text === '') errors.push(fieldError.required(join(path, name), 'must not be empty'));
  }
  return errors;
}

/** A path with one more member. */
export function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** The API server leaves the field of a failed junctor empty, and names the place in the sentence. */
function junctorError(path: string, sentence: string): FieldError {
  return fieldError.invalid('<nil>', '', `${JSON.stringify(path)} ${sentence}`);
}

function checkJunctors(schema: Schema, value: Json, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const passes = (s: Schema) => validate(s, value, path).length === 0;
  for (const s of schema.allOf) errors.push(...validate(s, value, path));
  if (errors.length > 0) errors.push(junctorError(path, 'must validate all the schemas (allOf)'));
  if (schema.anyOf.length > 0 && !schema.anyOf.some(passes)) {
    errors.push(junctorError(path, 'must validate at least one schema (anyOf)'), ...nearest(schema.anyOf, value, path));
  }
  if (schema.oneOf.length > 0) {
    const count = schema.oneOf.filter(passes).length;
    const found = count === 0 ? 'Found none valid' : `Found ${count} valid alternatives`;
    if (count !== 1) errors.push(junctorError(path, `must validate one and only one schema (oneOf). ${found}`));
    if (count === 0) errors.push(...nearest(schema.oneOf, value, path));
  }
  if (schema.not !== undefined && passes(schema.not)) {
    errors.push(junctorError(path, 'must not validate the schema (not)'));
  }
  return errors;
}

/** The errors of the alternative that came closest, as the API server reports them. */
function nearest(alternatives: readonly Schema[], value: Json, path: string): FieldError[] {
  let best: FieldError[] | undefined;
  for (const schema of alternatives) {
    const errors = validate(schema, value, path);
    if (best === undefined || errors.length < best.length) best = errors;
  }
  return best ?? [];
}

/** Duplicates in lists of type set and map, with the field of the second one. */
export function validateListTypes(schema: Schema, value: Json, path: string): FieldError[] {
  if (Array.isArray(value)) {
    const errors = duplicates(schema, value, path);
    if (schema.items !== undefined) {
      for (const [index, item] of value.entries())
        errors.push(...validateListTypes(schema.items, item, `${path}[${index}]`));
    }
    return errors;
  }
  const object = asObject(value);
  if (object === undefined) return [];
  const errors: FieldError[] = [];
  for (const [name, child] of Object.entries(object)) {
    const property = schema.properties.get(name);
    if (property !== undefined) errors.push(...validateListTypes(property, child, join(path, name)));
    else if (schema.additional !== undefined && schema.additional !== true) {
      errors.push(...validateListTypes(schema.additional, child, `${path}[${name}]`));
    }
  }
  return errors;
}

function duplicates(schema: Schema, value: readonly Json[], path: string): FieldError[] {
  if (schema.listType === 'atomic') return [];
  const seen = new Set<string>();
  const errors: FieldError[] = [];
  for (const [index, item] of value.entries()) {
    const key = schema.listType === 'set' ? canonicalJson(item) : listMapKey(schema, item);
    if (!seen.has(key)) {
      seen.add(key);
      continue;
    }
    const shown = schema.listType === 'set' ? item : keysOf(schema, item);
    errors.push(fieldError.duplicate(`${path}[${index}]`, shown));
  }
  return errors;
}

function keysOf(schema: Schema, item: Json): JsonObject {
  const out: JsonObject = {};
  for (const key of schema.listMapKeys) {
    const value = member(item, key);
    if (value !== undefined) out[key] = value;
  }
  return out;
}
