import { trackUpdate } from './apply/managed-fields.ts';
import { type Call, type Context, subjectOf } from './context.ts';
import { asObject, dig, type JsonObject } from './json.ts';
import { scaleSchema } from './kinds/core-kinds.ts';
import type { ResourceKind } from './kinds/resource.ts';
import { renderEvents, renderObject, renderPage } from './output/render.ts';
import { mergePatch } from './patch/merge-patch.ts';
import { acceptedForm, type Form, type Verb } from './request.ts';
import { type ApiResponse, jsonResponse, streamResponse } from './response.ts';
import { prune } from './schema/fill-and-prune.ts';
import { ApiError, badRequest, methodNotAllowed, noSuchResource } from './status.ts';
import { inBackground, remove, removeObject } from './verbs/delete.ts';
import { list } from './verbs/list.ts';
import { patch } from './verbs/patch.ts';
import { parseBody } from './verbs/read-body.ts';
import { type WatchFault, watch } from './verbs/watch.ts';
import { create, current, metadataOf, replace, update, type Written, writerOf } from './verbs/write.ts';

/** Performs a verb on a resource. */
export function perform(
  call: Call,
  verb: Verb,
  accept: string | undefined,
  fault: WatchFault,
  signal: AbortSignal | undefined,
): ApiResponse {
  const form = acceptedForm(accept);
  if (form === undefined) {
    throw new ApiError(
      406,
      'NotAcceptable',
      'only the following media types are accepted: application/json, application/yaml, application/json;stream=watch',
    );
  }
  if (call.subresource === 'scale' && call.kind.scale !== undefined) return scale(call, verb, form);
  requireSubresource(call, verb);
  switch (verb) {
    case 'get':
      return answer(call, 200, current(call), form);
    case 'list':
      return jsonResponse(200, renderPage(call, list(call), form), warningHeader(call));
    case 'watch': {
      const events = watch(call, fault);
      signal?.addEventListener('abort', () => events.end(), { once: true });
      if (signal?.aborted === true) events.end();
      return streamResponse(renderEvents(call, events, form));
    }
    case 'create':
      return written(call, create(call), form);
    case 'update':
      return written(call, update(call), form);
    case 'patch':
      return written(call, patch(call), form);
    case 'delete':
      return answer(call, 200, remove(call), form);
    case 'deletecollection':
      return deleteCollection(call, form);
  }
}

function requireSubresource(call: Call, verb: Verb): void {
  const { subresource, kind } = call;
  if (subresource === '') {
    if (verb === 'create' && call.name !== '') throw methodNotAllowed(subjectOf(kind));
    return;
  }
  const isKnown =
    (subresource === 'status' && kind.hasStatus) || (subresource === 'finalize' && kind.kind === 'Namespace');
  if (!isKnown) throw noSuchResource();
  if (verb !== 'get' && verb !== 'update' && verb !== 'patch') throw methodNotAllowed(subjectOf(kind));
}

/** The header that carries warnings to the client (RFC 7234 §5.5); several are joined by commas. */
function warningHeader(call: Call): Record<string, string> {
  if (call.warnings.length === 0) return {};
  const quoted = call.warnings.map((text) => `299 - "${text.replaceAll(/["\\]/g, '\\$&')}"`);
  return { warning: quoted.join(', ') };
}

function answer(call: Call, status: number, object: JsonObject, form: Form): ApiResponse {
  return jsonResponse(status, renderObject(call, object, form), warningHeader(call));
}

function written(call: Call, result: Written, form: Form): ApiResponse {
  return answer(call, result.created ? 201 : 200, result.object, form);
}

function deleteCollection(call: Call, form: Form): ApiResponse {
  const page = list(call);
  const collection = call.context.store.collection(call.kind.collection);
  for (const item of page.items) {
    const { namespace, name } = metadataOf(item);
    const stored = collection.get(`${String(namespace ?? '')}/${String(name)}`);
    if (stored !== undefined) removeObject(call.context, call.kind, stored, inBackground);
  }
  return jsonResponse(200, renderPage(call, page, form), warningHeader(call));
}

function scale(call: Call, verb: Verb, form: Form): ApiResponse {
  const { kind } = call;
  const paths = kind.scale;
  if (paths === undefined) throw noSuchResource();
  const old = current(call);
  if (verb === 'get') return answer(call, 200, scaleOf(old, paths), form);
  if (verb !== 'update' && verb !== 'patch') throw methodNotAllowed(subjectOf(kind));
  const body = asObject(parseBody(call.body, 'application/json'));
  if (body === undefined) throw badRequest('the body is no object');
  const wanted = verb === 'patch' ? (asObject(mergePatch(scaleOf(old, paths), body)) ?? {}) : body;
  prune(scaleSchema, wanted, '', true);
  const replicas = dig(wanted, 'spec', 'replicas') ?? 0;
  let change: JsonObject | typeof replicas = replicas;
  for (const key of [...paths.spec].reverse()) change = { [key]: change };
  const next = asObject(mergePatch(old, change)) ?? {};
  const version = metadataOf(wanted).resourceVersion;
  const checked: JsonObject = { ...next, metadata: { ...metadataOf(next), resourceVersion: version ?? '' } };
  const result = replace({ ...call, subresource: '' }, old, checked, (before, after) =>
    trackUpdate(kind, before, after, writerOf(call)),
  );
  return answer(call, 200, scaleOf(result.object, paths), form);
}

function scaleOf(object: JsonObject, paths: NonNullable<ResourceKind['scale']>): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadataOf(object);
  const status: JsonObject = { replicas: dig(object, ...paths.status) ?? 0 };
  const selector = paths.selector === undefined ? undefined : dig(object, ...paths.selector);
  if (typeof selector === 'string') status.selector = selector;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      name: name ?? '',
      namespace: namespace ?? '',
      uid: uid ?? '',
      resourceVersion: resourceVersion ?? '',
      creationTimestamp: creationTimestamp ?? null,
    },
    spec: { replicas: dig(object, ...paths.spec) ?? 0 },
    status,
  };
}

/** The kind a path names, or 404. */
export function kindOf(context: Context, group: string, version: string, resource: string): ResourceKind {
  const kind = context.registry.find(group, version, resource);
  if (kind === undefined) throw noSuchResource();
  return kind;
}
