import { asArray, asObject, asString, dig, type Json, type JsonObject, member } from '../json.ts';
import { customColumns } from '../kinds/columns.ts';
import { metadataSchema } from '../kinds/core-kinds.ts';
import type { ResourceKind, ScalePaths } from '../kinds/resource.ts';
import { compileRules } from '../rules/rule-set.ts';
import { emptySchema, parseSchema, type Schema } from '../schema/schema.ts';
import { validate } from '../schema/validate.ts';
import { collectionName } from '../store/store.ts';

const string: Schema = { ...emptySchema, type: 'string' };

/** The kinds a CustomResourceDefinition serves, one per served version, and the name of the version that is stored. */
export function customKinds(definition: JsonObject): { kind: ResourceKind; isStored: boolean }[] {
  const versions = asArray(dig(definition, 'spec', 'versions')) ?? [];
  return versions
    .filter((version) => member(version, 'served') === true)
    .map((version) => ({ kind: customKind(definition, version), isStored: member(version, 'storage') === true }));
}

function strings(value: Json | undefined): string[] {
  return (asArray(value) ?? []).map(String);
}

function customKind(definition: JsonObject, version: Json): ResourceKind {
  const text = (...path: readonly string[]) => asString(dig(definition, 'spec', ...path)) ?? '';
  const group = text('group');
  const name = asString(member(version, 'name')) ?? '';
  const written = parseSchema(dig(version, 'schema', 'openAPIV3Schema'));
  const rules = compileRules(written);
  const toVersion = (apiVersion: string) => (object: JsonObject) =>
    object.apiVersion === apiVersion ? object : { ...object, apiVersion };
  const stored = (asArray(dig(definition, 'spec', 'versions')) ?? []).find((v) => member(v, 'storage') === true);
  return {
    group,
    version: name,
    resource: text('names', 'plural'),
    singular: text('names', 'singular'),
    kind: text('names', 'kind'),
    listKind: text('names', 'listKind'),
    namespaced: text('scope') === 'Namespaced',
    shortNames: strings(dig(definition, 'spec', 'names', 'shortNames')),
    categories: strings(dig(definition, 'spec', 'names', 'categories')),
    schema: withEnvelope(written),
    custom: true,
    hasStatus: dig(version, 'subresources', 'status') !== undefined,
    scale: scalePaths(dig(version, 'subresources', 'scale')),
    columns: customColumns(asArray(member(version, 'additionalPrinterColumns')) ?? []),
    selectable: new Set(
      (asArray(member(version, 'selectableFields')) ?? []).map((f) => String(member(f, 'jsonPath')).replace(/^\./, '')),
    ),
    collection: collectionName(group, text('names', 'plural')),
    fromStored: toVersion(`${group}/${name}`),
    toStored: toVersion(`${group}/${asString(member(stored, 'name')) ?? name}`),
    prepare: () => {},
    check: (object, old, earlier) => [...checkWrittenMetadata(written, object), ...rules.check(object, old, earlier)],
  };
}

/** The schema with the envelope every resource has, whatever was written about it. */
function withEnvelope(schema: Schema): Schema {
  const properties = new Map(schema.properties);
  properties.set('apiVersion', string);
  properties.set('kind', string);
  properties.set('metadata', metadataSchema);
  return { ...schema, properties };
}

/** A definition may restrict `metadata.name` and `metadata.generateName`. */
function checkWrittenMetadata(schema: Schema, object: JsonObject) {
  const written = schema.properties.get('metadata');
  return written === undefined ? [] : validate(written, object.metadata ?? {}, 'metadata');
}

function scalePaths(raw: Json | undefined): ScalePaths | undefined {
  if (asObject(raw) === undefined) return undefined;
  const path = (key: string) => (asString(member(raw, key)) ?? '').split('.').filter((part) => part !== '');
  const selector = path('labelSelectorPath');
  return {
    spec: path('specReplicasPath'),
    status: path('statusReplicasPath'),
    selector: selector.length === 0 ? undefined : selector,
  };
}
