import { describe, expect, it } from 'vitest';
import { prepareVersion, type VersionOrder } from '../versions/compare.ts';
import { findAffecting, sortEvents } from './ranges.ts';

function ask(
  version: string,
  ranges: readonly (readonly string[])[],
  versions: readonly string[] = [],
  order: VersionOrder = 'semver',
) {
  return findAffecting(
    prepareVersion(order, version),
    ranges.map((range) => sortEvents(order, range)),
    versions,
  );
}

function kinds(versions: readonly string[], ranges: readonly (readonly string[])[]): string {
  return versions.map((version) => (ask(version, ranges).kind === 'affected' ? '+' : '-')).join('');
}

// The expected answers follow the pseudo code of the OSV schema, "Evaluation": IncludedInRanges, IncludedInVersions, BeforeLimits.
describe('the OSV evaluation of ranges', () => {
  it('starts with the introduction and ends before the fix', () => {
    expect(kinds(['0.9.0', '1.0.0', '1.9.9', '2.0.0', '3.0.0'], [['i1.0.0', 'f2.0.0']])).toBe('-++--');
  });

  it('ends with, not before, the last affected version', () => {
    expect(kinds(['1.0.0', '2.0.0', '2.0.1'], [['i0', 'l2.0.0']])).toBe('++-');
  });

  it('takes 0 for the beginning, pre-releases of 0.0.0 included', () => {
    expect(kinds(['0.0.0-alpha', '0.0.1'], [['i0', 'f0.0.2']])).toBe('++');
  });

  it('goes on for ever without a fix', () => {
    expect(ask('99.0.0', [['i1.0.0']])).toEqual({ kind: 'affected', range: '>= 1.0.0', end: 'open', fixes: [] });
  });

  it('sorts events before it looks at them', () => {
    expect(kinds(['1.5.0', '2.5.0', '3.5.0', '4.5.0'], [['f4.0.0', 'i3.0.0', 'f2.0.0', 'i1.0.0']])).toBe('+-+-');
  });

  it('lets a fix be followed by a new introduction of the same version', () => {
    expect(ask('4.11.0', [['i4.10.0', 'f4.11.0', 'i4.11.0', 'f4.11.5']])).toMatchObject({
      kind: 'affected',
      range: '>= 4.11.0, < 4.11.5',
    });
  });

  it('is affected when one of several ranges says so', () => {
    expect(
      kinds(
        ['1.1.0', '2.1.0', '3.1.0'],
        [
          ['i1.0.0', 'f1.2.0'],
          ['i3.0.0', 'f3.2.0'],
        ],
      ),
    ).toBe('+-+');
  });

  it('counts only versions before a limit, of several the highest', () => {
    expect(kinds(['1.0.0', '1.5.0', '2.5.0'], [['i0', 'm1.2.0', 'm2.0.0']])).toBe('++-');
    expect(kinds(['9.0.0'], [['i0', 'm*']])).toBe('+');
  });

  it('is affected when the version is listed, whatever the ranges say', () => {
    expect(ask('5.0.0', [['i0', 'f1.0.0']], ['5.0.0'])).toMatchObject({ kind: 'affected', range: '= 5.0.0' });
    expect(ask('1.0', [], ['1.0.0'], 'pep440')).toMatchObject({ kind: 'affected' });
    expect(ask('5.0.1', [], ['5.0.0'])).toEqual({ kind: 'unaffected' });
  });

  it('knows nothing without ranges and versions', () => {
    expect(ask('1.0.0', [])).toEqual({ kind: 'unaffected' });
  });
});

describe('what a range tells of the remedy', () => {
  it('names every fix above the version, the least first', () => {
    expect(
      ask('1.1.0', [
        ['i2.0.0', 'f2.4.0'],
        ['i1.0.0', 'f1.2.0'],
        ['i0', 'f1.0.5'],
      ]),
    ).toMatchObject({ fixes: ['1.2.0', '2.4.0'] });
  });

  it('names the part of the range that holds the version', () => {
    expect(ask('2.1.0', [['i0', 'f1.0.0', 'i2.0.0', 'f3.0.0']])).toMatchObject({
      range: '>= 2.0.0, < 3.0.0',
      end: 'fixed',
    });
    expect(ask('0.1.0', [['i0', 'l1.0.0']])).toMatchObject({ range: '<= 1.0.0', end: 'last-affected', fixes: [] });
  });
});

describe('what cannot be read', () => {
  it('is undecided for a version that the order cannot read', () => {
    expect(ask('(devel)', [['i1.0.0', 'f2.0.0']]).kind).toBe('unreadable');
    expect(ask('', [['i0', 'f2.0.0']], [], 'pep440').kind).toBe('unreadable');
  });

  it('is affected all the same where no version could be unaffected', () => {
    expect(ask('(devel)', [['i0']])).toMatchObject({ kind: 'affected', range: '>= 0' });
  });

  it('is affected where the very text is listed', () => {
    expect(ask('weird!', [['i1.0.0', 'f2.0.0']], ['weird!'])).toMatchObject({ kind: 'affected', range: '= weird!' });
  });

  it('leaves out a range with an unreadable event, not its siblings', () => {
    expect(ask('1.5.0', [['i???'], ['i1.0.0', 'f2.0.0']]).kind).toBe('affected');
    expect(ask('1.5.0', [['i???']]).kind).toBe('unreadable');
    expect(ask('1.5.0', [['i0', 'f1.0.0', 'i2.0.0', 'f???']]).kind).toBe('unreadable');
  });
});
