import type { Engine } from '../plan/run-object.ts';
import type { Urgency } from '../request/scan-object.ts';
import type { Failure } from '../status/failures.ts';
import type { PodFacts, RunFacts } from '../status/run-facts.ts';
import type { ScanStatus } from '../status/scan-status.ts';

/** A scan as far as decisions look at it: no steps, no environment. Times are milliseconds since the epoch. */
export interface ScanFacts {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  readonly createdAt: number;
  readonly deleting: boolean;
  readonly urgency: Urgency;
  /** What is scanned, as written. */
  readonly image: string;
  /** Mark of everything but the data that decides the answer; equal scans have equal ones. */
  readonly wish: string;
  /** Images of the steps, whose data a profile may declare. */
  readonly stepImages: readonly string[];
  readonly status: ScanStatus;
}

/** What equal scans of the namespace offer this one. */
export type Sharing =
  /** Nobody: it scans itself; `answers` marks the run for others where the data is declared. */
  | { readonly is: 'none'; readonly answers?: string }
  /** An equal scan is running: wait for it. */
  | { readonly is: 'awaited'; readonly of: string; readonly answers: string }
  /** An equal scan has a fresh result. */
  | { readonly is: 'found'; readonly copyFrom: string; readonly of: string; readonly answers: string };

/** An attempt to make the run that failed, so that it may be made later or never. */
export interface Refusal {
  readonly failure: Failure;
  /** First refusal of this kind without a success between. */
  readonly since: number;
  /** When to try again; undefined: never. */
  readonly again?: number;
}

/** Everything that was looked at before deciding. */
export interface Seen {
  readonly scan: ScanFacts;
  /** Newest run that belongs to this very scan. */
  readonly run?: RunFacts;
  readonly pods: readonly PodFacts[];
  readonly tekton: 'ready' | 'missing' | 'old';
  /** Whether the scan may take one of the places now. */
  readonly hasTurn: boolean;
  readonly sharing: Sharing;
  readonly refusal?: Refusal;
  readonly limits: Limits;
  /** Whether the API server itself has said that the run of this attempt is gone. */
  readonly isGone?: boolean;
}

/** Milliseconds, and counts. */
export interface Limits {
  /** From making a run to its first container running. */
  readonly startTimeoutMs: number;
  /** From making a run to its end: a net below Tekton's own timeout. */
  readonly runTimeoutMs: number;
  /** Attempts in all. */
  readonly mostAttempts: number;
  /** Wait before the second attempt; doubled for each further one. */
  readonly firstRetryMs: number;
}

/** A line of the story under `kubectl describe`. */
export interface StoryLine {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly note: string;
}

/** What the world needs next. */
export type Action =
  /** Ask for a place. */
  | { readonly do: 'enlist' }
  /** Make the run of this attempt. */
  | {
      readonly do: 'start';
      readonly attempt: number;
      readonly engine?: Engine;
      readonly copyFrom?: string;
      readonly answers?: string;
    }
  /** Write the status, where it differs, and tell the story; `outcome` for the metrics of a scan that has ended. */
  | {
      readonly do: 'report';
      readonly status: ScanStatus;
      readonly tell?: StoryLine;
      readonly outcome?: string;
    }
  /** End the run: it took too long, or nobody wants it. */
  | { readonly do: 'stop'; readonly run: RunFacts; readonly because: string }
  /** Remove a run whose scan is going. */
  | { readonly do: 'remove'; readonly run: RunFacts }
  /** Ask the API server whether the run is really gone. */
  | { readonly do: 'confirm'; readonly name: string; readonly engine: Engine }
  /** Look again at this time, whatever happens. */
  | { readonly do: 'wait'; readonly until: number };
