import type { RunFacts } from '../status/run-facts.ts';
import { hasSucceeded, isTerminal } from '../status/scan-status.ts';
import type { ScanFacts, Sharing } from './seen.ts';

/** A scan of the same namespace with the same wish, and its newest run. */
export interface EqualScan {
  readonly scan: ScanFacts;
  readonly run?: RunFacts;
  /** It has been given a place and is being started. */
  readonly isStarting: boolean;
}

/** The data that the namespace declares for the images of the steps. */
export interface DeclaredAnswers {
  /** Wish and data in one mark. */
  readonly answers: string;
  /** The shortest time any of the data stays fresh. Milliseconds. */
  readonly freshMs: number;
}

/**
 * What equal scans offer. Only where the data is declared; a result made with other data, or that is no longer fresh, is none. A scan waits for one that
 * runs, never for one that waits itself, so no two wait for each other.
 */
export function share(declared: DeclaredAnswers | undefined, others: readonly EqualScan[], now: number): Sharing {
  if (declared === undefined) return { is: 'none' };
  const { answers, freshMs } = declared;
  for (const { scan } of others) {
    const { scanResult, finishedAt } = scan.status;
    if (!hasSucceeded(scan.status) || scan.status.run?.answers !== answers || scanResult === undefined) continue;
    if (finishedAt === undefined || scan.deleting || Date.parse(finishedAt) + freshMs <= now) continue;
    return { is: 'found', copyFrom: scanResult, of: scan.name, answers };
  }
  const awaited = others.find(
    ({ scan, run, isStarting }) =>
      !scan.deleting &&
      !isTerminal(scan.status) &&
      (isStarting || (run?.answers === answers && run.copyFrom === undefined)),
  );
  return awaited === undefined ? { is: 'none', answers } : { is: 'awaited', of: awaited.scan.name, answers };
}
