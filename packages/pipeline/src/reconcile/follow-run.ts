import { classify } from '../status/classify.ts';
import { type Failure, mayRetry } from '../status/failures.ts';
import { type RunFacts, resultOf } from '../status/run-facts.ts';
import type { Published } from '../status/scan-status.ts';
import type { CurrentAttempt } from './attempt.ts';
import { findStalled } from './find-stalled.ts';
import { reportFailure, reportRetry, reportRunning, reportSuccess } from './reports.ts';
import type { Action, Seen } from './seen.ts';

type Followed = CurrentAttempt & { readonly run: RunFacts };

/** What follows from the run of the current attempt. */
export function followRun(seen: Seen, current: Followed, now: number): readonly Action[] {
  const { run } = current;
  const toldBy = waitForTasks(run);
  if (toldBy !== undefined && now < toldBy) return [{ do: 'wait', until: toldBy }];
  if (run.state === 'succeeded') return [ended(seen, run, now)];
  // Stopped by us counts as ended: Tekton may be gone, and the reason is known.
  if (run.state === 'failed' || run.stopped !== undefined) return [failed(seen, current, now)];
  if (run.deleting) return [failed(seen, current, now)];
  return watchOver(seen, run, now);
}

/** How long the parts of a run that has ended may stay silent. Milliseconds. */
const patience = { succeeded: 60_000, failed: 3_000 } as const;

/**
 * Until when a run of several tasks that has ended is waited for; undefined when all is told. TaskRuns are watched apart from PipelineRuns, so the end of the
 * whole may be known before the task that says what was published, or why it failed.
 */
function waitForTasks({ engine, state, tasks, finishedAt, stopped, deleting }: RunFacts): number | undefined {
  if (engine === 'fused' || stopped !== undefined || deleting || finishedAt === undefined) return undefined;
  if (state !== 'succeeded' && state !== 'failed') return undefined;
  const isTold = tasks.some((one) => one.state === state && (state === 'failed' || one.task === 'publish-task'));
  return isTold ? undefined : finishedAt + patience[state];
}

/** Success names a digest that is really in the registry, or it is none. */
function ended(seen: Seen, run: RunFacts, now: number): Action {
  const scanResult = resultOf(run, 'scan-result') ?? '';
  if (!/^[^@\s]+@sha256:[0-9a-f]{64}$/.test(scanResult)) {
    const detail = 'the publisher ended well but named no digest';
    return reportFailure(seen, { reason: 'PublishFailed', detail, scanned: true }, now);
  }
  const reportCount = countOf(resultOf(run, 'report-count'));
  const published: Published = {
    scanResult,
    // The string of the spec, not what a step says: its digest is authoritative. Source: spec/scan-2.md §17, question 19.
    scannedImage: seen.scan.image,
    ...(reportCount === undefined ? {} : { reportCount }),
    ignoredCount: countOf(resultOf(run, 'ignored-count')) ?? 0,
  };
  return reportSuccess(seen, run, published, now);
}

function countOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}\s*$/.test(text) ? Number(text) : undefined;
}

function failed(seen: Seen, current: Followed, now: number): Action {
  const { run, number } = current;
  const failure: Failure =
    run.deleting && run.state !== 'failed' && run.stopped === undefined
      ? { reason: 'RunDeleted', detail: `${run.name} was deleted while it ran`, scanned: false }
      : classify({ run, pods: seen.pods });
  if (number >= seen.limits.mostAttempts) return reportFailure(seen, failure, now);
  const next = { attempt: number + 1, notBefore: now + seen.limits.firstRetryMs * 2 ** (number - 1) };
  // Another scan's bundle could not be published here: this scan looks for itself.
  if (run.copyFrom !== undefined && run.stopped === undefined)
    return reportRetry(seen, failure, { ...next, notBefore: now, shares: false }, now);
  if (failure.reason === 'CredentialsUnusable' && run.engine === 'fused')
    return reportRetry(seen, failure, { ...next, notBefore: now, engine: 'compatibility' }, now);
  return mayRetry(failure.reason) ? reportRetry(seen, failure, next, now) : reportFailure(seen, failure, now);
}

/** A run that goes on: reported once, and stopped when it takes too long. */
function watchOver(seen: Seen, run: RunFacts, now: number): readonly Action[] {
  const { startTimeoutMs, runTimeoutMs } = seen.limits;
  // Pods are watched apart from runs: where that watch is behind, the run itself says that its pod runs. A PipelineRun says so before any pod.
  const saysSo = run.engine === 'fused' && run.reason === 'Running';
  const hasStarted = saysSo || seen.pods.some(({ phase }) => phase !== 'Pending');
  const startBy = run.createdAt + startTimeoutMs;
  const endBy = run.createdAt + runTimeoutMs;
  if (!hasStarted && now >= startBy) return [{ do: 'stop', run, because: `StartTimedOut: ${waitsFor(seen)}` }];
  const stalled = findStalled(seen);
  if (stalled !== undefined && now >= stalled.until) return [{ do: 'stop', run, because: stalled.because }];
  if (now >= endBy) return [{ do: 'stop', run, because: `TimedOut: ${run.name} did not end in time` }];
  return [
    reportRunning(seen, run, now),
    { do: 'wait', until: Math.min(endBy, hasStarted ? endBy : startBy, stalled?.until ?? endBy) },
  ];
}

/** What a pod that does not start waits for, as far as the cluster says it. */
function waitsFor({ pods, run }: Seen): string {
  const [pod] = pods;
  if (pod === undefined) return `no pod was made; Tekton says: ${run?.message || 'nothing'}`;
  const [trouble] = pod.troubles;
  if (pod.unschedulable !== '') return `the pod cannot be scheduled: ${pod.unschedulable}`;
  return trouble === undefined
    ? 'the pod is still being prepared'
    : `${trouble.container} waits: ${trouble.reason} ${trouble.message}`;
}
