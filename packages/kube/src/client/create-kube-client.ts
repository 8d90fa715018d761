import { type KubeList, type KubeObject, keyOf, type ObjectKey, type ObjectMeta } from '../object.ts';
import { apiVersionOf, collectionPath, groupPath, objectPath, type Resource } from '../resource.ts';
import type { ApiRequest, Transport } from '../transport/transport.ts';
import { answerError, isKindMissing, isRecord } from './answer.ts';
import type {
  ApplyOptions,
  CallOptions,
  DeleteOptions,
  KubeClient,
  ListOptions,
  Patch,
  PatchOptions,
  Selection,
  ServerVersion,
  WatchEvent,
  WatchOptions,
} from './kube-client.ts';
import { isKubeError, KubeError } from './kube-error.ts';
import { readWatchLine } from './watch-line.ts';

export interface KubeClientOptions {
  readonly transport: Transport;
  /** Who owns the fields that are written: one per controller. */
  readonly fieldManager: string;
}

/** A client over any transport. */
export function createKubeClient(options: KubeClientOptions): KubeClient {
  return new JsonClient(options.transport, options.fieldManager);
}

const defaultPageSize = 500;
/** A token expires after minutes; a server where even a fresh list expires twice is too slow to be listed so. */
const listAttempts = 3;

class JsonClient implements KubeClient {
  readonly #transport: Transport;
  readonly #manager: string;

  constructor(transport: Transport, fieldManager: string) {
    this.#transport = transport;
    this.#manager = fieldManager;
  }

  async get<T extends KubeObject>(resource: Resource<T>, key: ObjectKey, options: CallOptions = {}) {
    const request: ApiRequest = { method: 'GET', path: objectPath(resource, key), ...options };
    const answer = await this.#transport.request(request);
    if (answer.status === 404 && !isKindMissing(answer)) return undefined;
    return settle<T>(answer, `get ${resource.plural} ${keyOf(key)}`);
  }

  async list<T extends KubeObject>(resource: Resource<T>, options: ListOptions = {}): Promise<KubeList<T>> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const items: T[] = [];
        let resourceVersion = '';
        for await (const page of this.pages(resource, options)) {
          // Not push(...items): a long list spread into arguments overflows the stack.
          for (const item of page.items) items.push(item);
          resourceVersion = page.resourceVersion;
        }
        return { items, resourceVersion };
      } catch (error) {
        if (!isKubeError(error, 410) || attempt >= listAttempts) throw error;
      }
    }
  }

  async *pages<T extends KubeObject>(resource: Resource<T>, options: ListOptions = {}): AsyncGenerator<KubeList<T>> {
    const { signal, pageSize = defaultPageSize, resourceVersion } = options;
    let token = '';
    do {
      const query = {
        ...selectors(options),
        limit: String(pageSize),
        ...(token === '' ? {} : { continue: token }),
        ...(token === '' && resourceVersion !== undefined ? { resourceVersion } : {}),
      };
      const answer = await this.#transport.request({
        method: 'GET',
        path: collectionPath(resource, options.namespace),
        query,
        headers: accepted(options, 'PartialObjectMetadataList'),
        ...(signal === undefined ? {} : { signal }),
      });
      const page = readPage<T>(settle<unknown>(answer, `list ${resource.plural}`), resource);
      token = page.token;
      yield page.list;
    } while (token !== '');
  }

  async *watch<T extends KubeObject>(resource: Resource<T>, options: WatchOptions): AsyncGenerator<WatchEvent<T>> {
    const what = `watch ${resource.plural}`;
    const answer = await this.#transport.stream({
      method: 'GET',
      path: collectionPath(resource, options.namespace),
      headers: accepted(options, 'PartialObjectMetadata'),
      query: {
        ...selectors(options),
        watch: 'true',
        allowWatchBookmarks: 'true',
        resourceVersion: options.resourceVersion,
        ...(options.timeoutSeconds === undefined ? {} : { timeoutSeconds: String(options.timeoutSeconds) }),
      },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    if (answer.status >= 300) throw answerError(answer, what);
    for await (const line of answer.lines) yield readWatchLine<T>(line, what);
  }

  async create<T extends KubeObject>(resource: Resource<T>, object: T, options: ApplyOptions = {}): Promise<T> {
    const { namespace, name, generateName } = object.metadata;
    return this.#write<T>(`create ${resource.plural} ${name ?? `${generateName}…`}`, options, {
      method: 'POST',
      path: collectionPath(resource, namespace),
      body: object,
    });
  }

  async replace<T extends KubeObject>(resource: Resource<T>, object: T, options: ApplyOptions = {}): Promise<T> {
    return this.#write<T>(`replace ${resource.plural} ${keyOf(object)}`, options, {
      method: 'PUT',
      path: objectPath(resource, namedKey(object)),
      body: object,
    });
  }

  async apply<T extends KubeObject>(resource: Resource<T>, object: T, options: ApplyOptions = {}): Promise<T> {
    return this.#apply(`apply ${resource.plural} ${keyOf(object)}`, resource, object, options);
  }

  async applyStatus<T extends KubeObject>(resource: Resource<T>, object: T, options: ApplyOptions = {}): Promise<T> {
    return this.#apply(`apply status of ${resource.plural} ${keyOf(object)}`, resource, object, options, 'status');
  }

  async patch<T extends KubeObject>(
    resource: Resource<T>,
    key: ObjectKey,
    patch: Patch,
    options: PatchOptions = {},
  ): Promise<T> {
    const type = Array.isArray(patch) ? 'application/json-patch+json' : 'application/merge-patch+json';
    return this.#write<T>(`patch ${resource.plural} ${keyOf(key)}`, options, {
      method: 'PATCH',
      path: objectPath(resource, key, options.subresource),
      headers: { 'content-type': type },
      body: patch,
    });
  }

  async delete<T extends KubeObject>(
    resource: Resource<T>,
    key: ObjectKey,
    options: DeleteOptions = {},
  ): Promise<boolean> {
    const { uid, resourceVersion, propagation, gracePeriodSeconds, signal } = options;
    const preconditions = { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) };
    const answer = await this.#transport.request({
      method: 'DELETE',
      path: objectPath(resource, key),
      body: {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: propagation ?? 'Background',
        ...(Object.keys(preconditions).length === 0 ? {} : { preconditions }),
        ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
      },
      ...(signal === undefined ? {} : { signal }),
    });
    if (answer.status === 404 && !isKindMissing(answer)) return false;
    settle<unknown>(answer, `delete ${resource.plural} ${keyOf(key)}`);
    return true;
  }

  async discovers(apiVersion: string, kind: string, options: CallOptions = {}): Promise<boolean> {
    const answer = await this.#transport.request({ method: 'GET', path: groupPath(apiVersion), ...options });
    if (answer.status === 404) return false;
    const list = settle<unknown>(answer, `discover ${apiVersion}`);
    const resources = isRecord(list) && Array.isArray(list.resources) ? list.resources : [];
    return resources.some((one) => isRecord(one) && one.kind === kind);
  }

  async version(options: CallOptions = {}): Promise<ServerVersion> {
    const answer = await this.#transport.request({ method: 'GET', path: '/version', ...options });
    const json = settle<unknown>(answer, 'get version');
    const text = (name: string): string => (isRecord(json) && typeof json[name] === 'string' ? json[name] : '');
    if (text('gitVersion') === '') throw protocolError('get version', 'the answer is no version');
    return { major: text('major'), minor: text('minor'), gitVersion: text('gitVersion') };
  }

  #apply<T extends KubeObject>(
    what: string,
    resource: Resource<T>,
    object: T,
    options: ApplyOptions,
    subresource?: string,
  ): Promise<T> {
    // Apply means: these are my fields. What only the server sets must not be among them; the uid may, and makes sure it is the very object.
    const {
      resourceVersion: _version,
      managedFields: _fields,
      ...metadata
    }: ObjectMeta & { managedFields?: unknown } = object.metadata;
    return this.#write<T>(what, options, {
      method: 'PATCH',
      path: objectPath(resource, namedKey(object), subresource),
      query: { force: String(options.force ?? false) },
      headers: { 'content-type': 'application/apply-patch+yaml' },
      body: { ...object, apiVersion: apiVersionOf(resource), kind: resource.kind, metadata },
    });
  }

  async #write<T>(what: string, options: ApplyOptions, request: ApiRequest): Promise<T> {
    const query = { fieldManager: options.fieldManager ?? this.#manager, ...request.query };
    const { signal } = options;
    const answer = await this.#transport.request({ ...request, query, ...(signal === undefined ? {} : { signal }) });
    return settle<T>(answer, what);
  }
}

