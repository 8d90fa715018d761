import { trackUpdate } from '../apply/managed-fields.ts';
import { apply } from '../apply/server-side-apply.ts';
import { type Call, subjectOf } from '../context.ts';
import { asObject, asString, cloneObject, type JsonObject } from '../json.ts';
import { apiVersionOf } from '../kinds/resource.ts';
import { jsonPatch } from '../patch/json-patch.ts';
import { mergePatch } from '../patch/merge-patch.ts';
import { strategicMerge } from '../patch/strategic-merge.ts';
import { flag } from '../request.ts';
import { ApiError, badRequest, notFound, unsupportedMediaType } from '../status.ts';
import { keyOf } from '../store/collection.ts';
import { checkEnvelope, dropUnknown, parseBody } from './read-body.ts';
import { createObject, current, metadataOf, replace, type Written, writerOf } from './write.ts';

const types = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/apply-patch+yaml',
  'application/strategic-merge-patch+json',
];

/** Changes part of an object, in the way the content type names. */
export function patch(call: Call): Written {
  const type = call.contentType.split(';')[0]?.trim() ?? '';
  if (type.startsWith('application/apply-patch+')) return applyPatch(call);
  const body = parseBody(call.body, 'application/json');
  const old = current(call);
  const next = asObject(patched(call, type, old, body));
  if (next === undefined) throw badRequest('the patched document is no object');
  const settled = checkEnvelope(call, cloneObject(next));
  checkName(call, settled);
  dropUnknown(call, settled);
  return replace(call, old, settled, (before, after) => trackUpdate(call.kind, before, after, writerOf(call)));
}

function patched(call: Call, type: string, old: JsonObject, body: ReturnType<typeof parseBody>) {
  if (type === 'application/json-patch+json') return jsonPatch(old, body);
  if (asObject(body) === undefined) throw badRequest('the patch is no object');
  if (type === 'application/merge-patch+json') return mergePatch(old, body);
  if (type === 'application/strategic-merge-patch+json' && !call.kind.custom)
    return strategicMerge(call.kind.schema, old, body);
  throw unsupportedMediaType(type, call.kind.custom ? types.slice(0, 3) : types);
}

function checkName(call: Call, object: JsonObject): void {
  if (metadataOf(object).name === call.name) return;
  throw badRequest('the name of the object does not match the name on the URL');
}

function applyPatch(call: Call): Written {
  if ((call.query.get('fieldManager') ?? '') === '') {
    throw new ApiError(
      422,
      'Invalid',
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
      {
        group: 'meta.k8s.io',
        kind: 'PatchOptions',
        causes: [
          {
            reason: 'FieldValueRequired',
            message: 'Required value: is required for apply patch',
            field: 'fieldManager',
          },
        ],
      },
    );
  }
  const config = asObject(parseBody(call.body, 'application/yaml'));
  if (config === undefined) throw badRequest('the applied configuration is no object');
  if (config.apiVersion !== apiVersionOf(call.kind) || config.kind !== call.kind.kind) checkTyped(call, config);
  const wanted = checkEnvelope(call, config);
  if (metadataOf(wanted).managedFields !== undefined) throw badRequest('metadata.managedFields must be nil');
  dropUnknown(call, wanted);
  const name = asString(metadataOf(wanted).name) ?? call.name;
  if (name !== call.name)
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${call.name})`);
  const owned = ownPart(call, wanted);
  const stored = call.context.store.collection(call.kind.collection).get(keyOf(call.namespace, call.name));
  if (stored === undefined) {
    if (call.subresource !== '') throw notFound(subjectOf(call.kind), call.name);
    // A copy: defaults are filled into it, and belong to nobody.
    const fresh = cloneObject({ ...owned, metadata: { ...metadataOf(owned), name } });
    return createObject(call, fresh, (object) => trackCreation(call, object, owned));
  }
  const old = call.kind.fromStored(stored);
  const merged = apply(call.kind, old, owned, writerOf(call), flag(call.query, 'force'));
  return replace(call, old, merged, (_, after) => after);
}

function checkTyped(call: Call, config: JsonObject): void {
  if (config.apiVersion === undefined || config.kind === undefined) {
    throw badRequest('error decoding from yaml: apiVersion and kind must be set');
  }
  checkEnvelope(call, config);
}

/** The part of a configuration that this door writes: without status on the object, only the status on the status. */
function ownPart(call: Call, config: JsonObject): JsonObject {
  const { apiVersion, kind, metadata, status, ...rest } = config;
  const head: JsonObject = { apiVersion: apiVersion ?? '', kind: kind ?? '', metadata: metadata ?? {} };
  if (call.subresource === 'status') return status === undefined ? head : { ...head, metadata: {}, status };
  if (call.kind.hasStatus || status === undefined) return { ...head, ...rest };
  return { ...head, ...rest, status };
}

function trackCreation(call: Call, object: JsonObject, config: JsonObject): JsonObject {
  const merged = apply(call.kind, object, config, writerOf(call), true);
  return { ...object, metadata: { ...metadataOf(object), managedFields: metadataOf(merged).managedFields ?? [] } };
}
