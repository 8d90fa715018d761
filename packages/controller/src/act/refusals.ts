import { isKubeError, type KubeError } from '@assay/kube';
import type { Failure, Refusal, ScanFailureReason } from '@assay/pipeline';

/** Why a run was not made, before it is known how long that has gone on. */
export interface Refused {
  readonly failure: Failure;
  /** Milliseconds until it is tried again; undefined: never. */
  readonly againInMs?: number;
  /** The answer was lost: the run may have been made after all. */
  readonly isUnknown?: boolean;
}

export class RunRefused extends Error {
  readonly refused: Refused;

  constructor(refused: Refused) {
    super(refused.failure.reason);
    this.refused = refused;
  }
}

export function refuse(reason: ScanFailureReason, detail: string, later: Omit<Refused, 'failure'> = {}): RunRefused {
  return new RunRefused({ failure: { reason, detail, scanned: false }, ...later });
}

/** What the API server's answer to a create means for the scan. */
export function refusalOf(error: KubeError): Refused {
  const { status, detail } = error;
  const failure = (reason: ScanFailureReason): Failure => ({ reason, detail: detail.slice(0, 400), scanned: false });
  if (/failed calling webhook|failed to call webhook/i.test(detail))
    return { failure: failure('TektonWebhookDown'), againInMs: 5_000 };
  if (/being terminated/i.test(detail) || (status === 404 && !isKubeError(error, 'KindMissing')))
    return { failure: failure('NamespaceTerminating') };
  // A quota has room again when others end.
  if (status === 403 && /exceeded quota/i.test(detail)) return { failure: failure('RunRefused'), againInMs: 10_000 };
  if (error.retryable || status === 409) {
    const isUnknown = status === 0 || status >= 500;
    return { failure: failure('ApiUnavailable'), againInMs: error.retryAfter ?? 1_000, isUnknown };
  }
  return { failure: failure('RunRefused') };
}

/** Counts from the first refusal; a new reason begins anew. */
export function nextRefusal(before: Refusal | undefined, refused: Refused, now: number): Refusal {
  const since = before?.failure.reason === refused.failure.reason ? before.since : now;
  const { failure, againInMs } = refused;
  return againInMs === undefined ? { failure, since } : { failure, since, again: now + againInMs };
}
