import type { Engine } from '../plan/run-object.ts';
import type { RunFacts } from '../status/run-facts.ts';
import type { Seen } from './seen.ts';

/** The attempt that counts, and the run made for it, if any. */
export interface CurrentAttempt {
  /** 1 for the first. */
  readonly number: number;
  readonly run?: RunFacts;
  /** Set where an earlier attempt has shown that only this engine will do. */
  readonly engine?: Engine;
  readonly notBefore: number;
  /** Whether answers of other scans may be taken. */
  readonly shares: boolean;
}

/**
 * The attempt written into the status counts, unless a run of a later one exists: the writing was then lost. A run of an earlier attempt is history.
 */
export function currentAttempt({ scan, run }: Seen): CurrentAttempt {
  const written = scan.status.run ?? {};
  const number = Math.max(written.attempt ?? 1, run?.attempt ?? 1);
  const isWritten = number === (written.attempt ?? 1);
  const isCurrent = run !== undefined && run.attempt === number && run.scanUid === scan.uid;
  return {
    number,
    ...(isCurrent ? { run } : {}),
    ...(isWritten && written.engine !== undefined && written.name === undefined ? { engine: written.engine } : {}),
    notBefore: isWritten && written.notBefore !== undefined ? Date.parse(written.notBefore) : 0,
    shares: !isWritten || written.shares !== false,
  };
}
