import { asObject, asString, dig, type Json, type JsonObject } from '../json.ts';
import type { Schema } from '../schema/schema.ts';
import { type FieldError, fieldError } from '../status.ts';
import { collectionName } from '../store/store.ts';
import { columnsOf } from './columns.ts';
import { coreTypes } from './core-types.ts';
import type { ResourceKind, ScalePaths } from './resource.ts';
import { schemaOfType } from './type-table.ts';

const made = new Map<string, Schema>();

/** The schema of `metadata`, of built-in and custom resources alike. */
export const metadataSchema: Schema = schemaOfType(coreTypes, 'ObjectMeta', made);

/** The schema of the scale subresource. */
export const scaleSchema: Schema = schemaOfType(coreTypes, 'Scale', made);

type Special = Partial<
  Pick<
    ResourceKind,
    'hasStatus' | 'scale' | 'selectable' | 'collection' | 'fromStored' | 'toStored' | 'prepare' | 'check'
  >
> & { readonly type?: string };

const same = (object: JsonObject) => object;
const nothing = () => {};

/** One line of the table below: apiVersion, kind, plural, short names, scope. */
function kind(
  apiVersion: string,
  name: string,
  resource: string,
  short: string,
  namespaced: boolean,
  special: Special = {},
): ResourceKind {
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  const { type, ...rest } = special;
  return {
    group,
    version: apiVersion.slice(slash + 1),
    resource,
    singular: name.toLowerCase(),
    kind: name,
    listKind: `${name}List`,
    namespaced,
    shortNames: short === '' ? [] : short.split(','),
    categories: [],
    schema: schemaOfType(coreTypes, type ?? name, made),
    custom: false,
    hasStatus: false,
    scale: undefined,
    columns: columnsOf(name),
    selectable: new Set(),
    collection: collectionName(group, resource),
    fromStored: same,
    toStored: same,
    prepare: nothing,
    check: () => [],
    ...rest,
  };
}

function fillMember(object: JsonObject, ...pathAndValue: readonly [...string[], Json]): void {
  const keys = pathAndValue.slice(0, -1) as string[]; // the tuple type says so
  const value = pathAndValue[pathAndValue.length - 1] ?? null;
  const last = keys.pop() ?? '';
  let at = object;
  for (const key of keys) {
    let next = asObject(at[key]);
    if (next === undefined) {
      next = {};
      at[key] = next;
    }
    at = next;
  }
  if (at[last] === undefined) at[last] = value;
}

function prepareSecret(object: JsonObject): void {
  const plain = asObject(object.stringData);
  if (plain !== undefined) {
    const data = asObject(object.data) ?? {};
    for (const [key, value] of Object.entries(plain)) data[key] = Buffer.from(String(value)).toString('base64');
    object.data = data;
    delete object.stringData;
  }
  fillMember(object, 'type', 'Opaque');
}

function prepareNamespace(object: JsonObject): void {
  fillMember(object, 'spec', 'finalizers', ['kubernetes']);
  fillMember(object, 'status', 'phase', 'Active');
  fillMember(object, 'metadata', 'labels', 'kubernetes.io/metadata.name', dig(object, 'metadata', 'name') ?? '');
}

function preparePod(object: JsonObject): void {
  fillMember(object, 'spec', 'restartPolicy', 'Always');
  fillMember(object, 'spec', 'terminationGracePeriodSeconds', 30);
  fillMember(object, 'spec', 'serviceAccountName', 'default');
  fillMember(object, 'status', 'phase', 'Pending');
}

function prepareRoleBinding(object: JsonObject): void {
  fillMember(object, 'roleRef', 'apiGroup', 'rbac.authorization.k8s.io');
}

const immutableKeys = ['data', 'binaryData', 'stringData'] as const;

function checkImmutable(object: JsonObject, old: JsonObject | undefined): FieldError[] {
  if (old?.immutable !== true) return [];
  const errors: FieldError[] = [];
  if (object.immutable !== true)
    errors.push(fieldError.forbidden('immutable', 'field is immutable when `immutable` is set'));
  for (const key of immutableKeys) {
    if (JSON.stringify(object[key]) !== JSON.stringify(old[key])) {
      errors.push(fieldError.forbidden(key, 'field is immutable when `immutable` is set'));
    }
  }
  return errors;
}

function checkSecret(object: JsonObject, old: JsonObject | undefined): FieldError[] {
  const errors = checkImmutable(object, old);
  if (old !== undefined && object.type !== old.type) {
    errors.push(fieldError.invalid('type', object.type, 'field is immutable'));
  }
  return errors;
}

