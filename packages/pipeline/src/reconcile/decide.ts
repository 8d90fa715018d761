import { failureText } from '../status/failures.ts';
import { isActive } from '../status/run-facts.ts';
import { isTerminal } from '../status/scan-status.ts';
import { type CurrentAttempt, currentAttempt } from './attempt.ts';
import { followRun } from './follow-run.ts';
import { reportFailure, reportWaiting } from './reports.ts';
import type { Action, Seen } from './seen.ts';

/** What a scan needs next. No I/O, no clock: same input, same answer. Only what is here may start, end or report anything. */
export function decide(seen: Seen, now: number): readonly Action[] {
  if (seen.scan.deleting) return cleanUp(seen);
  if (isTerminal(seen.scan.status)) return restAfterEnd(seen);
  const current = currentAttempt(seen);
  if (current.run !== undefined) return followRun(seen, { ...current, run: current.run }, now);
  if (wasStarted(seen, current)) return vanished(seen, now);
  return begin(seen, current, now);
}

/** Deleted: the run goes too. The cluster's own garbage collection does the same, later. */
function cleanUp({ run }: Seen): readonly Action[] {
  return run === undefined || run.deleting ? [] : [{ do: 'remove', run }];
}

/** A scan that has ended rests; a run of it that woke up late is stopped. */
function restAfterEnd({ run }: Seen): readonly Action[] {
  if (run === undefined || !isActive(run) || run.stopped !== undefined || run.deleting) return [];
  return [{ do: 'stop', run, because: 'RunCancelled: the scan has ended' }];
}

/** Whether the status says that a run of this attempt was made. */
function wasStarted({ scan }: Seen, { number }: CurrentAttempt): boolean {
  return scan.status.run?.name !== undefined && scan.status.run.attempt === number;
}

/** The run was seen, and is not there any more. A store may lag behind, so the API server is asked before anything is concluded. */
function vanished(seen: Seen, now: number): readonly Action[] {
  const { name = '', engine = 'fused' } = seen.scan.status.run ?? {};
  if (seen.isGone !== true) return [{ do: 'confirm', name, engine }];
  const detail = `${name} is gone; a scan is not repeated by itself, make a new one`;
  return [reportFailure(seen, { reason: 'RunDeleted', detail, scanned: false }, now)];
}

/** Reasons not to start, in this order; each says what is reported and done instead. */
type Obstacle = (seen: Seen, current: CurrentAttempt, now: number) => readonly Action[] | undefined;

const noTekton: Obstacle = (seen, _current, now) => {
  if (seen.tekton === 'ready') return undefined;
  const message =
    seen.tekton === 'missing'
      ? 'Tekton Pipelines is not installed; the scan starts as soon as it is'
      : 'Tekton Pipelines does not serve tekton.dev/v1; the scan starts as soon as 0.50 or newer is installed';
  return [reportWaiting(seen, seen.tekton === 'missing' ? 'TektonMissing' : 'TektonTooOld', message, now)];
};

const refused: Obstacle = (seen, _current, now) => {
  const { refusal, limits } = seen;
  if (refusal === undefined) return undefined;
  const isOver = refusal.again === undefined || now - refusal.since >= limits.startTimeoutMs;
  if (isOver) return [reportFailure(seen, refusal.failure, now)];
  if (now >= (refusal.again ?? 0)) return undefined;
  const reason = refusal.failure.reason === 'ServiceAccountMissing' ? 'ServiceAccountMissing' : 'Queued';
  return [
    reportWaiting(seen, reason, failureText(refusal.failure), now),
    { do: 'wait', until: Math.min(refusal.again ?? now, refusal.since + limits.startTimeoutMs) },
  ];
};

const tooEarly: Obstacle = (_seen, { notBefore }, now) =>
  now < notBefore ? [{ do: 'wait', until: notBefore }] : undefined;

const equalIsRunning: Obstacle = (seen, { shares }, now) => {
  const { sharing } = seen;
  if (!shares || sharing.is !== 'awaited') return undefined;
  return queued(seen, `waiting for the result of the equal scan ${sharing.of}`, now);
};

const noTurn: Obstacle = (seen, _current, now) => {
  if (seen.hasTurn) return undefined;
  // What stood in the way last time is still what people should read.
  if (seen.refusal !== undefined) return [{ do: 'enlist' }];
  return [{ do: 'enlist' }, ...queued(seen, 'waiting for a free place', now)];
};

/** Said once: what a queued scan waits for may change often, and nobody acts on it. */
function queued(seen: Seen, message: string, now: number): readonly Action[] {
  const said = seen.scan.status.conditions?.find(({ type }) => type === 'Succeeded')?.reason;
  const isSaid = said === 'Queued' || said === 'ServiceAccountMissing';
  return isSaid ? [] : [reportWaiting(seen, 'Queued', message, now)];
}

const obstacles: readonly Obstacle[] = [noTekton, refused, tooEarly, equalIsRunning, noTurn];

function begin(seen: Seen, current: CurrentAttempt, now: number): readonly Action[] {
  for (const obstacle of obstacles) {
    const instead = obstacle(seen, current, now);
    if (instead !== undefined) return instead;
  }
  const { sharing } = seen;
  const { answers } = sharing;
  return [
    {
      do: 'start',
      attempt: current.number,
      ...(current.engine === undefined ? {} : { engine: current.engine }),
      ...(sharing.is === 'found' && current.shares ? { copyFrom: sharing.copyFrom } : {}),
      ...(answers === undefined ? {} : { answers }),
    },
  ];
}
