import { asArray, asObject, asString, type Json, type JsonObject, member } from '../json.ts';
import { applyDefaults, prune } from '../schema/fill-and-prune.ts';
import { compilePattern, parseSchema } from '../schema/schema.ts';
import { validate } from '../schema/validate.ts';
import { type FieldError, fieldError } from '../status.ts';

/** Where in a schema the check stands. */
interface Place {
  readonly isRoot: boolean;
  /** Inside allOf, anyOf, oneOf or not: only limits may be said there. */
  readonly isJunctor: boolean;
  /** Below `metadata` of a resource, which is checked by the server itself. */
  readonly isMetadata: boolean;
  /** Inside the junctors of x-kubernetes-int-or-string, where its two types may be named. */
  readonly namesTypes: boolean;
}

const typeNames: readonly string[] = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const junctors = ['allOf', 'anyOf', 'oneOf'] as const;

/** Judges whether a schema is structural and says nothing that is forbidden. `at` is the path of the schema in the definition. */
export function checkStructural(schema: Json, at: string): FieldError[] {
  const root = asObject(schema);
  if (root === undefined) return [fieldError.invalid(at, schema, 'must be an object')];
  const errors: FieldError[] = [];
  if (root.type !== 'object') {
    errors.push(
      root.type === undefined
        ? fieldError.required(`${at}.type`, 'must not be empty at the root')
        : fieldError.invalid(`${at}.type`, root.type, 'must be object at the root'),
    );
  }
  checkNode(root, at, { isRoot: true, isJunctor: false, isMetadata: false, namesTypes: false }, errors);
  return errors;
}

function checkNode(schema: JsonObject, at: string, place: Place, errors: FieldError[]): void {
  if (place.isJunctor) checkJunctor(schema, at, place, errors);
  else checkType(schema, at, place, errors);
  checkForbidden(schema, at, errors);
  checkLists(schema, at, errors);
  checkPattern(schema, at, errors);
  if (!place.isJunctor) checkDefault(schema, at, place, errors);
  const properties = asObject(schema.properties) ?? {};
  for (const [name, child] of Object.entries(properties)) {
    const below = { ...place, isRoot: false, isMetadata: place.isRoot && name === 'metadata' };
    checkNode(asObject(child) ?? {}, `${at}.properties[${name}]`, below, errors);
  }
  const inner = { ...place, isRoot: false, isMetadata: false };
  const namesTypes = schema['x-kubernetes-int-or-string'] === true || (place.isJunctor && place.namesTypes);
  for (const key of ['items', 'additionalProperties'] as const) {
    const child = asObject(schema[key]);
    if (child !== undefined) checkNode(child, `${at}.${key}`, inner, errors);
  }
  for (const key of junctors) {
    for (const [index, child] of (asArray(schema[key]) ?? []).entries()) {
      checkNode(asObject(child) ?? {}, `${at}.${key}[${index}]`, { ...inner, isJunctor: true, namesTypes }, errors);
    }
  }
  const not = asObject(schema.not);
  if (not !== undefined) checkNode(not, `${at}.not`, { ...inner, isJunctor: true, namesTypes }, errors);
}

function checkType(schema: JsonObject, at: string, place: Place, errors: FieldError[]): void {
  const type = asString(schema.type) ?? '';
  const isIntOrString = schema['x-kubernetes-int-or-string'] === true;
  if (type === '') {
    if (!isIntOrString && schema['x-kubernetes-preserve-unknown-fields'] !== true && !place.isRoot) {
      const what = at.endsWith(']') ? 'object fields' : at.endsWith('.items') ? 'array items' : 'object fields';
      errors.push(fieldError.required(`${at}.type`, `must not be empty for specified ${what}`));
    }
  } else if (!typeNames.includes(type)) errors.push(fieldError.notSupported(`${at}.type`, type, [...typeNames]));
  if (type === 'array' && schema.items === undefined)
    errors.push(fieldError.required(`${at}.items`, 'must be specified'));
  if (schema['x-kubernetes-embedded-resource'] === true && type !== 'object') {
    errors.push(
      type === ''
        ? fieldError.required(`${at}.type`, 'must be object if x-kubernetes-embedded-resource is true')
        : fieldError.invalid(`${at}.type`, type, 'must be object if x-kubernetes-embedded-resource is true'),
    );
  }
  if (
    schema['x-kubernetes-embedded-resource'] === true &&
    schema['x-kubernetes-preserve-unknown-fields'] !== true &&
    schema.properties === undefined
  ) {
    errors.push(
      fieldError.required(
        `${at}.properties`,
        'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
      ),
    );
  }
}

const onlyOutside = [
  'type',
  'default',
  'nullable',
  'additionalProperties',
  'title',
  'description',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-int-or-string',
  'x-kubernetes-validations',
  'x-kubernetes-list-type',
] as const;

function checkJunctor(schema: JsonObject, at: string, place: Place, errors: FieldError[]): void {
  for (const key of onlyOutside) {
    const value = schema[key];
    if (value === undefined || value === false) continue;
    // The only types allowed here: the two alternatives of x-kubernetes-int-or-string.
    if (
      key === 'type' &&
      place.namesTypes &&
      (value === 'integer' || value === 'string') &&
      Object.keys(schema).length === 1
    )
      continue;
    errors.push(
      fieldError.forbidden(`${at}.${key}`, `must be ${key === 'nullable' ? 'false' : 'empty'} to be structural`),
    );
  }
}