/** The body of a success. The server's word is taken for its shape: readers of untrusted fields check them. */
function settle<T>(
  answer: { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly json: unknown },
  what: string,
): T {
  if (answer.status >= 300) throw answerError(answer, what);
  if (!isRecord(answer.json)) throw protocolError(what, 'the answer is not a JSON object');
  return answer.json as T;
}

function readPage<T extends KubeObject>(
  json: unknown,
  resource: Resource<T>,
): { readonly list: KubeList<T>; readonly token: string } {
  const what = `list ${resource.plural}`;
  if (!isRecord(json) || !isRecord(json.metadata)) throw protocolError(what, 'the answer is not a list');
  const { resourceVersion, continue: token } = json.metadata;
  // An empty list may be written as null.
  const items = json.items ?? [];
  if (!Array.isArray(items)) throw protocolError(what, 'the answer is not a list');
  const named = { apiVersion: apiVersionOf(resource), kind: resource.kind };
  // Items of built-in kinds come without apiVersion and kind: they are said once, for the list.
  const complete = items.filter(isRecord).map((item) => ({ ...named, ...item }) as unknown as T);
  const version = typeof resourceVersion === 'string' ? resourceVersion : '';
  return {
    list: { items: complete, resourceVersion: version },
    token: typeof token === 'string' ? token : '',
  };
}

function selectors(of: Selection): Record<string, string> {
  return {
    ...(of.labelSelector === undefined ? {} : { labelSelector: of.labelSelector }),
    ...(of.fieldSelector === undefined ? {} : { fieldSelector: of.fieldSelector }),
  };
}

/** Source: Kubernetes documentation, "API concepts", metadata-only fetches. */
function accepted({ metadataOnly }: Selection, as: string): Record<string, string> {
  return metadataOnly === true ? { accept: `application/json;as=${as};v=v1;g=meta.k8s.io, application/json` } : {};
}

function namedKey(object: KubeObject): ObjectKey {
  const { namespace, name = '' } = object.metadata;
  return namespace === undefined ? { name } : { namespace, name };
}

function protocolError(what: string, detail: string): KubeError {
  return new KubeError('KUBE_PROTOCOL', `${what}: ${detail}`, { status: 0, reason: 'Protocol', retryable: false });
}
