import type { Engine } from '../plan/run-object.ts';

/** Tekton's word on a run. */
export type RunState = 'waiting' | 'running' | 'succeeded' | 'failed';

/** A TaskRun as far as decisions look at it; texts are cut short. */
export interface TaskFacts {
  /** The task within a PipelineRun; empty for a TaskRun of its own. */
  readonly task: string;
  readonly state: RunState;
  /** Reason and message of Tekton's `Succeeded` condition. */
  readonly reason: string;
  readonly message: string;
  /** Steps that ended with an error and were not told to go on. */
  readonly failedSteps: readonly { readonly name: string; readonly exitCode: number; readonly reason: string }[];
  /** Tekton results, by name. */
  readonly results: Readonly<Record<string, string>>;
}

/** One attempt at a scan. Times are milliseconds since the epoch. */
export interface RunFacts {
  readonly name: string;
  /** UID of the scan that owns it. */
  readonly scanUid: string;
  readonly engine: Engine;
  readonly attempt: number;
  readonly state: RunState;
  readonly reason: string;
  readonly message: string;
  readonly createdAt: number;
  readonly finishedAt?: number;
  readonly deleting: boolean;
  /** Why we stopped it: `Reason: sentence`. */
  readonly stopped?: string;
  readonly answers?: string;
  readonly copyFrom?: string;
  /** The TaskRuns it is made of; itself, when it is one. */
  readonly tasks: readonly TaskFacts[];
}

/** A container that is in trouble: it cannot start, or ended badly. */
export interface ContainerTrouble {
  readonly container: string;
  readonly reason: string;
  readonly message: string;
  readonly exitCode?: number;
  /** When it ended, by its node's clock. Milliseconds since 1970. */
  readonly endedAt?: number;
  /** The machines its image is made for, where Tekton looked them up: `linux/arm64`. */
  readonly madeFor?: string;
}

/** A pod of a run. */
export interface PodFacts {
  readonly name: string;
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  /** Reason of its `DisruptionTarget` condition; empty without one. */
  readonly disruption: string;
  /** Why it is not scheduled; empty when it is. */
  readonly unschedulable: string;
  readonly troubles: readonly ContainerTrouble[];
}

/** Whether the run may still do something. */
export const isActive = ({ state }: Pick<RunFacts, 'state'>): boolean => state === 'waiting' || state === 'running';

export function resultOf(run: RunFacts, name: string): string | undefined {
  return run.tasks.map(({ results }) => results[name]).find((one) => one !== undefined && one !== '');
}
