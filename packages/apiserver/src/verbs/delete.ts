import { timestamp } from '../clock.ts';
import { type Call, type Context, subjectOf } from '../context.ts';
import { asArray, asObject, asString, dig, type Json, type JsonObject } from '../json.ts';
import type { ResourceKind } from '../kinds/resource.ts';
import { badRequest, conflict, notFound } from '../status.ts';
import { keyOf } from '../store/collection.ts';
import { parseBody } from './read-body.ts';
import { hasSpecFinalizers, metadataOf } from './write.ts';

/** What a delete may say. */
export interface DeleteOptions {
  readonly uid: string | undefined;
  readonly version: string | undefined;
  readonly propagation: 'Background' | 'Foreground' | 'Orphan';
  readonly dryRun: boolean;
}

/** Deletion without conditions. */
export const inBackground: DeleteOptions = {
  uid: undefined,
  version: undefined,
  propagation: 'Background',
  dryRun: false,
};

/** Reads the options from the body and the query. */
export function deleteOptions(call: Call): DeleteOptions {
  const raw = call.body.trim() === '' ? {} : parseBody(call.body, call.contentType);
  const options = asObject(raw) ?? {};
  const propagation = asString(options.propagationPolicy) ?? call.query.get('propagationPolicy') ?? 'Background';
  if (propagation !== 'Background' && propagation !== 'Foreground' && propagation !== 'Orphan') {
    throw badRequest(`invalid propagationPolicy: ${JSON.stringify(propagation)}`);
  }
  return {
    uid: asString(dig(options, 'preconditions', 'uid')),
    version: asString(dig(options, 'preconditions', 'resourceVersion')),
    propagation: options.orphanDependents === true ? 'Orphan' : propagation,
    dryRun: (asArray(options.dryRun) ?? []).length > 0 || (call.query.get('dryRun') ?? '') !== '',
  };
}

/** Deletes the object a call names. Answers the object while it waits for finalizers, else a Status of success. */
export function remove(call: Call): JsonObject {
  const options = deleteOptions(call);
  const stored = call.context.store.collection(call.kind.collection).get(keyOf(call.namespace, call.name));
  if (stored === undefined) throw notFound(subjectOf(call.kind), call.name);
  const { object, gone } = removeObject(call.context, call.kind, stored, options);
  if (!gone || call.kind.kind === 'Pod' || call.kind.kind === 'ServiceAccount') return call.kind.fromStored(object);
  const details: JsonObject = { name: call.name };
  if (call.kind.group !== '') details.group = call.kind.group;
  details.kind = call.kind.resource;
  details.uid = metadataOf(stored).uid ?? '';
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}

/** Deletes a stored object, or marks it as being deleted when finalizers hold it. */
export function removeObject(
  context: Context,
  kind: ResourceKind,
  stored: JsonObject,
  options: DeleteOptions,
): { object: JsonObject; gone: boolean } {
  const metadata = metadataOf(stored);
  checkPreconditions(kind, metadata, options);
  const finalizers = withPropagation(asArray(metadata.finalizers) ?? [], options.propagation, metadata);
  if (finalizers.length === 0 && !hasSpecFinalizers(stored, kind.kind)) {
    if (options.dryRun) return { object: stored, gone: true };
    const object = context.store.remove(kind.collection, stored);
    context.sweep();
    return { object, gone: true };
  }
  if (metadata.deletionTimestamp !== undefined) return { object: stored, gone: false };
  const next = marked(context, kind, stored, finalizers);
  if (options.dryRun) return { object: next, gone: false };
  const object = context.store.put(kind.collection, next);
  context.sweep();
  return { object, gone: false };
}

function marked(context: Context, kind: ResourceKind, stored: JsonObject, finalizers: Json[]): JsonObject {
  const metadata: JsonObject = {
    ...metadataOf(stored),
    deletionTimestamp: timestamp(context.clock.now()),
    deletionGracePeriodSeconds: 0,
  };
  if (typeof metadata.generation === 'number') metadata.generation += 1;
  if (finalizers.length > 0) metadata.finalizers = finalizers;
  const out: JsonObject = { ...stored, metadata };
  if (kind.kind === 'Namespace') out.status = { ...asObject(stored.status), phase: 'Terminating' };
  return out;
}

function checkPreconditions(kind: ResourceKind, metadata: JsonObject, options: DeleteOptions): void {
  const name = asString(metadata.name) ?? '';
  // These refusals name the kind where others name the resource.
  const subject = { group: kind.group, resource: kind.kind };
  const mismatch = (what: string, asked: string, advice: string) => {
    const stored = String(metadata[what === 'UID' ? 'uid' : 'resourceVersion']);
    const why = `the ${what} in the precondition (${asked}) does not match the ${what} in record (${stored}). ${advice}`;
    return conflict(subject, name, why);
  };
  if (options.uid !== undefined && options.uid !== metadata.uid) {
    throw mismatch('UID', options.uid, 'The object might have been deleted and then recreated');
  }
  if (options.version !== undefined && options.version !== metadata.resourceVersion) {
    throw mismatch('ResourceVersion', options.version, 'The object might have been modified');
  }
}

/** The finalizers by which the garbage collector holds an object it still has work with. */
export const propagationFinalizers = { Foreground: 'foregroundDeletion', Orphan: 'orphan' } as const;

function withPropagation(
  finalizers: readonly Json[],
  propagation: DeleteOptions['propagation'],
  metadata: JsonObject,
): Json[] {
  if (metadata.deletionTimestamp !== undefined) return [...finalizers];
  const own: Json[] = Object.values(propagationFinalizers);
  const others = finalizers.filter((f) => !own.includes(f));
  return propagation === 'Background' ? others : [...others, propagationFinalizers[propagation]];
}
