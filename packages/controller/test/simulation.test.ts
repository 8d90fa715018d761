import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { complaintsOf, noticesMissing, simulateApart } from './simulation/campaign.ts';
import { mutations } from './simulation/mutations.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

// A small seed; `npm run campaign -- lifecycle` runs many scans and takes out every guard.
describe('the lifecycle under faults and kills', () => {
  it('keeps every promise', { timeout: 120_000 }, async () => {
    expect(complaintsOf(await simulateApart(1, 400))).toEqual([]);
  });
  it.each([
    'a place is held until the last pod has ended',
    'a scan that has ended rests',
    'only causes outside the scan are tried again',
  ])('breaks one without the guard “%s”', { timeout: 300_000 }, async (guard) => {
    expect(await noticesMissing(guard, 1)).toBe(true);
  });
});

describe('the guards that can be taken out', () => {
  it('are many', () => expect(mutations.length).toBeGreaterThanOrEqual(12));
  it.each(mutations.flatMap(({ guard, edits }) => edits.map((edit) => [guard, edit] as const)))(
    '“%s” is in the sources once',
    (_guard, { file, find }) => {
      expect(readFileSync(join(root, file), 'utf8').split(find)).toHaveLength(2);
    },
  );
});
