import { managersWithoutTime, trackUpdate } from '../apply/managed-fields.ts';
import { generatedName, timestamp, uuid } from '../clock.ts';
import { type Call, subjectOf } from '../context.ts';
import {
  asArray,
  asObject,
  asString,
  cloneObject,
  dig,
  equalJson,
  type Json,
  type JsonObject,
  without,
} from '../json.ts';
import { validate, validateListTypes } from '../schema/validate.ts';
import {
  alreadyExists,
  badRequest,
  conflict,
  type FieldError,
  fieldError,
  forbidden,
  invalid,
  modified,
  notFound,
} from '../status.ts';
import { keyOf } from '../store/collection.ts';
import { collectionName } from '../store/store.ts';
import { checkMetadata } from './check-metadata.ts';
import { dropUnknown, fill, readObject } from './read-body.ts';

/** The outcome of a write. */
export interface Written {
  readonly object: JsonObject;
  readonly created: boolean;
}

/** The metadata of an object. */
export function metadataOf(object: JsonObject): JsonObject {
  return asObject(object.metadata) ?? {};
}

/** The stored object a call names, in the version of the call. Throws 404. */
export function current(call: Call): JsonObject {
  const stored = call.context.store.collection(call.kind.collection).get(keyOf(call.namespace, call.name));
  if (stored === undefined) throw notFound(subjectOf(call.kind), call.name);
  return call.kind.fromStored(stored);
}

function isDryRun(call: Call): boolean {
  const all = call.query.getAll('dryRun').filter((v) => v !== '');
  if (all.some((v) => v !== 'All')) throw badRequest(`invalid dryRun value: ${all.join(',')}`);
  return all.length > 0;
}

/** Creates the object of the body. */
export function create(call: Call): Written {
  const body = readObject(call);
  dropUnknown(call, body);
  return createObject(call, body, (object) => trackUpdate(call.kind, {}, object, writerOf(call)));
}

/** Who writes, for `managedFields`. */
export function writerOf(call: Call) {
  const subresource = call.subresource === '' ? '' : call.subresource;
  return { manager: call.manager, subresource, time: timestamp(call.context.clock.now()) };
}

/** Creates an object; `track` writes its `managedFields`. */
export function createObject(call: Call, body: JsonObject, track: (object: JsonObject) => JsonObject): Written {
  const { kind, context } = call;
  const object = prepareNew(call, body);
  requireNamespace(call);
  kind.prepare(object);
  const errors = judge(call, object, undefined);
  const name = asString(metadataOf(object).name) ?? '';
  if (errors.length > 0) throw invalid(kind.kind, kind.group, name, errors);
  const collection = context.store.collection(kind.collection);
  if (collection.get(keyOf(call.namespace, name)) !== undefined) throw alreadyExists(subjectOf(kind), name);
  const tracked = track(object);
  if (isDryRun(call)) return { object: tracked, created: true };
  if ((metadataOf(body).resourceVersion ?? '') !== '') {
    throw badRequest('resourceVersion should not be set on objects to be created');
  }
  const stored = context.store.put(kind.collection, kind.toStored(tracked));
  context.sweep();
  return { object: kind.fromStored(stored), created: true };
}

