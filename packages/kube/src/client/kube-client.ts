import type { KubeList, KubeObject, ObjectKey } from '../object.ts';
import type { Resource } from '../resource.ts';

/** Cancels the call. */
export interface CallOptions {
  readonly signal?: AbortSignal;
}

/** Which objects. */
export interface Selection {
  /** All namespaces when absent. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Only `metadata` of each object is sent, where the server can do that; others send all. */
  readonly metadataOnly?: boolean;
}

export interface ListOptions extends Selection, CallOptions {
  /** Objects per request. Default 500. */
  readonly pageSize?: number;
  /** `0` takes what the server has at hand; absent is the newest. */
  readonly resourceVersion?: string;
}

export interface WatchOptions extends Selection, CallOptions {
  /** Only what happens after it. */
  readonly resourceVersion: string;
  /** Seconds after which the server ends the watch. Default: the server's own. */
  readonly timeoutSeconds?: number;
}

/** What a watch says. A bookmark carries only a resource version. The server's ERROR is thrown as KubeError instead. */
export type WatchEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string };

export interface ApplyOptions extends CallOptions {
  /** Default: the client's. */
  readonly fieldManager?: string;
  /** Takes fields from other managers instead of failing with CONFLICT. */
  readonly force?: boolean;
}

/** JSON merge patch (RFC 7386): an object. JSON patch (RFC 6902): a list of operations. */
export type Patch = Readonly<Record<string, unknown>> | readonly JsonPatchOperation[];

export interface JsonPatchOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

export interface PatchOptions extends CallOptions {
  readonly subresource?: 'status' | 'scale';
  readonly fieldManager?: string;
}

export interface DeleteOptions extends CallOptions {
  /** Only this very object, not one of the same name. */
  readonly uid?: string;
  /** Only while nothing changed since. */
  readonly resourceVersion?: string;
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
  readonly gracePeriodSeconds?: number;
}

/** A version of the API server, as `/version` says it. */
export interface ServerVersion {
  readonly major: string;
  readonly minor: string;
  readonly gitVersion: string;
}

/**
 * Calls an API server with plain JSON objects; fields it does not know are kept. It makes one request per call (a list: one per page) and repeats none:
 * whoever calls decides by `KubeError.retryable` and `.retryAfter`. Every method throws KubeError.
 */
export interface KubeClient {
  /** The object, or undefined when there is none of that name. Throws KUBE_KIND_MISSING when the server does not know the kind. */
  get<T extends KubeObject>(resource: Resource<T>, key: ObjectKey, options?: CallOptions): Promise<T | undefined>;
  /** All objects, page by page; begins again (twice at most) when a page's token expired. */
  list<T extends KubeObject>(resource: Resource<T>, options?: ListOptions): Promise<KubeList<T>>;
  /** Page by page, for many objects. Throws KubeError with `status` 410 when a token expired. */
  pages<T extends KubeObject>(resource: Resource<T>, options?: ListOptions): AsyncIterable<KubeList<T>>;
  /** One watch connection, bookmarks included. Ends when the server ends it. `Reflector` is what keeps one going. */
  watch<T extends KubeObject>(resource: Resource<T>, options: WatchOptions): AsyncIterable<WatchEvent<T>>;
  /** Makes an object. Throws KUBE_CONFLICT (reason AlreadyExists) when the name is taken. */
  create<T extends KubeObject>(resource: Resource<T>, object: T, options?: ApplyOptions): Promise<T>;
  /** Writes the whole object; with `metadata.resourceVersion` only if nobody wrote since (KUBE_CONFLICT). */
  replace<T extends KubeObject>(resource: Resource<T>, object: T, options?: ApplyOptions): Promise<T>;
  /**
   * Server-side apply: the object holds exactly the fields this manager wants. With `metadata.uid` only to the very object: one of the same name is
   * KUBE_INVALID (field `metadata.uid`), none at all KUBE_CONFLICT, instead of a new object.
   */
  apply<T extends KubeObject>(resource: Resource<T>, object: T, options?: ApplyOptions): Promise<T>;
  /** Server-side apply of the status subresource. */
  applyStatus<T extends KubeObject>(resource: Resource<T>, object: T, options?: ApplyOptions): Promise<T>;
  patch<T extends KubeObject>(resource: Resource<T>, key: ObjectKey, patch: Patch, options?: PatchOptions): Promise<T>;
  /** False when it was already gone. A broken precondition is KUBE_CONFLICT. */
  delete<T extends KubeObject>(resource: Resource<T>, key: ObjectKey, options?: DeleteOptions): Promise<boolean>;
  /** Whether the server serves the kind now. One request. */
  discovers(apiVersion: string, kind: string, options?: CallOptions): Promise<boolean>;
  version(options?: CallOptions): Promise<ServerVersion>;
}