const newNames: readonly (readonly [string, string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
];

function renamed(object: JsonObject, apiVersion: string, pairs: readonly (readonly [string, string])[]): JsonObject {
  const names = new Map(pairs);
  const out: JsonObject = {};
  for (const [key, value] of Object.entries(object)) out[names.get(key) ?? key] = value;
  out.apiVersion = apiVersion;
  return out;
}

const swapped = newNames.map(([from, to]) => [to, from] as const);
const eventFields = [
  'involvedObject.kind',
  'involvedObject.namespace',
  'involvedObject.name',
  'involvedObject.uid',
  'involvedObject.apiVersion',
  'involvedObject.resourceVersion',
  'involvedObject.fieldPath',
  'reason',
  'reportingComponent',
  'source',
  'type',
];
const newEventFields = eventFields.map((f) =>
  f.replace('involvedObject', 'regarding').replace('Component', 'Controller'),
);

const deploymentScale: ScalePaths = {
  spec: ['spec', 'replicas'],
  status: ['status', 'replicas'],
  selector: undefined,
};

function checkEvent(object: JsonObject): FieldError[] {
  const namespace = asString(dig(object, 'involvedObject', 'namespace')) ?? '';
  const own = asString(dig(object, 'metadata', 'namespace')) ?? '';
  if (namespace === own || (namespace === '' && own === 'default')) return [];
  return [fieldError.invalid('involvedObject.namespace', namespace, 'does not match event.namespace')];
}

const rbac = 'rbac.authorization.k8s.io/v1';

/** The built-in kinds. */
export const coreKinds: readonly ResourceKind[] = [
  kind('v1', 'Namespace', 'namespaces', 'ns', false, {
    hasStatus: true,
    selectable: new Set(['status.phase']),
    prepare: prepareNamespace,
  }),
  kind('v1', 'Secret', 'secrets', '', true, {
    selectable: new Set(['type']),
    prepare: prepareSecret,
    check: checkSecret,
  }),
  kind('v1', 'ConfigMap', 'configmaps', 'cm', true, { check: checkImmutable }),
  kind('v1', 'ServiceAccount', 'serviceaccounts', 'sa', true),
  kind('v1', 'Service', 'services', 'svc', true, { hasStatus: true }),
  kind('v1', 'Pod', 'pods', 'po', true, {
    hasStatus: true,
    selectable: new Set([
      'spec.nodeName',
      'spec.restartPolicy',
      'spec.serviceAccountName',
      'status.phase',
      'status.podIP',
    ]),
    prepare: preparePod,
  }),
  kind('v1', 'Node', 'nodes', 'no', false, { hasStatus: true }),
  kind('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims', 'pvc', true, {
    hasStatus: true,
    prepare: (object) => {
      fillMember(object, 'spec', 'volumeMode', 'Filesystem');
      fillMember(object, 'status', 'phase', 'Pending');
    },
  }),
  kind('v1', 'Event', 'events', 'ev', true, { selectable: new Set(eventFields), check: checkEvent }),
  kind('events.k8s.io/v1', 'Event', 'events', 'ev', true, {
    type: 'NewEvent',
    selectable: new Set(newEventFields),
    collection: collectionName('', 'events'),
    fromStored: (object) => renamed(object, 'events.k8s.io/v1', newNames),
    toStored: (object) => renamed(object, 'v1', swapped),
  }),
  kind('coordination.k8s.io/v1', 'Lease', 'leases', '', true),
  kind(rbac, 'Role', 'roles', '', true),
  kind(rbac, 'RoleBinding', 'rolebindings', '', true, { prepare: prepareRoleBinding }),
  kind(rbac, 'ClusterRole', 'clusterroles', '', false),
  kind(rbac, 'ClusterRoleBinding', 'clusterrolebindings', '', false, { prepare: prepareRoleBinding }),
  kind('apps/v1', 'Deployment', 'deployments', 'deploy', true, {
    hasStatus: true,
    scale: deploymentScale,
    prepare: (object) => fillMember(object, 'spec', 'replicas', 1),
  }),
  kind('scheduling.k8s.io/v1', 'PriorityClass', 'priorityclasses', 'pc', false),
];

/** The definition kind itself; the server gives it its own `prepare` and `check`. */
export const definitionKind: ResourceKind = kind(
  'apiextensions.k8s.io/v1',
  'CustomResourceDefinition',
  'customresourcedefinitions',
  'crd,crds',
  false,
  { hasStatus: true },
);
