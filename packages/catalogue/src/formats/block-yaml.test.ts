import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { parseBlockYaml } from './block-yaml.ts';

/** Without the missing prototype, which `toEqual` does not mind but snapshots of a failure do. */
const read = (text: string): unknown => JSON.parse(JSON.stringify(parseBlockYaml(text)));

// yaml.org/spec/1.2.2, the examples of chapter 2 that lock files have a use for
describe('the YAML of package managers', () => {
  it.each([
    ['- Mark McGwire\n- Sammy Sosa\n', ['Mark McGwire', 'Sammy Sosa']], // 2.1
    ['hr:  65    # Home runs\navg: 0.278 # Batting average\n', { hr: '65', avg: '0.278' }], // 2.2
    [
      'american:\n- Boston Red Sox\n- Detroit Tigers\nnational:\n  - New York Mets\n',
      { american: ['Boston Red Sox', 'Detroit Tigers'], national: ['New York Mets'] },
    ], // 2.3
    [
      '-\n  name: Mark McGwire\n  hr:   65\n-\n  name: Sammy Sosa\n',
      [{ name: 'Mark McGwire', hr: '65' }, { name: 'Sammy Sosa' }],
    ], // 2.4
    [
      '- [name        , hr, avg  ]\n- [Mark McGwire, 65, 0.278]\n',
      [
        ['name', 'hr', 'avg'],
        ['Mark McGwire', '65', '0.278'],
      ],
    ], // 2.5
    [
      'Mark McGwire: {hr: 65, avg: 0.278}\nSammy Sosa: {\n    hr: 63,\n    avg: 0.288,\n }\n',
      { 'Mark McGwire': { hr: '65', avg: '0.278' }, 'Sammy Sosa': { hr: '63', avg: '0.288' } },
    ], // 2.6
    [
      '---\n- item    : Super Hoop\n  quantity: 1\n- item    : Basketball\n',
      [{ item: 'Super Hoop', quantity: '1' }, { item: 'Basketball' }],
    ], // 2.12
    [
      'name: Mark McGwire\nstats: |\n  65 Home Runs\n  0.278 Batting Average\nlast: x\n',
      { name: 'Mark McGwire', stats: '65 Home Runs\n0.278 Batting Average', last: 'x' },
    ], // 2.16
    [
      "unicode: \"Sosa did fine.\\u263A\"\nsingle: '\"Howdy!\" he cried.'\nquoted: ' # Not a ''comment''.'\n",
      { unicode: 'Sosa did fine.☺', single: '"Howdy!" he cried.', quoted: " # Not a 'comment'." },
    ], // 2.17
    ['plain:\n  This unquoted scalar\n  spans many lines.\n', { plain: 'This unquoted scalar spans many lines.' }], // 2.18
    ['null:\nempty: ~\nalso: null\n', { null: '', empty: '', also: '' }],
    ['a: b\r\nc:\r\n  d: e\r\n', { a: 'b', c: { d: 'e' } }],
    [
      "'@s/a@1.0.0(b@2.0.0)':\n  r: {integrity: sha512-a+b/c==}\n",
      { '@s/a@1.0.0(b@2.0.0)': { r: { integrity: 'sha512-a+b/c==' } } },
    ],
    ['? a key that is long\n: version: 1\n', { 'a key that is long': { version: '1' } }],
    ['url: https://host/a:b#c\n', { url: 'https://host/a:b#c' }],
  ])('is read: %j', (text, value) => {
    expect(read(text)).toEqual(value);
  });

  it('is read as a whole YAML reader would write it', () => {
    // Scalars come back as text, so only those that are no other type are written.
    const text = fc.string({
      unit: fc.constantFrom(...'ab-/@.:#\'"[]{},&*!|>%`~ =^+()_1'),
      minLength: 1,
      maxLength: 12,
    });
    const value = fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: 'small' }, text, tie('list'), tie('map')),
      list: fc.array(tie('value'), { minLength: 1, maxLength: 4 }),
      map: fc.dictionary(text, tie('value'), { minKeys: 1, maxKeys: 4, noNullPrototype: true }),
    }));
    fc.assert(
      fc.property(fc.oneof(value.map, value.list), (document) => {
        const written = stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });
        expect(read(written)).toEqual(document);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps keys like those of the prototype', () => {
    const map = parseBlockYaml('__proto__:\n  polluted: yes\nconstructor: 1\n');
    expect(Object.keys(map ?? {})).toEqual(['__proto__', 'constructor']);
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
    expect(read('a: {__proto__: {polluted: yes}}\n')).toEqual(JSON.parse('{"a":{"__proto__":{"polluted":"yes"}}}'));
  });

  it.each([
    'a: &x [1]\nb: *x\n',
    'a: !!js/function x\n',
    'a: "open\n',
    'a: [1\n',
    'a: b\n   c: d\n- e\n',
    'bogus\n  - a\n',
    'a: b\n---\nc: d\n',
  ])('is refused when it is something else: %j', (text) => {
    expect(() => parseBlockYaml(text)).toThrow(expect.objectContaining({ code: 'FILE_UNREADABLE' }));
  });

  it('ten thousand deep, or of one bracket a hundred thousand times, ends', () => {
    let deep = '';
    for (let i = 0; i < 3000; i++) deep += `${' '.repeat(i)}a:\n`;
    expect(() => parseBlockYaml(deep)).not.toThrow();
    const start = performance.now();
    expect(() => parseBlockYaml(`a: ${'['.repeat(100_000)}`)).toThrow();
    expect(() => parseBlockYaml(`a: ${'"x" '.repeat(100_000)}`)).not.toThrow(RangeError);
    expect(() => parseBlockYaml(`a: [\n${'"\n'.repeat(100_000)}`)).toThrow();
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
