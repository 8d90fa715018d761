import type { Call } from '../context.ts';
import type { JsonObject } from '../json.ts';
import { numberParameter } from '../request.ts';
import { both, everything, fieldSelector, labelSelector, pinnedName, type Selector } from '../selectors.ts';
import { ApiError, badRequest, expired, tooLargeVersion } from '../status.ts';
import { identity, keyOf } from '../store/collection.ts';

/** One page of objects, in the version of the call. */
export interface Page {
  readonly items: readonly JsonObject[];
  readonly version: number;
  readonly continueToken: string | undefined;
  readonly remaining: number | undefined;
}

/** What a list or watch selects. */
export function selectorOf(call: Call): Selector {
  const labels = labelSelector(call.query.get('labelSelector') ?? '');
  const fields = fieldSelector(call.query.get('fieldSelector') ?? '', call.kind.selectable);
  // Field paths are those of the served version, so the object is seen in it.
  const seen: Selector = fields === everything ? fields : (object) => fields(call.kind.fromStored(object));
  return both(labels, call.name === '' ? seen : both(seen, (object) => identity(object).name === call.name));
}

interface Token {
  readonly version: number;
  readonly after: string;
}

function writeToken(token: Token): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: token.version, start: token.after })).toString(
    'base64url',
  );
}

function readToken(text: string): Token {
  try {
    const raw: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (typeof raw === 'object' && raw !== null && 'rv' in raw && 'start' in raw) {
      const { rv, start } = raw;
      if (typeof rv === 'number' && typeof start === 'string') return { version: rv, after: start };
    }
  } catch {
    // Said below.
  }
  throw badRequest('continue key is not valid: the token was not written by this server');
}

/** The resourceVersion parameter as a number; undefined when it is not given. Refuses what is no version. */
export function versionParameter(call: Call): number | undefined {
  const text = call.query.get('resourceVersion');
  if (text === null || text === '') return undefined;
  if (!/^\d{1,15}$/.test(text)) {
    throw badRequest(
      `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  }
  return Number(text);
}

/** Lists a page: the current objects, the objects at an exact version, or the next page of an earlier list. */
export function list(call: Call): Page {
  const { store } = call.context;
  const collection = store.collection(call.kind.collection);
  const limit = numberParameter(call.query, 'limit') ?? 0;
  const version = versionParameter(call);
  const match = call.query.get('resourceVersionMatch') ?? '';
  const token = call.query.get('continue') ?? '';
  checkMatch(match, version, token);
  if (version !== undefined && version > store.version) throw tooLargeVersion(version, store.version);
  const selects = selectorOf(call);

  const name = pinnedName(call.query.get('fieldSelector') ?? '');
  if (name !== undefined && call.namespace !== '' && token === '' && match !== 'Exact') {
    const found = collection.get(keyOf(call.namespace, name));
    const items = found !== undefined && selects(found) ? [call.kind.fromStored(found)] : [];
    return { items, version: store.version, continueToken: undefined, remaining: undefined };
  }

  const from = token === '' ? undefined : readToken(token);
  const at = from?.version ?? (match === 'Exact' ? version : undefined);
  const all = at === undefined || at === store.version ? collection.list(call.namespace) : past(call, at, from);
  return cut(call, all, selects, limit, at ?? store.version, from?.after);
}

function past(call: Call, at: number, from: Token | undefined): JsonObject[] {
  try {
    return call.context.store.collection(call.kind.collection).listAt(at, call.namespace);
  } catch (error) {
    if (from === undefined || !(error instanceof ApiError) || error.code !== 410) throw error;
    throw expired(
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.',
    );
  }
}

function cut(
  call: Call,
  all: readonly JsonObject[],
  selects: Selector,
  limit: number,
  version: number,
  after: string | undefined,
): Page {
  const items: JsonObject[] = [];
  let last = '';
  let left = 0;
  for (const object of all) {
    const { namespace, name } = identity(object);
    const key = keyOf(namespace, name);
    if (after !== undefined && key <= after) continue;
    if (!selects(object)) continue;
    if (limit > 0 && items.length >= limit) {
      left += 1;
      continue;
    }
    items.push(call.kind.fromStored(object));
    last = key;
  }
  if (left === 0) return { items, version, continueToken: undefined, remaining: undefined };
  const isFiltered = selects !== everything;
  return {
    items,
    version,
    continueToken: writeToken({ version, after: last }),
    remaining: isFiltered ? undefined : left,
  };
}

function checkMatch(match: string, version: number | undefined, token: string): void {
  const refuse = (detail: string) => {
    throw new ApiError(
      422,
      'Invalid',
      `ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: ${detail}`,
      {
        group: 'meta.k8s.io',
        kind: 'ListOptions',
        causes: [{ reason: 'FieldValueForbidden', message: `Forbidden: ${detail}`, field: 'resourceVersionMatch' }],
      },
    );
  };
  if (match === '') return;
  if (match !== 'Exact' && match !== 'NotOlderThan') throw badRequest(`invalid resourceVersionMatch: ${match}`);
  if (token !== '') refuse('resourceVersionMatch is forbidden when continue is provided');
  if (version === undefined) refuse('resourceVersionMatch is forbidden unless resourceVersion is provided');
  if (match === 'Exact' && version === 0) refuse('resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
}
