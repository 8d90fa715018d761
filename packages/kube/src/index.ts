export { askedWait, type Backoff, backoffMs } from './backoff.ts';
export { createKubeClient, type KubeClientOptions } from './client/create-kube-client.ts';
export type {
  ApplyOptions,
  CallOptions,
  DeleteOptions,
  JsonPatchOperation,
  KubeClient,
  ListOptions,
  Patch,
  PatchOptions,
  Selection,
  ServerVersion,
  WatchEvent,
  WatchOptions,
} from './client/kube-client.ts';
export { type FieldCause, isKubeError, KubeError, type KubeErrorFacts } from './client/kube-error.ts';
export { type RetryOptions, retry } from './client/retry.ts';
export { type Clock, pause, type Random, systemClock } from './clock.ts';
export type { Cluster, ClusterOptions, TransportTimeouts } from './cluster/cluster.ts';
export { readCluster } from './cluster/read-cluster.ts';
export { createEventRecorder } from './events/create-event-recorder.ts';
export type { EventRecorder, EventRecorderOptions, Happening } from './events/event-recorder.ts';
export { createLeaderElector } from './lease/create-leader-elector.ts';
export type { LeaderElector, LeaderElectorOptions } from './lease/leader-elector.ts';
export { microTime } from './lease/micro-time.ts';
export {
  isOwnedBy,
  type KubeList,
  type KubeObject,
  keyOf,
  type ObjectKey,
  type ObjectMeta,
  type OwnerReference,
  ownerReference,
  parseKey,
} from './object.ts';
export { createWorkQueue } from './queue/create-work-queue.ts';
export type { AddOptions, Outcome, QueueStats, WorkQueue, WorkQueueOptions } from './queue/work-queue.ts';
export { createReflector } from './reflector/create-reflector.ts';
export { type AwaitedKind, createKindWatcher, type KindWatcherOptions } from './reflector/kind-watcher.ts';
export type { Reflector, ReflectorOptions, ReflectorState } from './reflector/reflector.ts';
export type { Change, Indexes, Store } from './reflector/store.ts';
export { apiVersionOf, collectionPath, groupPath, objectPath, type Resource } from './resource.ts';
export * from './resources/core.ts';
export { crdManifests } from './resources/crd-manifests.ts';
export * from './resources/image-vulnerability-scan.ts';
export * from './resources/reviews.ts';
export * from './resources/scanner-profile.ts';
export * from './resources/tekton.ts';
export { type StatusServerOptions, startStatusServer } from './status-server.ts';
export { type InProcessServer, inProcessTransport } from './transport/in-process-transport.ts';
export type { ApiRequest, ApiResponse, ApiStream, Transport } from './transport/transport.ts';
export { VirtualClock } from './virtual-clock.ts';
