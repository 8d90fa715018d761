/** How bad a finding is, worst first. `unknown` is not `none`: nobody has said. */
export const severities = ['critical', 'high', 'medium', 'low', 'negligible', 'none', 'unknown'] as const;
export type Severity = (typeof severities)[number];

/** How a rating was made. `other` covers methods we carry through without judging. */
export type RatingMethod = 'CVSSv2' | 'CVSSv3' | 'CVSSv31' | 'CVSSv4' | 'OWASP' | 'SSVC' | 'vendor' | 'other';

/** One opinion on how bad a vulnerability is, with whose it is. Every opinion is kept. */
export interface Rating {
  /** Who says so: a database or vendor name such as `nvd`, `ghsa`, `debian`, `osv:PyPI`. */
  readonly source: string;
  readonly method: RatingMethod;
  readonly severity: Severity;
  /** 0.0–10.0 for CVSS. */
  readonly score?: number;
  /** The vector as its source wrote it. */
  readonly vector?: string;
}

/** The words producers use, lower-cased, and what they mean here. Source: research/anchors-stores.md e.1 trap 9. */
const words: Readonly<Record<string, Severity>> = {
  critical: 'critical',
  high: 'high',
  important: 'high',
  medium: 'medium',
  moderate: 'medium',
  low: 'low',
  minor: 'low',
  negligible: 'negligible',
  unimportant: 'negligible',
  info: 'none',
  informational: 'none',
  none: 'none',
  unknown: 'unknown',
  unassigned: 'unknown',
  untriaged: 'unknown',
};

/** Reads a producer's word for severity, in any case. `undefined` when it is no such word. */
export function findSeverity(word: string): Severity | undefined {
  const key = word.trim().toLowerCase();
  return Object.hasOwn(words, key) ? words[key] : undefined;
}

/** Sort order: negative when `a` is worse than `b`. */
export function compareSeverity(a: Severity, b: Severity): number {
  return severities.indexOf(a) - severities.indexOf(b);
}

/** Whether `severity` reaches `threshold`. Unknown reaches no threshold: callers must count it and say so. */
export function reaches(severity: Severity, threshold: Severity): boolean {
  return severity !== 'unknown' && compareSeverity(severity, threshold) <= 0;
}
