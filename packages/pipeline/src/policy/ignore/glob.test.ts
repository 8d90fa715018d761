import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitsGlob } from './glob.ts';

describe('a pattern', () => {
  const cases: readonly (readonly [pattern: string, text: string, fits: boolean])[] = [
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['1.2.*', '1.2.3', true],
    ['1.2.*', '1.20', false],
    ['*/test/*', 'usr/test/a.jar', true],
    ['a*b*c', 'aXbYbZc', true],
    ['a*b', 'ab c', false],
    ['a.c', 'abc', false],
    ['[a]', 'a', false],
    ['?', 'a', false],
  ];
  for (const [pattern, text, fits] of cases) {
    it(`${JSON.stringify(pattern)} ${fits ? 'fits' : 'does not fit'} ${JSON.stringify(text)}`, () => {
      expect(fitsGlob(pattern, text)).toBe(fits);
    });
  }

  it('agrees with a regular expression made of it', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
    fc.assert(
      fc.property(word, fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 }), (pattern, text) => {
        expect(fitsGlob(pattern, text)).toBe(new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(text));
      }),
    );
  });

  it('full of stars ends soon', () => {
    expect(fitsGlob(`${'*a'.repeat(50)}b`, 'a'.repeat(20_000))).toBe(false);
  });
});
