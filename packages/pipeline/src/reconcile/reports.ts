import type { Engine } from '../plan/run-object.ts';
import { type Failure, failureText } from '../status/failures.ts';
import type { RunFacts } from '../status/run-facts.ts';
import {
  failedStatus,
  type Published,
  publishedText,
  runningStatus,
  type ScanStatus,
  succeededStatus,
  type WaitingReason,
  waitingStatus,
} from '../status/scan-status.ts';
import type { Action, Seen } from './seen.ts';

type Report = Extract<Action, { do: 'report' }>;

/** The story is told when the reason of waiting changes, not when its words do. */
export function reportWaiting({ scan }: Seen, reason: WaitingReason, message: string, now: number): Report {
  const before = scan.status.conditions?.find(({ type }) => type === 'Succeeded');
  const status = waitingStatus(scan.status, reason, message, scan.generation, now);
  if (before?.reason === reason) return { do: 'report', status };
  return { do: 'report', status, tell: { type: reason === 'Queued' ? 'Normal' : 'Warning', reason, note: message } };
}

export function reportRunning({ scan }: Seen, run: RunFacts, now: number): Report {
  const status = runningStatus(scan.status, markOf(run), scan.generation, now);
  if (scan.status.run?.name === run.name) return { do: 'report', status };
  const what = run.copyFrom === undefined ? `with the ${run.engine} engine` : 'to publish the result of an equal scan';
  const attempt = run.attempt === 1 ? '' : `, attempt ${run.attempt}`;
  return {
    do: 'report',
    status,
    tell: { type: 'Normal', reason: 'Started', note: `started ${run.name} ${what}${attempt}` },
  };
}

export function reportSuccess({ scan }: Seen, run: RunFacts, published: Published, now: number): Report {
  const status = succeededStatus(scan.status, markOf(run), published, scan.generation, now);
  const type = published.ignoredCount === 0 ? 'Normal' : 'Warning';
  return {
    do: 'report',
    status,
    tell: { type, reason: 'Published', note: publishedText(published) },
    outcome: 'Succeeded',
  };
}

export function reportFailure({ scan, run }: Seen, failure: Failure, now: number): Report {
  const mark = run !== undefined && run.scanUid === scan.uid ? markOf(run) : scan.status.run;
  const status = failedStatus(scan.status, mark, failure, scan.generation, now);
  return {
    do: 'report',
    status,
    tell: { type: 'Warning', reason: failure.reason, note: failureText(failure) },
    outcome: failure.reason,
  };
}

interface NextAttempt {
  readonly attempt: number;
  readonly notBefore: number;
  readonly engine?: Engine;
  readonly shares?: boolean;
}

/** Written before the next attempt is made, so that whoever comes next counts on. */
export function reportRetry({ scan, limits }: Seen, failure: Failure, next: NextAttempt, now: number): Report {
  const seconds = Math.ceil((next.notBefore - now) / 1000);
  const when = seconds > 0 ? `in ${seconds} s` : 'follows';
  const text = `${failureText(failure)} Attempt ${next.attempt} of ${limits.mostAttempts} ${when}`.replace(
    /([^.…])( Attempt)/,
    '$1.$2',
  );
  const run: ScanStatus['run'] = { ...next, notBefore: new Date(next.notBefore).toISOString() };
  const status = { ...waitingStatus(scan.status, 'Queued', text, scan.generation, now), run };
  return { do: 'report', status, tell: { type: 'Warning', reason: 'Retrying', note: text } };
}

function markOf(run: RunFacts): NonNullable<ScanStatus['run']> {
  const { engine, name, attempt, answers } = run;
  return { engine, name, attempt, ...(answers === undefined ? {} : { answers }) };
}
