import { describe, expect, it } from 'vitest';
import { tagValueLines } from './tag-value-lines.ts';

const read = (text: string) => [...tagValueLines(text)];

describe('lines of a tag-value document', () => {
  it('may end in any of three ways, with a byte order mark before them', () => {
    const wanted = [
      { tag: 'A', value: '1', line: 1 },
      { tag: 'B', value: '2', line: 3 },
    ];
    for (const end of ['\n', '\r\n', '\r']) expect(read(`\ufeffA: 1${end}${end}B: 2${end}`)).toEqual(wanted);
  });

  it('are left out when they are comments or empty', () => {
    expect(read('# A: 1\n   \n  # x\nB: # not a comment')).toEqual([{ tag: 'B', value: '# not a comment', line: 4 }]);
  });

  // Source: SPDX 2.3 §4.4: a multiple-line value is delimited by <text> … </text>.
  it('may hold a text of several lines, tags and comments in it included', () => {
    expect(read('A: <text>one\r\n# two\r\nB: 3</text>\r\nC: 4')).toEqual([
      { tag: 'A', value: 'one\n# two\nB: 3', line: 1 },
      { tag: 'C', value: '4', line: 4 },
    ]);
    expect(read('A: <text></text>')).toEqual([{ tag: 'A', value: '', line: 1 }]);
  });

  it('are told by their number when they are no tags', () => {
    expect(read('A: 1\nthis is prose\nB: 2')[1]).toEqual({
      line: 2,
      why: 'the line is neither a tag with a value nor a comment',
    });
  });

  it('end with the text that does not end', () => {
    expect(read('A: 1\nB: <text>never\nC: 2')).toEqual([
      { tag: 'A', value: '1', line: 1 },
      { line: 2, why: 'the text that starts here does not end with </text>' },
    ]);
  });

  it('keep the colons of their values', () => {
    expect(read('Created: 2026-11-25T10:00:00Z')[0]).toMatchObject({ value: '2026-11-25T10:00:00Z' });
  });
});
