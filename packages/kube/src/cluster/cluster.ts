import type { Transport } from '../transport/transport.ts';

/** Where a cluster is described: `server`, `kubeconfig` (with `context`), or, with none of these, the pod's service account and then the user's own kubeconfig. */
export interface ClusterOptions {
  /** A server without credentials, as `kubectl proxy` gives: `http://127.0.0.1:8001`. */
  readonly server?: string | undefined;
  /** What KUBECONFIG says: one file, or a list that is merged. */
  readonly kubeconfig?: string | undefined;
  /** A context of the kubeconfig files; their current one when absent. */
  readonly context?: string | undefined;
  /** What KUBERNETES_SERVICE_HOST and _PORT say inside a pod. Default: the name `kubernetes.default.svc`, port 443. */
  readonly service?: { readonly host?: string | undefined; readonly port?: string | undefined };
  /** Where a pod's token, authority and namespace lie. Default: where the kubelet puts them. */
  readonly serviceAccountFolder?: string | undefined;
  /** `user-agent` of every request. */
  readonly userAgent?: string | undefined;
  readonly timeouts?: TransportTimeouts;
}

/** Milliseconds. */
export interface TransportTimeouts {
  /** Until a connection stands. Default 10 s. */
  readonly connect?: number;
  /** From sending a request to the end of its answer. Default 30 s. */
  readonly request?: number;
  /** From sending a stream's request to its first header. Default 30 s. */
  readonly streamStart?: number;
}

/** A cluster that can be talked to. Credentials stay inside and are refreshed by themselves. */
export interface Cluster {
  /** Its URL, for messages. */
  readonly server: string;
  /** The namespace of the context, or of this pod. */
  readonly namespace: string;
  readonly transport: Transport;
  /** Ends all connections. */
  close(): Promise<void>;
}
