import type { Transport } from '../transport/transport.ts';

/** Where a cluster is described. The first that is given is taken. */
export interface ClusterOptions {
  /** A server without credentials, as `kubectl proxy` gives: `http://127.0.0.1:8001`. */
  readonly server?: string;
  /** What KUBECONFIG says: one file, or a list that is merged. */
  readonly kubeconfig?: string;
  /** A context of the kubeconfig files; their current one when absent. */
  readonly context?: string;
  /** `user-agent` of every request. */
  readonly userAgent?: string;
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
