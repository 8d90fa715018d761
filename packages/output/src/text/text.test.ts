import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutText, firstSentence, padText, widthOf } from './fit-text.ts';
import { plainLines, plainText } from './plain-text.ts';

describe('text from outside', () => {
  const cases: readonly (readonly [what: string, text: string, shown: string])[] = [
    ['plain text', 'log4j-core', 'log4j-core'],
    ['accents and other scripts', 'größe 日本語', 'größe 日本語'],
    ['a colour sequence', '\u001b[31mred', '\\u{1b}[31mred'],
    ['a title sequence', '\u001b]0;owned\u0007', '\\u{1b}]0;owned\\u{7}'],
    ['a C1 control', 'a\u009bb', 'a\\u{9b}b'],
    ['NUL and DEL', 'a\u0000\u007f', 'a\\u{0}\\u{7f}'],
    ['line ends', 'a\r\nb\tc', 'a b c'],
    ['line separators', 'a\u2028b', 'a b'],
    ['text turned around', 'a\u202egnp.exe', 'a\\u{202e}gnp.exe'],
    ['isolates', '\u2066a\u2069', '\\u{2066}a\\u{2069}'],
    ['characters that are not seen', 'a\u200bb\ufeff', 'a\\u{200b}b\\u{feff}'],
    ['tag characters', 'a\u{e0041}', 'a\\u{e0041}'],
    ['a lone surrogate', 'a\ud800b', 'a\\u{d800}b'],
  ];
  for (const [what, text, shown] of cases) it(`is shown safely: ${what}`, () => expect(plainText(text)).toBe(shown));

  it('keeps its lines where lines are wanted', () => expect(plainLines('a\r\nb\u001bc')).toBe('a\nb\\u{1b}c'));

  it('never keeps a control character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(plainText(text)).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
      }),
    );
  });
});

describe('text cut to a width', () => {
  const cases: readonly (readonly [text: string, width: number, want: string])[] = [
    ['abc', 3, 'abc'],
    ['abcd', 3, 'ab…'],
    ['ab cd', 4, 'ab…'],
    ['日本語', 6, '日本語'],
    // Two columns each, and one for the ellipsis: UAX 11.
    ['日本語', 5, '日本…'],
    ['日本語', 4, '日…'],
    ['abc', 0, ''],
    ['e\u0301e\u0301e\u0301', 2, 'e\u0301…'],
  ];
  for (const [text, width, want] of cases)
    it(`${text} in ${width} is ${want}`, () => expect(cutText(text, width)).toBe(want));

  it('is never wider than asked', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(40), (text, width) => {
        expect(widthOf(cutText(plainText(text), width))).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('is filled up by columns', () => expect(padText('日', 4)).toBe('日  '));
});

describe('a first sentence', () => {
  it('ends before the next', () =>
    expect(firstSentence('Bad thing in 1.2.3 of x.\n More here.')).toBe('Bad thing in 1.2.3 of x.'));
  it('is the whole where there is one', () => expect(firstSentence('no end')).toBe('no end'));
});
