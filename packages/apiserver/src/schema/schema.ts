import { RE2JS } from 're2js';
import { asArray, asObject, asString, type Json, type JsonObject, member } from '../json.ts';

/** A validation rule in CEL, as written in `x-kubernetes-validations`. */
export interface RuleText {
  readonly rule: string;
  readonly message: string | undefined;
  readonly messageExpression: string | undefined;
  readonly reason: string | undefined;
  readonly fieldPath: string | undefined;
  readonly optionalOldSelf: boolean;
}

/** The types a schema can name; empty where it names none. */
export type SchemaType = '' | 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';

/** A structural schema (apiextensions.k8s.io/v1 JSONSchemaProps), parsed once. Built-in kinds use the same form. */
export interface Schema {
  readonly type: SchemaType;
  readonly description: string | undefined;
  readonly properties: ReadonlyMap<string, Schema>;
  readonly additional: Schema | true | undefined;
  readonly items: Schema | undefined;
  readonly required: readonly string[];
  readonly nullable: boolean;
  readonly intOrString: boolean;
  readonly preserve: boolean;
  readonly embedded: boolean;
  readonly listType: 'atomic' | 'set' | 'map';
  readonly listMapKeys: readonly string[];
  readonly mapType: 'granular' | 'atomic';
  readonly default: Json | undefined;
  readonly enum: readonly Json[] | undefined;
  readonly pattern: Pattern | undefined;
  readonly format: string | undefined;
  readonly bounds: Bounds;
  readonly allOf: readonly Schema[];
  readonly anyOf: readonly Schema[];
  readonly oneOf: readonly Schema[];
  readonly not: Schema | undefined;
  readonly rules: readonly RuleText[];
  /** The name under which OpenAPI lists this schema; only built-in kinds have it. */
  readonly typeName: string | undefined;
  /** False when no default lies at or below this schema, so that defaulting can skip it. */
  readonly hasDefaults: boolean;
}

/** The numeric limits of a schema. */
export interface Bounds {
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum: boolean;
  readonly exclusiveMaximum: boolean;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
}

/** A pattern in RE2's syntax: the API server is written in Go, and linear time matters for hostile input. */
export interface Pattern {
  readonly source: string;
  test(text: string): boolean;
}

/** Compiles a pattern. Throws the engine's error when it cannot. */
export function compilePattern(source: string): Pattern {
  const compiled = RE2JS.compile(source);
  return { source, test: (text) => compiled.matcher(text).find() };
}

/** A schema with nothing said. */
export const emptySchema: Schema = {
  type: '',
  description: undefined,
  properties: new Map(),
  additional: undefined,
  items: undefined,
  required: [],
  nullable: false,
  intOrString: false,
  preserve: false,
  embedded: false,
  listType: 'atomic',
  listMapKeys: [],
  mapType: 'granular',
  default: undefined,
  enum: undefined,
  pattern: undefined,
  format: undefined,
  bounds: { exclusiveMinimum: false, exclusiveMaximum: false, uniqueItems: false },
  allOf: [],
  anyOf: [],
  oneOf: [],
  not: undefined,
  rules: [],
  typeName: undefined,
  hasDefaults: false,
};

const types: ReadonlySet<string> = new Set(['object', 'array', 'string', 'integer', 'number', 'boolean']);

function schemaType(text: string | undefined): SchemaType {
  return text !== undefined && types.has(text) ? (text as SchemaType) : ''; // the set holds exactly the members of the union
}

const boundNames = [
  'minimum',
  'maximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
] as const;

function parseBounds(raw: JsonObject): Bounds {
  const numbers: Partial<Record<(typeof boundNames)[number], number>> = {};
  for (const name of boundNames) {
    const value = raw[name];
    if (typeof value === 'number') numbers[name] = value;
  }
  return {
    ...numbers,
    exclusiveMinimum: raw.exclusiveMinimum === true,
    exclusiveMaximum: raw.exclusiveMaximum === true,
    uniqueItems: raw.uniqueItems === true,
  };
}

function parseRules(raw: Json | undefined): RuleText[] {
  return (asArray(raw) ?? []).map((entry) => ({
    rule: asString(member(entry, 'rule')) ?? '',
    message: asString(member(entry, 'message')),
    messageExpression: asString(member(entry, 'messageExpression')),
    reason: asString(member(entry, 'reason')),
    fieldPath: asString(member(entry, 'fieldPath')),
    optionalOldSelf: member(entry, 'optionalOldSelf') === true,
  }));
}

function strings(value: Json | undefined): string[] {
  return (asArray(value) ?? []).filter((item) => typeof item === 'string');
}

function schemas(value: Json | undefined): Schema[] {
  return (asArray(value) ?? []).map(parseSchema);
}

function parseAdditional(value: Json | undefined): Schema | true | undefined {
  if (value === true) return true;
  return asObject(value) === undefined ? undefined : parseSchema(value);
}

function safePattern(value: Json | undefined): Pattern | undefined {
  const source = asString(value);
  if (source === undefined || source === '') return undefined;
  try {
    return compilePattern(source);
  } catch {
    return undefined; // the definition check has refused or will refuse it, with its path
  }
}

function parseListType(raw: Json | undefined): Schema['listType'] {
  return raw === 'set' || raw === 'map' ? raw : 'atomic';
}

/** Reads a JSONSchemaProps. It does not judge: `checkStructural` does. */
export function parseSchema(raw: Json | undefined): Schema {
  const object = asObject(raw);
  if (object === undefined) return emptySchema;
  const properties = new Map<string, Schema>();
  for (const [name, value] of Object.entries(asObject(object.properties) ?? {})) {
    properties.set(name, parseSchema(value));
  }
  const additional = parseAdditional(object.additionalProperties);
  const items = object.items === undefined ? undefined : parseSchema(object.items);
  const inside = [
    ...properties.values(),
    ...(items ? [items] : []),
    ...(additional && additional !== true ? [additional] : []),
  ];
  return {
    type: schemaType(asString(object.type)),
    description: asString(object.description),
    properties,
    additional,
    items,
    required: strings(object.required),
    nullable: object.nullable === true,
    intOrString: object['x-kubernetes-int-or-string'] === true,
    preserve: object['x-kubernetes-preserve-unknown-fields'] === true,
    embedded: object['x-kubernetes-embedded-resource'] === true,
    listType: parseListType(object['x-kubernetes-list-type']),
    listMapKeys: strings(object['x-kubernetes-list-map-keys']),
    mapType: object['x-kubernetes-map-type'] === 'atomic' ? 'atomic' : 'granular',
    default: object.default,
    enum: asArray(object.enum),
    pattern: safePattern(object.pattern),
    format: asString(object.format),
    bounds: parseBounds(object),
    allOf: schemas(object.allOf),
    anyOf: schemas(object.anyOf),
    oneOf: schemas(object.oneOf),
    not: object.not === undefined ? undefined : parseSchema(object.not),
    rules: parseRules(object['x-kubernetes-validations']),
    typeName: undefined,
    hasDefaults: object.default !== undefined || inside.some((s) => s.hasDefaults),
  };
}
