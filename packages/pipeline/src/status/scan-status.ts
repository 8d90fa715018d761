import { type Condition, withCondition } from '@assay/contract';
import type { Engine } from '../plan/run-object.ts';
import { type Failure, failureText } from './failures.ts';

export type ScanConditionType = 'ScanCompleted' | 'Succeeded';

/** The status of an ImageVulnerabilityScan: pointers and counts, never a report. Source: spec/scan-2.md §2.4. */
export interface ScanStatus {
  readonly scanResult?: string;
  readonly scannedImage?: string;
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition<ScanConditionType>[];
  readonly reportCount?: number;
  readonly queuedAt?: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly run?: {
    readonly engine?: Engine;
    /** The object that was made; absent while the attempt is still to come. */
    readonly name?: string;
    readonly attempt?: number;
    /** What it answers, for equal scans. */
    readonly answers?: string;
    /** The attempt begins not before this time. */
    readonly notBefore?: string;
    /** False: an answer of another scan was of no use; this one scans itself. */
    readonly shares?: boolean;
  };
}

/** Why a scan that is not started waits. The set is closed. */
export type WaitingReason = 'Queued' | 'TektonMissing' | 'TektonTooOld' | 'ServiceAccountMissing';

/** Characters of a condition’s message: both conditions stay far below 3 KiB. */
const longestMessage = 600;

interface Word {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

/** Both conditions moved at once. */
function withBoth(
  before: ScanStatus,
  scanned: Word,
  succeeded: Word,
  now: number,
): readonly Condition<ScanConditionType>[] {
  const at = new Date(now);
  const cut = (word: Word): Word => ({ ...word, message: word.message.slice(0, longestMessage) });
  const first = withCondition<Condition<ScanConditionType>>(
    before.conditions ?? [],
    { type: 'ScanCompleted', ...cut(scanned) },
    at,
  );
  return withCondition<Condition<ScanConditionType>>(first, { type: 'Succeeded', ...cut(succeeded) }, at);
}

/** Not started yet. Source: spec/scan-2.md §17, question 1. */
export function waitingStatus(
  before: ScanStatus,
  reason: WaitingReason,
  message: string,
  generation: number,
  now: number,
): ScanStatus {
  const word: Word = { status: 'Unknown', reason, message };
  return {
    ...before,
    observedGeneration: generation,
    conditions: withBoth(before, word, word, now),
    queuedAt: before.queuedAt ?? time(now),
  };
}

export function runningStatus(
  before: ScanStatus,
  run: NonNullable<ScanStatus['run']>,
  generation: number,
  now: number,
): ScanStatus {
  const word: Word = { status: 'Unknown', reason: 'Running', message: `${run.name ?? 'the run'} is running` };
  return {
    ...before,
    observedGeneration: generation,
    conditions: withBoth(before, word, word, now),
    startedAt: before.startedAt ?? time(now),
    run,
  };
}

export interface Published {
  readonly scanResult: string;
  readonly scannedImage: string;
  /** Report files in the bundle; unknown when the publisher did not say. */
  readonly reportCount?: number;
  /** Files that are no valid report, beside those that are. */
  readonly ignoredCount: number;
}

export function succeededStatus(
  before: ScanStatus,
  run: NonNullable<ScanStatus['run']>,
  published: Published,
  generation: number,
  now: number,
): ScanStatus {
  const { scanResult, scannedImage, reportCount } = published;
  const done: Word = { status: 'True', reason: 'Succeeded', message: 'the scanner ended well' };
  return {
    ...before,
    observedGeneration: generation,
    conditions: withBoth(before, done, { ...done, message: publishedText(published) }, now),
    scanResult,
    scannedImage,
    ...(reportCount === undefined ? {} : { reportCount }),
    startedAt: before.startedAt ?? time(now),
    finishedAt: time(now),
    run,
  };
}

/** What was published, as a sentence. */
export function publishedText({ scanResult, reportCount, ignoredCount }: Published): string {
  const count = reportCount === undefined ? 'results' : `${reportCount} ${reportCount === 1 ? 'report' : 'reports'}`;
  const ignored =
    ignoredCount === 0 ? '' : `; ${ignoredCount} more ${ignoredCount === 1 ? 'file is' : 'files are'} no valid report`;
  return `published ${count} at ${scanResult}${ignored}`;
}

/**
 * Terminal. `ScanCompleted` says whether the scanner did its part, with the documented reasons; `Succeeded` names the cause.
 * Source: spec/scan-2.md §2.4, §3 (example) and issue 4.
 */
export function failedStatus(
  before: ScanStatus,
  run: ScanStatus['run'],
  failure: Failure,
  generation: number,
  now: number,
): ScanStatus {
  const message = failureText(failure);
  const scanned: Word = failure.scanned
    ? { status: 'True', reason: 'Succeeded', message: 'the scanner ended well' }
    : { status: 'False', reason: 'Failed', message };
  return {
    ...before,
    observedGeneration: generation,
    conditions: withBoth(before, scanned, { status: 'False', reason: failure.reason, message }, now),
    finishedAt: time(now),
    ...(run === undefined ? {} : { run }),
  };
}

/** Whether the scan has ended, well or not: nothing is run for it any more. */
export function isTerminal({ conditions = [] }: ScanStatus): boolean {
  return conditions.some(({ type, status }) => type === 'Succeeded' && status !== 'Unknown');
}

export const hasSucceeded = ({ conditions = [] }: ScanStatus): boolean =>
  conditions.some(({ type, status }) => type === 'Succeeded' && status === 'True');

/** As the API writes times: whole seconds. */
const time = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
