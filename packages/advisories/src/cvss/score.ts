import type { RatingMethod, Severity } from '@assay/contract';
import { scoreV2 } from './v2.ts';
import { scoreV3 } from './v3.ts';
import { scoreV4 } from './v4.ts';

/** A CVSS vector that was understood. */
export interface CvssScore {
  readonly method: RatingMethod;
  /** 0.0–10.0, one decimal. */
  readonly score: number;
  readonly severity: Severity;
  /** The vector as it was given. */
  readonly vector: string;
}

const versions: readonly (readonly [
  prefix: string,
  method: RatingMethod,
  score: (text: string) => number | undefined,
])[] = [
  ['CVSS:3.1/', 'CVSSv31', scoreV3],
  ['CVSS:3.0/', 'CVSSv3', scoreV3],
  ['CVSS:4.0/', 'CVSSv4', scoreV4],
  ['CVSS:2.0/', 'CVSSv2', scoreV2],
];

/**
 * Reads and scores a CVSS vector of version 2 (with or without brackets or `CVSS:2.0/`), 3.0, 3.1 or 4.0, its metrics in any order.
 * Versions 2 and 3: the base score, since the other metrics are one user's situation (v3.1, section 2.3).
 * Version 4: the score of all metrics given, as it has one formula only. `undefined` for what is no vector or breaks its specification.
 */
export function findCvss(vector: string): CvssScore | undefined {
  const text = vector.trim();
  const known = versions.find(([prefix]) => text.startsWith(prefix));
  const method = known?.[1] ?? 'CVSSv2';
  const score = known === undefined ? scoreV2(withoutBrackets(text)) : known[2](text.slice(known[0].length));
  return score === undefined ? undefined : { method, score, severity: severityOf(method, score), vector };
}

function withoutBrackets(text: string): string {
  return text.startsWith('(') && text.endsWith(')') ? text.slice(1, -1) : text;
}

/** The words of the scale. Version 2 has no critical. Source: v3.1 section 5, v4.0 section 6, for version 2 the NVD's ranges. */
function severityOf(method: RatingMethod, score: number): Severity {
  if (score === 0) return 'none';
  if (score < 4) return 'low';
  if (score < 7) return 'medium';
  return score >= 9 && method !== 'CVSSv2' ? 'critical' : 'high';
}