function checkForbidden(schema: JsonObject, at: string, errors: FieldError[]): void {
  if (schema.uniqueItems === true) {
    errors.push(
      fieldError.forbidden(
        `${at}.uniqueItems`,
        'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
      ),
    );
  }
  if (
    schema.properties !== undefined &&
    schema.additionalProperties !== undefined &&
    schema.additionalProperties !== false
  ) {
    errors.push(
      fieldError.forbidden(`${at}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'),
    );
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    errors.push(fieldError.invalid(`${at}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'));
  }
  for (const key of ['$ref', 'definitions', 'dependencies', 'patternProperties', 'additionalItems', 'id']) {
    if (schema[key] !== undefined) errors.push(fieldError.forbidden(`${at}.${key}`, `${key} is not supported`));
  }
}

function checkLists(schema: JsonObject, at: string, errors: FieldError[]): void {
  const listType = asString(schema['x-kubernetes-list-type']);
  const keys = asArray(schema['x-kubernetes-list-map-keys']) ?? [];
  const items = asObject(schema.items);
  if (listType === undefined) {
    if (keys.length > 0) {
      errors.push(
        fieldError.required(`${at}.x-kubernetes-list-type`, 'must be map if x-kubernetes-list-map-keys is non-empty'),
      );
    }
    return;
  }
  if (schema.type !== 'array')
    errors.push(
      fieldError.invalid(`${at}.type`, schema.type ?? '', 'must be array if x-kubernetes-list-type is specified'),
    );
  if (listType !== 'atomic' && listType !== 'set' && listType !== 'map') {
    errors.push(fieldError.notSupported(`${at}.x-kubernetes-list-type`, listType, ['atomic', 'map', 'set']));
  }
  if (listType !== 'map' && keys.length > 0) {
    errors.push(
      fieldError.invalid(
        `${at}.x-kubernetes-list-type`,
        listType,
        'must be map if x-kubernetes-list-map-keys is non-empty',
      ),
    );
  }
  if (listType === 'map') checkMapList(keys, items, at, errors);
  if (listType === 'set' && items !== undefined) checkSetItems(items, `${at}.items`, errors);
}

function checkMapList(keys: readonly Json[], items: JsonObject | undefined, at: string, errors: FieldError[]): void {
  if (keys.length === 0) {
    errors.push(
      fieldError.required(`${at}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map'),
    );
    return;
  }
  if (items?.type !== 'object') {
    errors.push(
      fieldError.invalid(
        `${at}.items.type`,
        items?.type ?? '',
        "must be object if parent array's x-kubernetes-list-type is map",
      ),
    );
    return;
  }
  for (const key of keys) {
    const name = String(key);
    const property = member(items.properties, name);
    if (property === undefined) {
      errors.push(
        fieldError.invalid(
          `${at}.x-kubernetes-list-map-keys`,
          [...keys],
          'entries must all be names of item properties',
        ),
      );
      continue;
    }
    const type = asString(member(property, 'type')) ?? '';
    if (type === 'object' || type === 'array') {
      errors.push(
        fieldError.invalid(
          `${at}.items.properties[${name}].type`,
          type,
          "must be a scalar type if parent array's x-kubernetes-list-type is map",
        ),
      );
    }
    const isRequired = (asArray(items.required) ?? []).includes(name);
    if (!isRequired && member(property, 'default') === undefined) {
      errors.push(
        fieldError.required(
          `${at}.items.properties[${name}].default`,
          'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
        ),
      );
    }
    if (member(property, 'nullable') === true) {
      errors.push(
        fieldError.forbidden(
          `${at}.items.properties[${name}].nullable`,
          'this property is in x-kubernetes-list-map-keys, so it cannot be nullable',
        ),
      );
    }
  }
}

function checkSetItems(items: JsonObject, at: string, errors: FieldError[]): void {
  if (items.nullable === true)
    errors.push(fieldError.forbidden(`${at}.nullable`, 'cannot be nullable when x-kubernetes-list-type is set'));
  if (items.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic') {
    errors.push(
      fieldError.invalid(
        `${at}.x-kubernetes-map-type`,
        items['x-kubernetes-map-type'] ?? null,
        'must be atomic as item of a list with x-kubernetes-list-type=set',
      ),
    );
  }
  if (items.type === 'array' && (items['x-kubernetes-list-type'] ?? 'atomic') !== 'atomic') {
    errors.push(
      fieldError.invalid(
        `${at}.x-kubernetes-list-type`,
        items['x-kubernetes-list-type'] ?? null,
        'must be atomic as item of a list with x-kubernetes-list-type=set',
      ),
    );
  }
}

function checkPattern(schema: JsonObject, at: string, errors: FieldError[]): void {
  const pattern = asString(schema.pattern);
  if (pattern === undefined || pattern === '') return;
  try {
    compilePattern(pattern);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    errors.push(fieldError.invalid(`${at}.pattern`, pattern, `must be a valid regular expression, but isn't: ${why}`));
  }
}

function checkDefault(raw: JsonObject, at: string, place: Place, errors: FieldError[]): void {
  const value = raw.default;
  if (value === undefined) return;
  if (place.isMetadata) {
    errors.push(fieldError.forbidden(`${at}.default`, 'must not be set in metadata'));
    return;
  }
  const schema = parseSchema(raw);
  const filled: JsonObject = { value: structuredClone(value) };
  const content = filled.value ?? null;
  if (prune(schema, content, '', false).length > 0) {
    errors.push(fieldError.invalid(`${at}.default`, value, 'must not have unknown fields'));
    return;
  }
  applyDefaults(schema, content);
  errors.push(...validate(schema, content, `${at}.default`));
}
