import { AssayError } from '@assay/contract';
import { type InstalledKind, kindOf } from './installed-kinds.ts';
import { inOrder, type KubeObject } from './kube-object.ts';

/** What installing needs of a cluster; the client of `kube` fits. */
export interface InstallationClient {
  /** Server-side apply. */
  apply(
    kind: InstalledKind,
    object: KubeObject,
    options: { readonly fieldManager: string; readonly force: boolean; readonly signal?: AbortSignal },
  ): Promise<unknown>;
  get(
    kind: InstalledKind,
    key: { readonly namespace?: string; readonly name: string },
    options: { readonly signal?: AbortSignal },
  ): Promise<object | undefined>;
}

export interface InstallOptions {
  /** Milliseconds given to what was applied to become ready. 0 asks once. */
  readonly timeoutMs: number;
  /** Told of each object applied, and of each that is waited for. */
  tell?(happening: 'applied' | 'waiting', object: KubeObject): void;
  readonly clock: { now(): number; sleep(milliseconds: number, signal?: AbortSignal): Promise<void> };
  readonly signal?: AbortSignal;
}

/** Fields set by `assay install` are its own; a later `kubectl apply` of the same manifests may take them. */
const fieldManager = 'assay-install';
const pauseMs = 500;

/**
 * Applies the objects in an order in which each can be, then waits until definitions are served and Deployments run. Called again it
 * changes only what changed. Throws INSTALL_NOT_READY, and what the client throws.
 */
export async function installObjects(
  objects: readonly KubeObject[],
  client: InstallationClient,
  options: InstallOptions,
): Promise<void> {
  const ordered = inOrder(objects).map((object) => ({ object, kind: kindOf(object) }));
  const { signal, clock, tell } = options;
  for (const { object, kind } of ordered) {
    await client.apply(kind, object, { fieldManager, force: true, ...(signal && { signal }) });
    tell?.('applied', object);
  }
  const deadline = clock.now() + options.timeoutMs;
  for (const { object, kind } of ordered.filter(({ kind }) => isAwaited(kind))) {
    for (let asked = 0; ; asked++) {
      const { name, namespace } = object.metadata;
      const key = { name, ...(namespace !== undefined && { namespace }) };
      const why = whyNotReady(await client.get(kind, key, { ...(signal && { signal }) }));
      if (why === undefined) break;
      if (asked === 0) tell?.('waiting', object);
      if (clock.now() >= deadline)
        throw new AssayError('INSTALL_NOT_READY', `${kind.kind} ${[namespace, name].filter(Boolean).join('/')} ${why}`);
      await clock.sleep(pauseMs, signal);
    }
  }
}

const isAwaited = ({ kind }: InstalledKind) => kind === 'Deployment' || kind === 'CustomResourceDefinition';

interface Seen {
  readonly kind?: string;
  readonly metadata?: { readonly generation?: number };
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
    readonly replicas?: number;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  };
}

/** Why an object is not ready; undefined when it is. Source: Kubernetes, "Deployment status"; apiextensions/v1 condition Established. */
export function whyNotReady(object: object | undefined): string | undefined {
  if (object === undefined) return 'is gone';
  const { kind, metadata, spec, status = {} } = object as Seen; // the API server's own shape, checked field by field below
  const condition = (type: string) => status.conditions?.find((each) => each.type === type);
  if (kind === 'CustomResourceDefinition')
    return condition('Established')?.status === 'True' ? undefined : 'is not served yet';
  if ((status.observedGeneration ?? 0) < (metadata?.generation ?? 0)) return 'was not looked at yet';
  const wanted = spec?.replicas ?? 1;
  const { updatedReplicas = 0, availableReplicas = 0, replicas = 0 } = status;
  if (updatedReplicas >= wanted && availableReplicas >= wanted && replicas === updatedReplicas) return undefined;
  const words = condition('ReplicaFailure')?.message ?? condition('Progressing')?.message;
  const counted = `has ${Math.min(availableReplicas, updatedReplicas)} of ${wanted} replicas`;
  return words === undefined ? counted : `${counted}: ${words}`;
}
