import type { Call } from '../context.ts';
import type { Json, JsonObject } from '../json.ts';
import { apiVersionOf, type ResourceKind } from '../kinds/resource.ts';
import type { Form } from '../request.ts';
import type { Page } from '../verbs/list.ts';
import type { WatchEvent } from '../verbs/watch.ts';
import { metadataOf } from '../verbs/write.ts';

const metaVersion = 'meta.k8s.io/v1';

/** An object in the form asked for. Status objects stay as they are. */
export function renderObject(call: Call, object: JsonObject, form: Form): JsonObject {
  if (form === 'object' || object.kind === 'Status') return object;
  if (form === 'metadata') return partial(object);
  return table(call, [object], { resourceVersion: metadataOf(object).resourceVersion ?? '' }, true);
}

function partial(object: JsonObject): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: metaVersion, metadata: metadataOf(object) };
}

/** A page in the form asked for. */
export function renderPage(call: Call, page: Page, form: Form): JsonObject {
  const metadata: JsonObject = { resourceVersion: String(page.version) };
  if (page.continueToken !== undefined) metadata.continue = page.continueToken;
  if (page.remaining !== undefined) metadata.remainingItemCount = page.remaining;
  if (form === 'table') return table(call, page.items, metadata, true);
  if (form === 'metadata') {
    return { kind: 'PartialObjectMetadataList', apiVersion: metaVersion, metadata, items: page.items.map(partial) };
  }
  const { kind } = call;
  return { kind: kind.listKind, apiVersion: apiVersionOf(kind), metadata, items: [...page.items] };
}

function table(call: Call, objects: readonly JsonObject[], metadata: JsonObject, withColumns: boolean): JsonObject {
  const { kind } = call;
  const columnDefinitions = kind.columns.map(({ name, type, format, description, priority }) => ({
    name,
    type,
    format,
    description,
    priority,
  }));
  const now = call.context.clock.now();
  const include = call.query.get('includeObject') ?? 'Metadata';
  return {
    kind: 'Table',
    apiVersion: metaVersion,
    metadata,
    columnDefinitions: withColumns ? columnDefinitions : [],
    rows: objects.map((object) => row(kind, object, now, include)),
  };
}

function row(kind: ResourceKind, object: JsonObject, now: number, include: string): JsonObject {
  const cells: Json[] = kind.columns.map((column) => column.cell(object, now));
  if (include === 'None') return { cells };
  return { cells, object: include === 'Object' ? object : partial(object) };
}

/** Events of a watch as lines, in the form asked for; a table names its columns only once. */
export async function* renderEvents(call: Call, events: AsyncIterable<WatchEvent>, form: Form): AsyncGenerator<string> {
  let isFirst = true;
  for await (const event of events) {
    let { object } = event;
    if (event.type === 'BOOKMARK') object = bookmark(call, object, form);
    else if (event.type !== 'ERROR' && form === 'metadata') object = partial(object);
    else if (event.type !== 'ERROR' && form === 'table') {
      object = table(call, [object], { resourceVersion: metadataOf(object).resourceVersion ?? '' }, isFirst);
      isFirst = false;
    }
    yield `${JSON.stringify({ type: event.type, object })}\n`;
  }
}

function bookmark(call: Call, object: JsonObject, form: Form): JsonObject {
  if (form === 'metadata') return partial(object);
  if (form !== 'table') return object;
  return { ...table(call, [], metadataOf(object), false), rows: [] };
}
