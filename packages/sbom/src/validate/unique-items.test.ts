import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areUnique } from './unique-items.ts';

/** JSON Schema's own words: members in any order, -0 equals 0. */
function allPairs(items: readonly unknown[]): boolean {
  const plain = items.map((item) => JSON.parse(JSON.stringify(item)) as unknown);
  return plain.every((a, i) => plain.every((b, j) => i >= j || !isDeepStrictEqual(a, b)));
}

describe('items that must be unique', () => {
  it('are judged as by comparing all pairs', () => {
    const small = fc.letrec((tie) => ({
      value: fc.oneof(
        fc.constantFrom(0, -0, 1, '1', '', null, true, false, 'a'),
        fc.array(tie('value'), { maxLength: 2 }),
        fc.dictionary(fc.constantFrom('a', 'b'), tie('value'), { maxKeys: 2 }),
      ),
    })).value;
    fc.assert(
      fc.property(fc.array(small, { maxLength: 5 }), (items) => {
        expect(areUnique(items)).toBe(allPairs(items));
      }),
      { numRuns: 2000 },
    );
  });

  it('are judged in linear time', () => {
    const items = Array.from({ length: 50_000 }, (_, index) => ({ name: `n${index}`, tags: [index] }));
    const begin = performance.now();
    expect(areUnique(items)).toBe(true);
    expect(areUnique([...items, { tags: [7], name: 'n7' }])).toBe(false);
    expect(performance.now() - begin).toBeLessThan(2000);
  });
});
