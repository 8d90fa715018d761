import { AssayError, type ProblemCode } from '@assay/contract';

/** One complaint of the API server about a field. Source: Kubernetes API, meta/v1 StatusCause. */
export interface FieldCause {
  readonly field: string;
  readonly message: string;
  readonly reason: string;
}

export interface KubeErrorFacts {
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** The server's word (`AlreadyExists`, `Conflict`, `Expired`); ours without an answer: `Unreachable`, `Timeout`, `Reset`, `Tls`, `Inactive`. */
  readonly reason: string;
  /** Whether the same call may go through later. */
  readonly retryable: boolean;
  /** Milliseconds the server asked to wait. */
  readonly retryAfter?: number | undefined;
  readonly causes?: readonly FieldCause[];
}

/** A call to an API server that failed: for people a code of the catalogue, for programs status and reason. */
export class KubeError extends AssayError implements KubeErrorFacts {
  readonly status: number;
  readonly reason: string;
  readonly retryable: boolean;
  readonly retryAfter: number | undefined;
  readonly causes: readonly FieldCause[];

  constructor(code: ProblemCode, detail: string, facts: KubeErrorFacts, cause?: unknown) {
    super(code, detail, cause === undefined ? undefined : { cause });
    this.status = facts.status;
    this.reason = facts.reason;
    this.retryable = facts.retryable;
    this.retryAfter = facts.retryAfter;
    this.causes = facts.causes ?? [];
  }
}

/** Whether it is a KubeError of this HTTP status, or of this reason. */
export function isKubeError(error: unknown, is?: number | string): error is KubeError {
  if (!(error instanceof KubeError)) return false;
  return is === undefined || (typeof is === 'number' ? error.status === is : error.reason === is);
}