function prepareNew(call: Call, body: JsonObject): JsonObject {
  const { kind, context } = call;
  const given = metadataOf(body);
  const namespace = asString(given.namespace) ?? '';
  if (kind.namespaced && namespace !== '' && namespace !== call.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (call.name !== '' && (given.name ?? call.name) !== call.name) {
    throw badRequest(
      `the name of the object (${String(given.name)}) does not match the name on the URL (${call.name})`,
    );
  }
  const metadata: JsonObject = {
    ...given,
    uid: uuid(context.random),
    creationTimestamp: timestamp(context.clock.now()),
  };
  for (const key of [
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'selfLink',
    'resourceVersion',
    'managedFields',
    'generation',
  ]) {
    delete metadata[key];
  }
  if (kind.namespaced) metadata.namespace = call.namespace;
  else delete metadata.namespace;
  if (hasGeneration(call)) metadata.generation = 1;
  const base = asString(given.generateName) ?? '';
  if ((metadata.name ?? '') === '' && call.name !== '') metadata.name = call.name;
  if ((metadata.name ?? '') === '' && base !== '') metadata.name = freeName(call, base);
  const object: JsonObject = { ...body, metadata };
  if (kind.hasStatus) delete object.status;
  fill(call, object);
  return object;
}

function freeName(call: Call, base: string): string {
  const collection = call.context.store.collection(call.kind.collection);
  let name = generatedName(base, call.context.random);
  for (let tries = 0; tries < 7 && collection.get(keyOf(call.namespace, name)) !== undefined; tries += 1) {
    name = generatedName(base, call.context.random);
  }
  return name;
}

const counted: ReadonlySet<string> = new Set(['Deployment', 'CustomResourceDefinition', 'Pod']);

function hasGeneration(call: Call): boolean {
  return call.kind.custom || counted.has(call.kind.kind);
}

function requireNamespace(call: Call): void {
  if (!call.kind.namespaced) return;
  const namespace = call.context.store.collection(collectionName('', 'namespaces')).get(keyOf('', call.namespace));
  if (namespace === undefined) throw notFound({ group: '', resource: 'namespaces' }, call.namespace);
  if (metadataOf(namespace).deletionTimestamp === undefined) return;
  const why = `unable to create new content in namespace ${call.namespace} because it is being terminated`;
  const cause = {
    reason: 'NamespaceTerminating',
    message: `namespace ${call.namespace} is being terminated`,
    field: 'metadata.namespace',
  };
  throw forbidden(subjectOf(call.kind), '', why, [cause]);
}

/** Every objection to an object. */
function judge(call: Call, object: JsonObject, old: JsonObject | undefined): FieldError[] {
  const { schema } = call.kind;
  const body = without(object, 'metadata');
  const before = old === undefined ? undefined : without(old, 'metadata');
  const errors = [...checkMetadata(call, object), ...validate(withoutMetadata(schema), body, '', before)];
  if (before === undefined || !equalJson(body, before)) errors.push(...validateListTypes(schema, body, ''));
  return [...errors, ...call.kind.check(object, old, errors)];
}

// Metadata is judged by its own rules, whatever a custom schema says about its type.
const bare = new WeakMap<object, Call['kind']['schema']>();
function withoutMetadata(schema: Call['kind']['schema']): Call['kind']['schema'] {
  let made = bare.get(schema);
  if (made === undefined) {
    made = { ...schema, required: schema.required.filter((name) => name !== 'metadata'), embedded: false };
    bare.set(schema, made);
  }
  return made;
}

/** Replaces an object, or its status, by the one of the body. */
export function update(call: Call): Written {
  const body = readObject(call);
  dropUnknown(call, body);
  const old = current(call);
  const given = metadataOf(body);
  if (asString(given.name) !== undefined && given.name !== call.name) {
    throw badRequest(
      `the name of the object (${String(given.name)}) does not match the name on the URL (${call.name})`,
    );
  }
  if (call.kind.namespaced && given.namespace !== undefined && given.namespace !== call.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if ((given.resourceVersion ?? '') === '' && call.kind.custom) {
    const error = fieldError.invalid('metadata.resourceVersion', null, 'must be specified for an update');
    throw invalid(call.kind.kind, call.kind.group, call.name, [
      { ...error, body: 'Invalid value: 0: must be specified for an update' },
    ]);
  }
  return replace(call, old, body, (before, after) => trackUpdate(call.kind, before, after, writerOf(call)));
}

/** Puts `next` in the place of `old`, after all checks; `track` moves ownership. */
export function replace(
  call: Call,
  old: JsonObject,
  next: JsonObject,
  track: (before: JsonObject, after: JsonObject) => JsonObject,
): Written {
  const { kind } = call;
  checkPreconditions(call, old, metadataOf(next));
  // A copy, since defaults are filled in place and parts are shared with the stored object.
  const settled = cloneObject(settle(call, old, next));
  fill(call, settled);
  if (call.subresource === '') kind.prepare(settled);
  if (hasGeneration(call) && bumpsGeneration(call, old, settled)) {
    metadataOf(settled).generation = Number(metadataOf(old).generation ?? 0) + 1;
  }
  // The API server makes this check twice for custom resources, and says so twice.
  const errors = [
    ...judge(call, settled, old),
    ...checkFinalizers(old, settled),
    ...(kind.custom ? checkFinalizers(old, settled) : []),
  ];
  if (errors.length > 0) throw invalid(kind.kind, kind.group, call.name, errors);
  const tracked = track(old, settled);
  if (isUnchanged(old, tracked)) return { object: old, created: false };
  if (isDryRun(call)) return { object: tracked, created: false };
  return { object: commit(call, tracked), created: false };
}

function commit(call: Call, object: JsonObject): JsonObject {
  const { kind, context } = call;
  const metadata = metadataOf(object);
  const finalizers = asArray(metadata.finalizers) ?? [];
  const isGone =
    metadata.deletionTimestamp !== undefined && finalizers.length === 0 && !hasSpecFinalizers(object, kind.kind);
  const stored = isGone
    ? context.store.remove(kind.collection, kind.toStored(object))
    : context.store.put(kind.collection, kind.toStored(object));
  context.sweep();
  return kind.fromStored(stored);
}

/** Namespaces hold their finalizer in the spec. */
export function hasSpecFinalizers(object: JsonObject, kind: string): boolean {
  return kind === 'Namespace' && (asArray(dig(object, 'spec', 'finalizers')) ?? []).length > 0;
}

function checkPreconditions(call: Call, old: JsonObject, given: JsonObject): void {
  const stored = metadataOf(old);
  const version = given.resourceVersion ?? '';
  if (version !== '' && version !== stored.resourceVersion) throw conflict(subjectOf(call.kind), call.name, modified);
  const uid = given.uid ?? '';
  if (uid !== '' && uid !== stored.uid) {
    const why = `Precondition failed: UID in precondition: ${String(uid)}, UID in object meta: ${String(stored.uid)}`;
    throw conflict(subjectOf(call.kind), call.name, why);
  }
}

const kept = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
  'resourceVersion',
  'selfLink',
];

/** The new object with what a writer cannot change taken from the old one. */
function settle(call: Call, old: JsonObject, next: JsonObject): JsonObject {
  const { kind, subresource } = call;
  if (subresource === 'status') {
    const metadata = kind.custom ? metadataOf(old) : mixedMetadata(old, next);
    const managed = metadataOf(next).managedFields;
    const out: JsonObject = {
      ...old,
      metadata: managed === undefined ? { ...metadata } : { ...metadata, managedFields: managed },
    };
    if (next.status === undefined) delete out.status;
    else out.status = next.status;
    return out;
  }
  const out: JsonObject = { ...next, metadata: mixedMetadata(old, next) };
  if (!kind.hasStatus) return out;
  delete out.status;
  return old.status === undefined ? out : { ...out, status: old.status };
}

function mixedMetadata(old: JsonObject, next: JsonObject): JsonObject {
  const before = metadataOf(old);
  const out = { ...metadataOf(next) };
  for (const key of kept) {
    const value = before[key];
    if (value === undefined) delete out[key];
    else out[key] = value;
  }
  const managed = asArray(out.managedFields);
  if (managed === undefined && before.managedFields !== undefined) out.managedFields = before.managedFields;
  // An empty list, or a list with an empty entry, resets ownership.
  if (managed !== undefined && (managed.length === 0 || equalJson(managed, [{}]))) delete out.managedFields;
  return out;
}

function bumpsGeneration(call: Call, old: JsonObject, next: JsonObject): boolean {
  if (call.subresource === 'status') return false;
  const part = (object: JsonObject): Json => {
    const rest = without(object, 'metadata');
    return call.kind.hasStatus ? without(rest, 'status') : rest;
  };
  return !equalJson(part(old), part(next));
}

function checkFinalizers(old: JsonObject, next: JsonObject): FieldError[] {
  if (metadataOf(old).deletionTimestamp === undefined) return [];
  const before = asArray(metadataOf(old).finalizers) ?? [];
  const added = (asArray(metadataOf(next).finalizers) ?? []).filter((f) => !before.includes(f));
  if (added.length === 0) return [];
  const detail = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((f) => JSON.stringify(f)).join(', ')}}`;
  return [fieldError.forbidden('metadata.finalizers', detail)];
}

function isUnchanged(old: JsonObject, next: JsonObject): boolean {
  const strip = (object: JsonObject) => ({ ...object, metadata: without(metadataOf(object), 'managedFields') });
  return equalJson(strip(old), strip(next)) && equalJson(managersWithoutTime(old), managersWithoutTime(next));
}
