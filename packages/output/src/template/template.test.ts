import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aFinding, anInventory, aPlainFinding, aReport, noon } from '../a-report.ts';
import type { Value } from './filters.ts';
import { prepareTemplate } from './run-template.ts';
import { toView } from './to-view.ts';

const view: Readonly<Record<string, Value>> = {
  name: 'app',
  empty: '',
  nothing: null,
  zero: 0,
  yes: true,
  score: 0.944,
  day: '2026-11-24T06:00:00Z',
  list: ['a', 'b', 'c'],
  none: [],
  people: [
    { name: 'Ann', age: 30, tags: ['x'] },
    { name: 'Bo', age: null, tags: [] },
  ],
  deep: { er: { word: 'ok' } },
};
const fill = (source: string, values = view) => [...prepareTemplate(source, 't').fill(values)].join('');

describe('a template', () => {
  // Typed by hand from docs/guide/output.md, "Templates".
  const cases: readonly (readonly [what: string, source: string, text: string])[] = [
    ['copies text', 'plain { text } }}', 'plain { text } }}'],
    ['puts in values', 'Hello {{name}} {{ name }}!', 'Hello app app!'],
    ['reaches members', '{{deep.er.word}} {{people.1.name}}', 'ok Bo'],
    ['shows nothing for what is not known', '[{{nothing}}{{empty}}{{nothing.more}}]', '[]'],
    ['shows numbers and truths', '{{zero}} {{yes}}', '0 true'],
    ['shows a list', '{{list}}', 'a, b, c'],
    ['knows literals', '{{ "{{" }}{{ "a\\"b\\n" }}{{ 7 }}{{ true }}', '{{a"b\n7true'],
    ['passes over comments', "a{{! don't show }}b", 'ab'],
    ['goes through lists', '{{#each list}}{{@index}}{{this}}{{#if not @last}}-{{/if}}{{/each}}', '0a-1b-2c'],
    ['says first', '{{#each list}}{{#if @first}}^{{/if}}{{this}}{{/each}}', '^abc'],
    ['sees outer names', '{{#each people}}{{name}}@{{day | date}} {{/each}}', 'Ann@2026-11-24 Bo@2026-11-24 '],
    [
      'goes through inner lists',
      '{{#each people}}{{#each tags}}{{name}}:{{this}}{{else}}-{{/each}}{{/each}}',
      'Ann:x-',
    ],
    ['knows else for lists', '{{#each none}}x{{else}}no{{/each}}{{#each nothing}}x{{else}}no{{/each}}', 'nono'],
    ['decides', '{{#if name}}y{{/if}}{{#if empty}}n{{else}}e{{/if}}{{#if zero}}n{{/if}}{{#if none}}n{{/if}}', 'ye'],
    ['compares', '{{#if name == "app"}}1{{/if}}{{#if zero != 0}}n{{/if}}{{#if not name == "x"}}2{{/if}}', '12'],
    ['chooses', '{{#if zero}}a{{else if name == "app"}}b{{else}}c{{/if}}', 'b'],
    ['compares what a filter gives', '{{#if list | count == 3}}three{{/if}}', 'three'],
    ['leaves no line for a block tag on its own line', 'a\n{{#if yes}}\n  b\n{{/if}}\nc\n', 'a\n  b\nc\n'],
    [
      'leaves no line for an indented one',
      'a\r\n  {{#each list}}  \r\n{{this}}\r\n  {{/each}}\r\nb',
      'a\r\na\r\nb\r\nc\r\nb',
    ],
    ['keeps the line of a value', 'a\n{{empty}}\nb', 'a\n\nb'],
    ['keeps the line of two tags', 'a\n{{#if yes}}{{/if}}\nb', 'a\n\nb'],
    ['changes case', '{{name | upper}}{{ "AB" | lower }}', 'APPab'],
    ['escapes for HTML', '{{ "<a href=\'x\'>&\\"" | html }}', '&lt;a href=&#39;x&#39;&gt;&amp;&quot;'],
    ['escapes for CSV', '{{ "=a,\\"b" | csv }}', '"\'=a,""b"'],
    ['escapes for URLs', '{{ "a b/ü" | url }}', 'a%20b%2F%C3%BC'],
    ['escapes for Markdown', '{{ "a|*b*<c>" | markdown }}', 'a\\|\\*b\\*\\<c\\>'],
    [
      'writes JSON',
      '{{people.0 | json}}{{ "</script>" | json }}',
      '{"name":"Ann","age":30,"tags":["x"]}"\\u003c/script\\u003e"',
    ],
    ['joins', '{{list | join " + "}}', 'a + b + c'],
    ['has a word for nothing', '{{nothing | default "-"}}{{name | default "-"}}', '-app'],
    ['shortens', '{{ "abcdef" | truncate 4 }}', 'abc…'],
    ['counts, takes the first', '{{list | count}}{{list | first}}{{none | first}}', '3a'],
    ['shows percent', '{{score | percent}}', '94.4%'],
    ['chains filters', '{{list | first | upper | default "-"}}', 'A'],
  ];
  for (const [what, source, text] of cases) it(what, () => expect(fill(source)).toBe(text));

  const faults: readonly (readonly [what: string, source: string, words: RegExp])[] = [
    ['a tag without end', 'a\nb {{name', /t:2:3: the tag does not end/],
    ['a tag over two lines', '{{name\n}}', /t:1:1: the tag does not end/],
    ['a block that is not closed', 'a\n\n  {{#if yes}}x', /t:3:3: \{\{#if\}\} is not closed/],
    ['a block closed by another', '{{#if yes}}{{/each}}', /t:1:12: .*\{\{\/if\}\} is expected/],
    ['a block that was not opened', '{{/if}}', /t:1:1: .*no block is open/],
    ['an unknown block', '{{#with x}}', /"with" is no block/],
    ['else on its own', '{{else}}', /else.*belongs into a block/],
    ['two elses', '{{#if yes}}{{else}}{{else}}{{/if}}', /once/],
    ['else if in a loop', '{{#each list}}{{else if yes}}{{/each}}', /within/],
    ['an unknown name', '\n {{nmae}}', /t:2:2: there is no "nmae" here/],
    ['an unknown member', '{{deep.wrong}}', /there is no "wrong"/],
    ['a name within a text', '{{name.length}}', /there is no "length"/],
    ['an unknown filter', '{{name | shout}}', /"shout" is no filter/],
    ['a filter without its argument', '{{list | join}}', /takes a "text"/],
    ['a filter with too much', '{{name | upper "x"}}', /takes no argument/],
    ['a filter on the wrong kind', '{{name | count}}', /cannot work on this kind/],
    ['an object as text', '{{deep}}', /name one of them/],
    ['a loop over a text', '{{#each name}}{{/each}}', /wants a list/],
    ['an empty tag', '{{}}', /something is missing/],
    ['code', '{{ name.constructor("x")() }}', /is not understood|there is no/],
    ['a call', '{{ f(1) }}', /"\(1\)" is not understood/],
    ['a loop word outside of loops', '{{@index}}', /there is no "@index"/],
    ['a prototype', '{{deep.constructor}}', /there is no "constructor"/],
    ['a prototype at the root', '{{__proto__}}', /there is no "__proto__"/],
    ['deep nesting', '{{#if yes}}'.repeat(40), /nested deeper than 32/],
  ];
  for (const [what, source, words] of faults) {
    it(`refuses ${what}, with its place`, () => {
      expect(() => fill(source)).toThrow(expect.objectContaining({ code: 'TEMPLATE_INVALID' }));
      expect(() => fill(source)).toThrow(words);
    });
  }

  it('ends, however its loops multiply', () => {
    const many = { list: Array.from({ length: 1000 }, () => 1) };
    const source = `${'{{#each list}}'.repeat(4)}x${'{{/each}}'.repeat(4)}`;
    const run = () => {
      for (const _ of prepareTemplate(source, 't', { steps: 10_000, characters: 1_000_000 }).fill(many));
    };
    expect(run).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
  });

  it('is refused when it is too long', () => {
    expect(() => fill('x'.repeat(1024 * 1024 + 1))).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
    expect(() => fill('{{1}}'.repeat(20_001))).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
  });

  it('never fails with anything but a named problem', () => {
    const piece = fc.constantFrom(
      '{{',
      '}}',
      '#if ',
      '#each ',
      '/if',
      'else',
      'name',
      'list',
      '|',
      '"',
      '\\',
      '==',
      ' ',
      '\n',
      'x',
      '@index',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        try {
          fill(pieces.join(''));
        } catch (error) {
          expect(error).toHaveProperty('code');
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('what a template sees', () => {
  const report = aReport({
    findings: [aFinding(), aPlainFinding({ suppressed: { by: 'vex', reason: 'fixed', source: 'v.json' } })],
    rejected: [{ at: '/1', why: 'bad' }],
  });
  const seen = toView({ report, inventory: anInventory(report) }, noon);

  it('are findings that count, apart from those let go', () => {
    const source =
      '{{#each findings}}{{severity}} {{id}} {{package.name}} {{fixedIn}} {{score}}\n{{/each}}{{#each suppressed}}{{id}}: {{suppressed.by}}{{/each}}';
    expect(fill(source, seen)).toBe(
      'critical CVE-2021-44228 org.apache.logging.log4j:log4j-core 2.15.0 10\nCVE-2023-5678: vex',
    );
  });

  it('are counts, the subject, packages and what was rejected', () => {
    const source =
      '{{counts.critical}}/{{counts.total}}/{{counts.suppressed}} {{subject.name}} {{distro.id}} {{packages | count}} {{rejected.0.why}} {{verdict}}';
    expect(fill(source, seen)).toBe('1/1/1 registry.example/team/app:1.2 debian 2 bad ');
  });

  it('is the same set of names whether they have values or not', () => {
    const { distro: _, data: __, ...bare } = aReport({ findings: [] });
    expect(Object.keys(toView({ report: bare, inventory: anInventory(bare) }, noon))).toEqual(Object.keys(seen));
  });
});
