import type { KubeClient } from '../client/kube-client.ts';
import type { Clock, Random } from '../clock.ts';
import type { ObjectKey } from '../object.ts';

export interface LeaderElectorOptions {
  readonly client: KubeClient;
  readonly lease: Required<ObjectKey>;
  /** Unique per process: the pod's name and something random. */
  readonly identity: string;
  /** Others wait this long after the last renewal they saw. Whole seconds. Default 15 s. */
  readonly leaseMs?: number;
  /** A leader that could not renew for this long stops. Less than `leaseMs`. Default 10 s. */
  readonly renewMs?: number;
  /** Between attempts, with jitter. Default 2 s. */
  readonly retryMs?: number;
  /** Called on becoming leader. The signal fires when leadership is lost; work must stop then at once. */
  readonly onStarted: (signal: AbortSignal) => void;
  readonly onStopped?: () => void;
  readonly onError?: (error: unknown) => void;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** Makes at most one process the leader, by a coordination.k8s.io/v1 Lease. Clocks may differ between machines; only their rates must agree. */
export interface LeaderElector {
  /** True only while no other process can be leader, judged by the clock at this moment. */
  readonly isLeader: boolean;
  /** Who holds the lease, as last seen. */
  readonly holder: string | undefined;
  start(): void;
  /** Stops leading, then gives the lease back, so that the next one need not wait. */
  stop(): Promise<void>;
}
