import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findCvss } from './score.ts';

/** Published scores. Version 2: the guide's section 3.3; 3.0 and 3.1: FIRST's "Examples" documents; 4.0: FIRST's examples and user guide. */
const published: readonly (readonly [what: string, vector: string, score: number, severity: string])[] = [
  ['CVE-2002-0392 (v2 guide 3.3.1)', 'AV:N/AC:L/Au:N/C:N/I:N/A:C', 7.8, 'high'],
  ['CVE-2003-0818 (v2 guide 3.3.2)', 'AV:N/AC:L/Au:N/C:C/I:C/A:C', 10, 'high'],
  ['CVE-2003-0062 (v2 guide 3.3.3)', 'AV:L/AC:H/Au:N/C:C/I:C/A:C', 6.2, 'medium'],
  ['version 2 without impact', 'AV:N/AC:L/Au:N/C:N/I:N/A:N', 0, 'none'],
  ['Heartbleed in version 2', 'AV:N/AC:L/Au:N/C:P/I:N/A:N', 5, 'medium'],
  ['version 2 in brackets', '(AV:N/AC:L/Au:N/C:P/I:P/A:P)', 7.5, 'high'],
  [
    'version 2 with temporal and environmental metrics',
    'AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:H',
    7.8,
    'high',
  ],
  ['CVE-2013-1937 (v3.0 examples 1)', 'CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N', 6.1, 'medium'],
  ['CVE-2013-0375 (v3.0 examples 2)', 'CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N', 6.4, 'medium'],
  ['CVE-2014-3566 (v3.1 examples 3)', 'CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N', 3.1, 'low'],
  ['CVE-2012-1516 (v3.1 examples 4)', 'CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H', 9.9, 'critical'],
  ['CVE-2009-0783 (v3.1 examples 5)', 'CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L', 4.2, 'medium'],
  ['CVE-2012-0384 (v3.1 examples 6)', 'CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H', 8.8, 'high'],
  ['CVE-2015-1098 (v3.1 examples 7)', 'CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H', 7.8, 'high'],
  ['Heartbleed (v3.1 examples 8)', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N', 7.5, 'high'],
  ['Shellshock (v3.1 examples 9)', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 9.8, 'critical'],
  ['CVE-2008-1447 (v3.1 examples 10)', 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:N/I:H/A:N', 6.8, 'medium'],
  ['Log4Shell', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H', 10, 'critical'],
  ['version 3.1 without impact', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N', 0, 'none'],
  ['its metrics in another order', 'CVSS:3.1/A:H/I:N/C:N/S:U/UI:N/PR:N/AC:L/AV:N', 7.5, 'high'],
  [
    'its temporal and environmental metrics do not change the base score',
    'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O/RC:U/MAV:P/CR:L',
    9.8,
    'critical',
  ],
  ['CVE-2022-41741 (v4.0 examples)', 'CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 7.3, 'high'],
  ['CVE-2020-3549 (v4.0 examples)', 'CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 7.7, 'high'],
  ['CVE-2023-3089 (v4.0 examples)', 'CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N', 8.3, 'high'],
  ['CVE-2021-44714 (v4.0 examples)', 'CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N', 4.6, 'medium'],
  ['CVE-2022-21830 (v4.0 examples)', 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N', 5.1, 'medium'],
  ['CVE-2022-22186 (v4.0 examples)', 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:L/VA:N/SC:N/SI:N/SA:N', 6.9, 'medium'],
  ['CVE-2021-44228 (v4.0 examples)', 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H', 10, 'critical'],
  [
    'Heartbleed with a threat metric (v4.0 examples)',
    'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N/E:A',
    8.7,
    'high',
  ],
  ['version 4 without impact', 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N', 0, 'none'],
  [
    'version 4, supplemental metrics',
    'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/S:P/AU:Y/R:I/V:C/RE:H/U:Red',
    10,
    'critical',
  ],
];

describe('a CVSS vector is scored as FIRST scores it', () => {
  for (const [what, vector, score, severity] of published) {
    it(what, () => expect(findCvss(vector)).toMatchObject({ score, severity, vector }));
  }

  it('is called by its version', () => {
    expect(findCvss('AV:N/AC:L/Au:N/C:P/I:P/A:P')?.method).toBe('CVSSv2');
    expect(findCvss('CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N')?.method).toBe('CVSSv3');
    expect(findCvss('CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N')?.method).toBe('CVSSv31');
    expect(findCvss('CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H')?.method).toBe('CVSSv4');
  });

  it('falls in version 4 when nobody has reported an attack', () => {
    const base = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N';
    const score = (extra: string) => findCvss(base + extra)?.score ?? Number.NaN;
    expect(score('/E:X')).toBe(score(''));
    expect(score('/E:P')).toBeLessThan(score('/E:A'));
    expect(score('/E:U')).toBeLessThan(score('/E:P'));
  });
});

describe('what is no vector has no score', () => {
  it.each([
    ['nothing', ''],
    ['a word', 'high'],
    ['a number', '7.5'],
    ['a version nobody has', 'CVSS:5.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'],
    ['a metric given twice', 'CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'],
    ['a mandatory metric missing', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H'],
    ['an unknown metric', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/ZZ:X'],
    ['an unknown value', 'CVSS:3.1/AV:Q/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'],
    ['an optional metric of another version', 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/RL:O'],
    ['safety as a base value', 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:S/SA:N'],
    ['lower case', 'cvss:3.1/av:n/ac:l/pr:n/ui:n/s:u/c:h/i:h/a:h'],
    ['a slash at the end', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/'],
    ['version 3 without its prefix', 'AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'],
    ['a name every object has', 'CVSS:3.1/constructor:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'],
    ['a very long text', `CVSS:3.1/${'AV:N/'.repeat(100_000)}`],
  ])('%s', (_what, vector) => expect(findCvss(vector)).toBeUndefined());

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void findCvss(text)));
    fc.assert(fc.property(fc.string(), (text) => void findCvss(`CVSS:4.0/${text}`)));
  });
});

describe('any well-formed vector', () => {
  const values: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    'CVSS:3.1/': { AV: 'NALP', AC: 'LH', PR: 'NLH', UI: 'NR', S: 'UC', C: 'HLN', I: 'HLN', A: 'HLN' },
    'CVSS:4.0/': {
      AV: 'NALP',
      AC: 'LH',
      AT: 'NP',
      PR: 'NLH',
      UI: 'NPA',
      VC: 'HLN',
      VI: 'HLN',
      VA: 'HLN',
      SC: 'HLN',
      SI: 'HLN',
      SA: 'HLN',
    },
  };
  for (const [prefix, metrics] of Object.entries(values)) {
    const vector = fc
      .tuple(
        ...Object.entries(metrics).map(([name, all]) => fc.constantFrom(...all).map((value) => `${name}:${value}`)),
      )
      .chain((parts) => fc.shuffledSubarray(parts, { minLength: parts.length }))
      .map((parts) => prefix + parts.join('/'));

    it(`${prefix} has a score of one decimal between 0 and 10`, () => {
      fc.assert(
        fc.property(vector, (text) => {
          const score = findCvss(text)?.score ?? Number.NaN;
          expect(score).toBeGreaterThanOrEqual(0);
          expect(score).toBeLessThanOrEqual(10);
          expect(score).toBe(Number(score.toFixed(1)));
        }),
      );
    });

    it(`${prefix} never scores more from further away`, () => {
      fc.assert(
        fc.property(vector, (text) => {
          const near = findCvss(text.replace(/\/AV:./, '/AV:N'))?.score ?? Number.NaN;
          const far = findCvss(text.replace(/\/AV:./, '/AV:P'))?.score ?? Number.NaN;
          expect(far).toBeLessThanOrEqual(near);
        }),
      );
    });
  }
});
