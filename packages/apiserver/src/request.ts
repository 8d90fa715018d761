import { badRequest } from './status.ts';

/** A request, as the in-process door takes it. */
export interface ApiRequest {
  readonly method: string;
  /** Path and query, such as `/api/v1/pods?limit=5`; a whole URL is taken too. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends a watch, or a request that hangs. */
  readonly signal?: AbortSignal;
}

/** What is asked of a resource. */
export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

/** A path below /api or /apis, taken apart. Empty where it has no such part. */
export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  readonly namespace: string;
  readonly resource: string;
  readonly name: string;
  readonly subresource: string;
}

/** Takes a path apart; undefined when it is no path of a resource. */
export function resourcePath(path: string): ResourcePath | undefined {
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decoded);
  let group = '';
  let rest: string[];
  if (parts[0] === 'api') rest = parts.slice(1);
  else if (parts[0] === 'apis') {
    group = parts[1] ?? '';
    rest = parts.slice(2);
  } else return undefined;
  const version = rest.shift() ?? '';
  if (version === '' || rest.length === 0) return undefined;
  let namespace = '';
  const inside = rest[0] === 'namespaces' && rest.length > 2 && !(rest.length === 3 && isNamespaceSubresource(rest[2]));
  if (inside) {
    namespace = rest[1] ?? '';
    rest = rest.slice(2);
  }
  const [resource = '', name = '', ...subresource] = rest;
  return { group, version, namespace, resource, name, subresource: subresource.join('/') };
}

function isNamespaceSubresource(name: string | undefined): boolean {
  return name === 'status' || name === 'finalize';
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badRequest(`invalid URL escape in ${JSON.stringify(part)}`);
  }
}

/** The verb of a method on a resource. */
export function verbOf(method: string, hasName: boolean, watch: boolean): Verb | undefined {
  if (method === 'GET' || method === 'HEAD') return watch ? 'watch' : hasName ? 'get' : 'list';
  if (method === 'POST') return 'create';
  if (method === 'PUT') return 'update';
  if (method === 'PATCH') return 'patch';
  if (method === 'DELETE') return hasName ? 'delete' : 'deletecollection';
  return undefined;
}

/** A parameter that is true or false in the API's manner. */
export function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value === 'true' || value === '1' || value === '';
}

/** A whole number of the query, or undefined. */
export function numberParameter(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (!/^-?\d{1,15}$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

/** The form of an answer that `Accept` asks for. */
export type Form = 'object' | 'table' | 'metadata';

/** Reads `Accept`: the first form this server can give; undefined when it can give none. */
export function acceptedForm(accept: string | undefined): Form | undefined {
  if (accept === undefined || accept.trim() === '') return 'object';
  for (const range of accept.split(',')) {
    const [type = '', ...parameters] = range
      .trim()
      .split(';')
      .map((p) => p.trim());
    const isJson =
      type === 'application/json' || type === '*/*' || type === 'application/*' || type === 'application/yaml';
    if (!isJson) continue;
    const as = parameters.find((p) => p.startsWith('as='))?.slice(3);
    if (as === undefined) return 'object';
    if (as === 'Table') return 'table';
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return 'metadata';
  }
  return undefined;
}

/** Who is asking, as the user agent and the parameter tell. */
export function managerOf(query: URLSearchParams, userAgent: string | undefined): string {
  const given = query.get('fieldManager');
  if (given !== null && given !== '') {
    if (given.length > 128) throw badRequest('fieldManager: Too long: may not be more than 128 bytes');
    return given;
  }
  return (userAgent ?? 'unknown').split('/')[0]?.slice(0, 128) || 'unknown';
}
