import type { KubeObject, ObjectMeta } from '../object.ts';
import type { Resource } from '../resource.ts';

/** A container's state, as far as we look. Source: Kubernetes API, core/v1 ContainerState. */
export interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: { readonly startedAt?: string };
  readonly terminated?: {
    readonly exitCode: number;
    readonly reason?: string;
    readonly message?: string;
    readonly signal?: number;
    readonly startedAt?: string;
    readonly finishedAt?: string;
  };
}

/** Source: core/v1 ContainerStatus. */
export interface ContainerStatus {
  readonly name: string;
  readonly image: string;
  readonly imageID: string;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

/** Source: core/v1 PodCondition. */
export interface PodCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** Source: core/v1 Pod. */
export interface Pod extends KubeObject {
  readonly spec?: {
    readonly nodeName?: string;
    readonly serviceAccountName?: string;
    readonly containers?: readonly {
      readonly name: string;
      readonly image?: string;
      readonly env?: readonly { readonly name: string; readonly value?: string }[];
    }[];
    readonly initContainers?: readonly { readonly name: string; readonly image?: string }[];
    readonly imagePullSecrets?: readonly { readonly name?: string }[];
  };
  readonly status?: {
    readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
    readonly reason?: string;
    readonly message?: string;
    readonly startTime?: string;
    readonly conditions?: readonly PodCondition[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly ephemeralContainerStatuses?: readonly ContainerStatus[];
  };
}

/** Source: core/v1 Secret. Values are base64. */
export interface Secret extends KubeObject {
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
}

/** Source: core/v1 ServiceAccount. */
export interface ServiceAccount extends KubeObject {
  readonly secrets?: readonly { readonly name?: string }[];
  readonly imagePullSecrets?: readonly { readonly name?: string }[];
  readonly automountServiceAccountToken?: boolean;
}

/** Source: core/v1 ConfigMap. */
export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
}

/** Source: core/v1 Namespace. */
export interface Namespace extends KubeObject {
  readonly status?: { readonly phase?: 'Active' | 'Terminating' };
}

/** Source: core/v1 PersistentVolumeClaim. */
export interface PersistentVolumeClaim extends KubeObject {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: { readonly phase?: string };
}

/** Source: core/v1 Node. */
export interface Node extends KubeObject {
  readonly spec?: { readonly unschedulable?: boolean };
  readonly status?: {
    readonly conditions?: readonly PodCondition[];
    readonly nodeInfo?: { readonly architecture?: string; readonly operatingSystem?: string };
  };
}

/** Source: coordination.k8s.io/v1 Lease. Times have six fractional digits. */
export interface Lease extends KubeObject {
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

/** Source: core/v1 ObjectReference. */
export interface ObjectReference {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/** Source: events.k8s.io/v1 Event. */
export interface Event extends KubeObject {
  readonly eventTime: string;
  readonly reportingController: string;
  readonly reportingInstance: string;
  readonly action: string;
  readonly reason: string;
  readonly type: string;
  readonly regarding: ObjectReference;
  readonly related?: ObjectReference;
  readonly note?: string;
  readonly series?: { readonly count: number; readonly lastObservedTime: string };
}

/** Source: apiextensions.k8s.io/v1 CustomResourceDefinition. */
export interface CustomResourceDefinition extends KubeObject {
  readonly spec: {
    readonly group: string;
    readonly scope: 'Namespaced' | 'Cluster';
    readonly names: {
      readonly kind: string;
      readonly listKind?: string;
      readonly plural: string;
      readonly singular?: string;
      readonly shortNames?: readonly string[];
      readonly categories?: readonly string[];
    };
    readonly versions: readonly {
      readonly name: string;
      readonly served: boolean;
      readonly storage: boolean;
      readonly schema?: { readonly openAPIV3Schema: Readonly<Record<string, unknown>> };
      readonly subresources?: Readonly<Record<string, unknown>>;
      readonly additionalPrinterColumns?: readonly {
        readonly name: string;
        readonly type: string;
        readonly jsonPath: string;
        readonly priority?: number;
        readonly description?: string;
      }[];
    }[];
  };
  readonly status?: { readonly conditions?: readonly PodCondition[] };
}

const core = { group: '', version: 'v1' } as const;

export const pods: Resource<Pod> = { ...core, kind: 'Pod', plural: 'pods', namespaced: true };
export const secrets: Resource<Secret> = { ...core, kind: 'Secret', plural: 'secrets', namespaced: true };
export const serviceAccounts: Resource<ServiceAccount> = {
  ...core,
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  namespaced: true,
};
export const configMaps: Resource<ConfigMap> = { ...core, kind: 'ConfigMap', plural: 'configmaps', namespaced: true };
export const namespaces: Resource<Namespace> = { ...core, kind: 'Namespace', plural: 'namespaces', namespaced: false };
export const nodes: Resource<Node> = { ...core, kind: 'Node', plural: 'nodes', namespaced: false };
export const persistentVolumeClaims: Resource<PersistentVolumeClaim> = {
  ...core,
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  namespaced: true,
};
export const leases: Resource<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
};
export const events: Resource<Event> = {
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
};
export const customResourceDefinitions: Resource<CustomResourceDefinition> = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
};

/** Metadata of an object the server has stored: what is then always there. */
export interface StoredMeta extends ObjectMeta {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** Whether the object came from a server. */
export function isStored<T extends KubeObject>(object: T): object is T & { readonly metadata: StoredMeta } {
  const { name, uid, resourceVersion } = object.metadata;
  return name !== undefined && uid !== undefined && resourceVersion !== undefined;
}
