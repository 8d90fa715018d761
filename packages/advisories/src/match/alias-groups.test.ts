import { describe, expect, it } from 'vitest';
import { groupByIds, representative } from './alias-groups.ts';

describe('groups of records that speak of the same vulnerability', () => {
  it('are joined by a shared id', () => {
    expect(
      groupByIds([
        ['PYSEC-1', 'CVE-1'],
        ['GHSA-a', 'CVE-1'],
        ['GHSA-b', 'CVE-2'],
      ]),
    ).toEqual([0, 0, 1]);
  });

  it('are joined through others, in whichever order they come', () => {
    expect(
      groupByIds([
        ['A', 'x'],
        ['B', 'y'],
        ['C', 'x', 'y'],
      ]),
    ).toEqual([0, 0, 0]);
    expect(
      groupByIds([
        ['A', 'x'],
        ['B', 'y'],
        ['C', 'z'],
        ['D', 'y', 'z'],
        ['E', 'x', 'w'],
      ]),
    ).toEqual([0, 1, 1, 1, 0]);
  });

  it('stop growing before one wrong alias makes everything one', () => {
    const records = Array.from({ length: 500 }, (_, i) => [`R-${i}`, `CVE-2020-${i}`, `CVE-2020-${i + 1}`]);
    const numbers = groupByIds(records);
    const sizes = new Map<number, number>();
    for (const number of numbers) sizes.set(number, (sizes.get(number) ?? 0) + 1);
    expect(Math.max(...sizes.values())).toBeLessThanOrEqual(60);
    expect(sizes.size).toBeGreaterThan(5);
  });
});

describe('the id that stands for a group', () => {
  it('is a CVE, the oldest by year and number', () => {
    expect(representative(['GHSA-a', 'CVE-2021-10000', 'CVE-2021-9999', 'PYSEC-1'], ['PYSEC-1'])).toBe('CVE-2021-9999');
  });

  it('is a GHSA where there is no CVE, and the record’s own id where there is neither', () => {
    expect(representative(['RUSTSEC-1', 'GHSA-b', 'GHSA-a'], ['RUSTSEC-1'])).toBe('GHSA-a');
    expect(representative(['RUSTSEC-2', 'X-1'], ['RUSTSEC-2'])).toBe('RUSTSEC-2');
  });
});
