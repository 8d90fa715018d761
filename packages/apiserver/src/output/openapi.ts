import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '../json.ts';
import type { Registry } from '../kinds/registry.ts';
import { apiVersionOf, type ResourceKind } from '../kinds/resource.ts';
import type { Schema } from '../schema/schema.ts';
import { groupVersions } from './discovery.ts';

type Version = 2 | 3;

/** Collects the named types a document refers to. */
class Definitions {
  readonly all: JsonObject = {};
  readonly #prefix: string;
  readonly #version: Version;

  constructor(version: Version) {
    this.#version = version;
    this.#prefix = version === 3 ? '#/components/schemas/' : '#/definitions/';
  }

  reference(name: string, schema: Schema): JsonObject {
    const full = `io.k8s.api.${name}`;
    if (this.all[full] === undefined) {
      this.all[full] = {}; // before the content, which may refer back
      this.all[full] = this.content(schema);
    }
    const ref: JsonObject = { $ref: this.#prefix + full };
    return this.#version === 3 ? { allOf: [ref], default: {} } : ref;
  }

  of(schema: Schema): JsonObject {
    return schema.typeName === undefined ? this.content(schema) : this.reference(schema.typeName, schema);
  }

  content(schema: Schema): JsonObject {
    const out: JsonObject = {};
    if (schema.description !== undefined) out.description = schema.description;
    if (schema.typeName === 'Quantity') {
      return this.#version === 3 ? { oneOf: [{ type: 'string' }, { type: 'number' }] } : { type: 'string' };
    }
    if (schema.intOrString) {
      if (this.#version === 2) return { ...out, type: 'string', format: 'int-or-string' };
      return { ...out, oneOf: [{ type: 'integer' }, { type: 'string' }], format: 'int-or-string' };
    }
    if (schema.type !== '') out.type = schema.type;
    else if (schema.preserve) out.type = 'object';
    if (schema.format !== undefined) out.format = schema.format;
    if (schema.enum !== undefined) out.enum = [...schema.enum];
    if (schema.default !== undefined) out.default = schema.default;
    if (schema.pattern !== undefined) out.pattern = schema.pattern.source;
    for (const [key, value] of Object.entries(schema.bounds)) if (typeof value === 'number') out[key] = value;
    if (schema.required.length > 0) out.required = [...schema.required];
    if (schema.preserve) out['x-kubernetes-preserve-unknown-fields'] = true;
    if (schema.mapType === 'atomic') out['x-kubernetes-map-type'] = 'atomic';
    this.#children(schema, out);
    return out;
  }

  #children(schema: Schema, out: JsonObject): void {
    if (schema.properties.size > 0) {
      const properties: JsonObject = {};
      for (const [name, child] of schema.properties) properties[name] = this.of(child);
      out.properties = properties;
    }
    if (schema.additional !== undefined)
      out.additionalProperties = schema.additional === true ? true : this.of(schema.additional);
    if (schema.items === undefined) return;
    out.items = this.of(schema.items);
    out['x-kubernetes-list-type'] = schema.listType;
    if (schema.listType === 'set') out['x-kubernetes-patch-strategy'] = 'merge';
    if (schema.listType !== 'map') return;
    out['x-kubernetes-list-map-keys'] = [...schema.listMapKeys];
    out['x-kubernetes-patch-strategy'] = 'merge';
    out['x-kubernetes-patch-merge-key'] = schema.listMapKeys[0] ?? '';
  }
}

function definitionName(kind: ResourceKind): string {
  const group =
    kind.group === ''
      ? 'io.k8s.api.core'
      : kind.custom
        ? kind.group.split('.').reverse().join('.')
        : `io.k8s.api.${kind.group.split('.')[0]}`;
  return `${group}.${kind.version}.${kind.kind}`;
}

function gvk(kind: ResourceKind): JsonObject {
  return { group: kind.group, version: kind.version, kind: kind.kind };
}

function queryParameter(name: string, version: Version): JsonObject {
  const base: JsonObject = { name, in: 'query', description: `see ${name} of the Kubernetes API`, uniqueItems: true };
  return version === 3 ? { ...base, schema: { type: 'string', uniqueItems: true } } : { ...base, type: 'string' };
}

/** The paths of a kind; `kubectl` reads from them whether the server checks fields and does dry runs. */
function pathsOf(kind: ResourceKind, version: Version): JsonObject {
  const root = kind.group === '' ? `/api/${kind.version}` : `/apis/${apiVersionOf(kind)}`;
  const collection = `${root}${kind.namespaced ? '/namespaces/{namespace}' : ''}/${kind.resource}`;
  const parameters = ['dryRun', 'fieldManager', 'fieldValidation'].map((name) => queryParameter(name, version));
  const operation = (action: string): JsonObject => ({
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvk(kind),
    parameters,
    responses: { '200': { description: 'OK' } },
  });
  return {
    [collection]: { get: operation('list'), post: operation('post') },
    [`${collection}/{name}`]: {
      get: operation('get'),
      put: operation('put'),
      patch: { ...operation('patch'), parameters: [...parameters, queryParameter('force', version)] },
      delete: operation('delete'),
    },
  };
}

function addKind(kind: ResourceKind, definitions: Definitions): void {
  const content = definitions.content({ ...kind.schema, typeName: undefined });
  content['x-kubernetes-group-version-kind'] = [gvk(kind)];
  definitions.all[definitionName(kind)] = content;
}

/** `/openapi/v3/...`: the document of one group and version. */
export function openApi3(registry: Registry, group: string, version: string): JsonObject | undefined {
  const kinds = registry.kinds(group, version);
  if (kinds.length === 0) return undefined;
  const definitions = new Definitions(3);
  const paths: JsonObject = {};
  for (const kind of kinds) {
    addKind(kind, definitions);
    Object.assign(paths, pathsOf(kind, 3));
  }
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.34.0' },
    paths,
    components: { schemas: definitions.all },
  };
}

/** `/openapi/v3`: where the documents are. The hash changes with what is served. */
export function openApi3Index(registry: Registry): JsonObject {
  const paths: JsonObject = {};
  for (const { group, versions } of groupVersions(registry)) {
    for (const version of versions) {
      const kinds = registry.kinds(group, version);
      if (kinds.length === 0) continue;
      const path = group === '' ? `api/${version}` : `apis/${group}/${version}`;
      const text = `${path} ${registry.generation}`;
      const hash = createHash('sha512').update(text).digest('hex').toUpperCase();
      paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` };
    }
  }
  return { paths };
}

/** `/openapi/v2`: one document with everything. */
export function openApi2(registry: Registry): Json {
  const definitions = new Definitions(2);
  const paths: JsonObject = {};
  for (const { group, versions } of groupVersions(registry)) {
    for (const version of versions) {
      for (const kind of registry.kinds(group, version)) {
        addKind(kind, definitions);
        Object.assign(paths, pathsOf(kind, 2));
      }
    }
  }
  return { swagger: '2.0', info: { title: 'Kubernetes', version: 'v1.34.0' }, paths, definitions: definitions.all };
}
