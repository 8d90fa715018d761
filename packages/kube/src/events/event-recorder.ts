import type { KubeClient } from '../client/kube-client.ts';
import type { Clock, Random } from '../clock.ts';
import type { KubeObject } from '../object.ts';

/** Something a person should read under `kubectl describe`. */
export interface Happening {
  readonly regarding: KubeObject;
  readonly related?: KubeObject;
  readonly type: 'Normal' | 'Warning';
  /** One CamelCase word of a closed set, as `Queued`. */
  readonly reason: string;
  /** What was being done, as `StartScan`. Default: the reason. */
  readonly action?: string;
  /** One sentence; cut at 1024 bytes, as the API wants. */
  readonly note: string;
}

export interface EventRecorderOptions {
  readonly client: KubeClient;
  /** As `app-scanning.apps.tanzu.vmware.com/controller`. */
  readonly reportingController: string;
  /** The pod's name. */
  readonly reportingInstance: string;
  /** Writes per second in the long run. Default 5. */
  readonly perSecond?: number;
  /** Writes at once after a pause. Default 25. */
  readonly burst?: number;
  /** Events waiting to be written; the oldest is dropped and counted beyond. Default 1000. */
  readonly capacity?: number;
  /** An equal happening within this time adds to the series instead of a new Event. Default 6 min. */
  readonly seriesMs?: number;
  readonly onError?: (error: unknown) => void;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** Writes events.k8s.io/v1 Events in the background. `record` never waits, never throws; what cannot be written is counted. */
export interface EventRecorder {
  record(happening: Happening): void;
  readonly dropped: number;
  readonly waiting: number;
  /** Writes what waits; resolves when it is written or given up, or after `ms`. Default 5 s. */
  flush(ms?: number): Promise<void>;
}
