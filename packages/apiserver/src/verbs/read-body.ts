import { parse as parseYaml } from 'yaml';
import type { Call } from '../context.ts';
import { asObject, asString, type Json, type JsonObject } from '../json.ts';
import { metadataSchema } from '../kinds/core-kinds.ts';
import { apiVersionOf } from '../kinds/resource.ts';
import { applyDefaults, dropNulls, prune } from '../schema/fill-and-prune.ts';
import { validate } from '../schema/validate.ts';
import { badRequest, unsupportedMediaType } from '../status.ts';

/** Parses a body as JSON or, where the type says so, YAML. Refuses with 400 what is neither. */
export function parseBody(body: string, contentType: string): Json {
  if (body.includes('"__proto__"') || body.includes('__proto__:'))
    throw badRequest('the member name __proto__ is not allowed');
  if (!/json|yaml/.test(contentType)) {
    // Clients that prefer protobuf try again in JSON when they are told so.
    throw unsupportedMediaType(contentType, ['application/json', 'application/yaml']);
  }
  try {
    if (contentType.includes('yaml')) {
      // Programs send JSON, which is YAML too and is read a hundred times faster.
      const json = body.startsWith('{') ? readJson(body) : undefined;
      if (json !== undefined) return json;
      return parseYaml(body, { maxAliasCount: 100, schema: 'core', uniqueKeys: false }) as Json; // the core schema of YAML is JSON's
    }
    return JSON.parse(body) as Json; // JSON.parse gives nothing else
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw badRequest(`error decoding from ${contentType.includes('yaml') ? 'yaml' : 'json'}: ${why}`);
  }
}

function readJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json; // JSON.parse gives nothing else
  } catch {
    return undefined;
  }
}

/** The object of a create or update: of the right kind, unknown fields handled as `fieldValidation` says, not yet defaulted. */
export function readObject(call: Call): JsonObject {
  const value = asObject(parseBody(call.body, call.contentType));
  if (value === undefined) throw badRequest('the body is no object');
  return checkEnvelope(call, value);
}

/** Checks apiVersion and kind, which may be left out. */
export function checkEnvelope(call: Call, object: JsonObject): JsonObject {
  const expected = apiVersionOf(call.kind);
  const version = asString(object.apiVersion) ?? expected;
  const kind = asString(object.kind) ?? call.kind.kind;
  if (version !== expected) {
    throw badRequest(`the API version in the data (${version}) does not match the expected API version (${expected})`);
  }
  if (kind !== call.kind.kind) {
    throw badRequest(
      `${call.kind.kind} in version ${JSON.stringify(call.kind.version)} cannot be handled as a ${call.kind.kind}: the kind in the data is ${kind}`,
    );
  }
  const { metadata, ...rest } = object;
  return { ...rest, apiVersion: expected, kind, metadata: { ...asObject(metadata) } };
}

/** Removes unknown fields, in place, and says so as `fieldValidation` asks: refusal, warning or silence. */
export function dropUnknown(call: Call, object: JsonObject, duplicates: readonly string[] = []): void {
  const metadata = object.metadata ?? {};
  const unknown = [
    ...prune(metadataSchema, metadata, 'metadata', false),
    ...prune(call.kind.schema, object, '', true),
  ].sort();
  const mode = call.query.get('fieldValidation') || (call.kind.custom ? 'Warn' : 'Warn');
  const sentences = [
    ...duplicates.map((field) => `duplicate field "${field}"`),
    ...unknown.map((field) => `unknown field "${field}"`),
  ];
  if (sentences.length === 0 || mode === 'Ignore') return;
  if (mode === 'Strict') {
    const version = JSON.stringify(call.kind.version);
    const head = call.kind.custom
      ? ''
      : `${call.kind.kind} in version ${version} cannot be handled as a ${call.kind.kind}: `;
    throw badRequest(`${head}strict decoding error: ${sentences.join(', ')}`);
  }
  call.warnings.push(...sentences);
}

/** Fills in defaults and drops nulls, in place. */
export function fill(call: Call, object: JsonObject): void {
  dropNulls(call.kind.schema, object);
  const metadata = asObject(object.metadata);
  if (metadata !== undefined) {
    for (const [key, value] of Object.entries(metadata)) if (value === null) delete metadata[key];
  }
  if (!call.kind.custom) {
    for (const [key, value] of Object.entries(object)) if (value === null) delete object[key];
    refuseWrongTypes(call, object);
  }
  applyDefaults(call.kind.schema, object);
}

// Built-in kinds are decoded into typed structures: a value of another type is not even an object of the kind.
function refuseWrongTypes(call: Call, object: JsonObject): void {
  const wrong = validate(call.kind.schema, object, '').find((e) => e.reason === 'FieldValueTypeInvalid');
  if (wrong === undefined) return;
  const { kind, version } = call.kind;
  throw badRequest(
    `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: json: cannot unmarshal: ${wrong.body}`,
  );
}
