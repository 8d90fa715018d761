import { describe, expect, it } from 'vitest';
import { parseOutput, parseOutputs } from './output-spec.ts';

describe('-o', () => {
  const cases: readonly (readonly [value: string, spec: object])[] = [
    ['table', { format: 'table' }],
    ['JSON', { format: 'json' }],
    ['cyclonedx-json@1.5', { format: 'cyclonedx-json', version: '1.5' }],
    ['cyclonedx-xml@v1.4=a.xml', { format: 'cyclonedx-xml', version: '1.4', file: 'a.xml' }],
    ['sarif=out/x=y@1.sarif', { format: 'sarif', file: 'out/x=y@1.sarif' }],
    ['json=-', { format: 'json' }],
    ['cyclonedx', { format: 'cyclonedx-json' }],
    ['spdx', { format: 'spdx-json' }],
  ];
  for (const [value, spec] of cases) it(`reads ${value}`, () => expect(parseOutput(value)).toEqual(spec));

  const bad: readonly (readonly [value: string, words: RegExp])[] = [
    ['yaml', /"yaml" is not an output format/],
    ['', /not an output format/],
    ['=x', /not an output format/],
    ['json=', /names no file/],
    ['json@2', /there is only one/],
    ['cyclonedx-json@1.3', /versions: 1\.4, 1\.5, 1\.6, 1\.7/],
    ['spdx-json@2.1', /versions: 2\.2, 2\.3/],
    ['__proto__', /not an output format/],
  ];
  for (const [value, words] of bad) {
    it(`refuses ${JSON.stringify(value)}`, () => {
      expect(() => parseOutput(value)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
      expect(() => parseOutput(value)).toThrow(words);
    });
  }

  it('takes several, each to its own place', () => {
    expect(parseOutputs(['table', 'json=a', 'csv=b'])).toHaveLength(3);
    expect(() => parseOutputs(['table', 'json'])).toThrow(/standard output/);
    expect(() => parseOutputs(['csv=a', 'json=a'])).toThrow(/"a"/);
  });
});
