import type { Rating } from '@assay/contract';
import { describe, expect, it } from 'vitest';
import { chooseSeverity as choose, type RatingOf } from './choose-severity.ts';

const chooseSeverity = (
  matched: readonly RatingOf[],
  others: readonly RatingOf[],
  distribution: string | undefined,
  bulletins: readonly RatingOf[] = [],
) => choose({ matched, others, bulletins }, distribution);

const of = (
  record: string,
  source: string,
  method: Rating['method'],
  severity: Rating['severity'],
  score?: number,
) => ({
  record,
  rating: { source, method, severity, ...(score !== undefined && { score }) },
});

describe('the winning severity', () => {
  it('is the distribution’s own for its package, although others think worse', () => {
    const matched = [
      of('UBUNTU-CVE-1', 'nvd', 'CVSSv31', 'critical', 9.8),
      of('UBUNTU-CVE-1', 'ubuntu', 'vendor', 'low'),
    ];
    expect(chooseSeverity(matched, [], 'ubuntu')).toEqual({
      severity: 'low',
      severitySource: 'ubuntu: its word, by the distribution (UBUNTU-CVE-1)',
    });
  });

  it('is a word before a vector, and a newer vector before an older', () => {
    const word = of('GHSA-1', 'ghsa', 'vendor', 'medium');
    const v4 = of('GHSA-1', 'ghsa', 'CVSSv4', 'high', 8.7);
    const v3 = of('GHSA-1', 'ghsa', 'CVSSv31', 'critical', 9.8);
    expect(chooseSeverity([v3, v4, word], [], undefined).severity).toBe('medium');
    expect(chooseSeverity([v3, v4], [], undefined).severity).toBe('high');
  });

  it('is the worse of two that are as good', () => {
    const matched = [of('A', 'a', 'CVSSv31', 'medium', 5), of('B', 'b', 'CVSSv31', 'high', 7.5)];
    expect(chooseSeverity(matched, [], undefined)).toMatchObject({
      severity: 'high',
      severitySource: 'b: CVSSv31, by the matched record (B)',
    });
  });

  it('is another record’s where the matched ones say nothing', () => {
    const others = [of('CVE-1', 'nvd', 'CVSSv31', 'high', 8.1)];
    expect(chooseSeverity([], others, 'debian')).toEqual({
      severity: 'high',
      severitySource: 'nvd: CVSSv31, by another record (CVE-1)',
    });
  });

  it('is a bulletin’s, which rates the worst of several, only where nothing is said of this one', () => {
    const bulletin = [of('RHSA-1', 'redhat', 'CVSSv31', 'critical', 9.8)];
    expect(chooseSeverity([], [of('CVE-1', 'nvd', 'CVSSv31', 'low', 3)], 'redhat', bulletin).severity).toBe('low');
    expect(chooseSeverity([], [], 'redhat', bulletin)).toMatchObject({
      severity: 'critical',
      severitySource: 'redhat: CVSSv31, by a bulletin (RHSA-1)',
    });
  });

  it('is unknown where nobody says anything, not harmless', () => {
    expect(chooseSeverity([of('A', 'a', 'vendor', 'unknown')], [], undefined)).toEqual({
      severity: 'unknown',
      severitySource: '',
    });
  });
});
