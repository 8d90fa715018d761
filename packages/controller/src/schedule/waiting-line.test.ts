import { admitNext, type Urgency } from '@assay/pipeline';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { WaitingLine } from './waiting-line.ts';

const scan = fc.record({
  namespace: fc.constantFrom('a', 'b', 'c'),
  urgency: fc.constantFrom<Urgency>('interactive', 'recurring', 'bulk'),
  createdAt: fc.integer({ min: 0, max: 20 }),
  isRemoved: fc.boolean(),
});

it('serves everybody once, each namespace in the order of creation', async () => {
  await fc.assert(
    fc.property(fc.array(scan, { maxLength: 40 }), (all) => {
      const line = new WaitingLine();
      const named = all.map((one, at) => ({ ...one, key: `${one.namespace}/${String(at).padStart(3, '0')}` }));
      for (const one of named) line.add(one);
      for (const one of named) if (one.isRemoved) line.remove(one.key);
      const served: typeof named = [];
      for (
        let next = admitNext(
          line.heads(() => 0),
          0,
          0,
        );
        next !== undefined;
        next = admitNext(
          line.heads(() => 0),
          0,
          0,
        )
      ) {
        line.remove(next.key);
        served.push(...named.filter(({ key }) => key === next?.key));
      }
      expect(served.map(({ key }) => key).toSorted()).toEqual(
        named
          .filter((one) => !one.isRemoved)
          .map(({ key }) => key)
          .toSorted(),
      );
      for (const [at, one] of served.entries()) {
        const later = served
          .slice(at + 1)
          .filter(({ namespace, urgency }) => namespace === one.namespace && urgency === one.urgency);
        expect(later.every(({ createdAt }) => createdAt >= one.createdAt)).toBe(true);
      }
      expect(line.size).toBe(0);
    }),
  );
});
