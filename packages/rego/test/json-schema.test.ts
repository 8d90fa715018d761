import { findOpa } from '@assay/testkit';
import { describe, expect, it } from 'vitest';
import { askBoth } from './oracle/ask-both.ts';

// Documents and schemas given to `opa eval` and to us in one policy: answers, kinds, places and words are the same.
const opa = findOpa('json.match_schema beside opa');

const formats: Readonly<Record<string, readonly string[]>> = {
  date: ['2026-11-25', '2026-13-01', '2026-1-1'],
  time: ['10:00:00', '10:00:00Z', '10:00', '10:00:00+01:00'],
  'date-time': ['2026-11-25T10:00:00Z', '2026-11-25T10:00:00.5+01:00', '2026-11-25', 'now', '2026-02-30T00:00:00Z'],
  hostname: ['a.example', '-a.example', 'a_b', ''],
  email: ['a@b.c', 'A B <a@b.c>', 'a@', '@b', 'a b@c.d', '"a b"@c.d', '<a@b.c>', 'a..b@c.d'],
  ipv4: ['1.2.3.4', '1.2.3', '01.2.3.4', '::ffff:1.2.3.4'],
  ipv6: ['::1', '1.2.3.4', ':::', 'fe80::1%eth0'],
  uri: ['https://a.b/c?d#e', '/a', 'a:b', 'https://a b', 'http://[::1', 'a\\b:c'],
  'uri-reference': ['/a', '', '%zz', 'a b'],
  'uri-template': ['/a/{b}', '/a/{b', '/a}b'],
  uuid: ['6BA7B810-9dad-11d1-80b4-00c04fd430c8', '6ba7b810'],
  regex: ['^a+$', '(', '(?=a)', ''],
  'json-pointer': ['', '/a~0b/~1', 'a', '/~2'],
  'relative-json-pointer': ['0', '1/a', '01', '2#', '/a'],
  'no-such-format': ['anything'],
};

const recursive = {
  definitions: { node: { type: 'object', properties: { next: { $ref: '#/definitions/node' } }, required: ['id'] } },
  $ref: '#/definitions/node',
};

/** Documents, then the schema. */
const pairs: readonly (readonly [documents: readonly unknown[], schema: unknown])[] = [
  [[1, 1.5, 1.0, 1e3, 'a', null, true, [], {}], { type: ['integer', 'null'] }],
  [[1, 1.5, 'a'], { type: 'number' }],
  [[{ a: 1 }, { a: 'x', b: 2 }, {}], { properties: { a: { type: 'integer' } }, required: ['a', 'b'] }],
  [[{ a: 1, b: 2, xa: 3 }], { properties: { a: {} }, patternProperties: { '^x': {} }, additionalProperties: false }],
  [[{ a: 1, b: 'x' }], { additionalProperties: { type: 'string' } }],
  [[{ xa: 1, xb: 'x' }], { patternProperties: { '^x': { type: 'string' }, b$: { maxLength: 0 } } }],
  [[{ ab: 1, a: 2 }], { propertyNames: { minLength: 2 } }],
  [[{ a: 1 }, { a: 1, b: 2 }, {}], { dependencies: { a: ['b', 'c'] } }],
  [[{ a: 1 }, { b: 2 }], { dependencies: { a: { required: ['d'] } } }],
  [[[1, 'a', 2], [1], ['a']], { items: { type: 'integer' } }],
  [
    [
      [1, 'a', 2],
      ['x', 1],
    ],
    { items: [{ type: 'integer' }, { type: 'string' }], additionalItems: false },
  ],
  [[[1, 'a', 2]], { items: [{ type: 'integer' }], additionalItems: { type: 'string' } }],
  [[[1], [1, 2, 3], []], { minItems: 1, maxItems: 2 }],
  [
    [
      [1, 1.0, 2],
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      [[], []],
      [1, 2],
    ],
    { uniqueItems: true },
  ],
  [[[1, 'a'], [1, 2], []], { contains: { type: 'string', minLength: 1 } }],
  [[5, 5.5, 10, 100, 1000000, 4], { multipleOf: 2.5, minimum: 5, maximum: 100 }],
  [[0.3, 0.1, 0.25, -0.2], { multipleOf: 0.1 }],
  [[5, 10, 7], { minimum: 5, exclusiveMinimum: true, maximum: 10, exclusiveMaximum: true }],
  [[5, 10, 7], { exclusiveMinimum: 5, exclusiveMaximum: 10 }],
  [[1], { minimum: 1000000, exclusiveMinimum: 123456789.125 }],
  [[1], { maximum: 0.00001, exclusiveMaximum: -0.001, multipleOf: 12345678 }],
  [['', 'a', 'äöü', '😀😀😀'], { minLength: 1, maxLength: 2 }],
  [['abc', 'xbx'], { pattern: '^a.c$' }],
  [[1, 1.0, 'a', { a: [1.0] }, null], { enum: [1, 'b', { a: [1] }] }],
  [[1, 2, { b: 1, a: '<' }], { const: { a: '<', b: 1.0 } }],
  [[1], { enum: [] }],
  [[1, 'a', null, { a: 1 }], { anyOf: [{ type: 'string' }, { type: 'object', required: ['b'] }, { type: 'null' }] }],
  [[5, 'a', 3, {}], { oneOf: [{ type: 'integer' }, { minimum: 4 }, { type: 'boolean' }] }],
  [[5, 'a', 3], { allOf: [{ type: 'integer' }, { minimum: 4 }] }],
  [[5, 'a'], { not: { type: 'integer' } }],
  [[5, 'a', 50], '{"if": {"type": "integer"}, "then": {"minimum": 10}, "else": {"maxLength": 0}}'],
  [[{ minProperties: 1 }, {}, { a: 1, b: 2, c: 3 }], { minProperties: 1, maxProperties: 2 }],
  [
    [
      { id: 1, next: { id: 2 } },
      { id: 1, next: { next: 3 } },
    ],
    recursive,
  ],
  [
    [{ a: { b: 1 } }, { a: 'x' }],
    {
      $id: 'http://x.example/s',
      properties: { a: { $ref: '#/definitions/o' } },
      definitions: { o: { type: 'object' } },
    },
  ],
  [[{ a: 'x' }], { properties: { a: { $ref: '#o' } }, definitions: { o: { $id: '#o', type: 'object' } } }],
  [[{ a: 'x', b: 1 }], { properties: { a: false, b: true } }],
  [['{"a": 1}', '{', 1], { required: ['b'] }],
  [
    [{ a: { 'b.c': [{ d: 1 }] } }],
    { properties: { a: { properties: { 'b.c': { items: { properties: { d: { type: 'string' } } } } } } } },
  ],
  [[{ a: 1 }], { $schema: 'http://json-schema.org/draft-04/schema#', properties: { a: { const: 2, minimum: 2 } } }],
  [
    [{ a: 1 }],
    '{"$schema": "http://json-schema.org/draft-06/schema#", "properties": {"a": {"const": 2, "if": true, "then": false}}}',
  ],
  [[{ a: 1 }], { $schema: 'https://x.example/other', properties: { a: { const: 2 } } }],
  [[{ a: 1 }], '{"required": ["z"]}'],
  // Schemas with something wrong in them.
  ...[
    '{',
    'true',
    '[]',
    [],
    { type: 'x' },
    { type: ['string', 'string'] },
    { type: 1 },
    { type: [1] },
    { properties: [] },
    { properties: { a: 1 } },
    { additionalProperties: 1 },
    { patternProperties: { '(': {} } },
    { patternProperties: 1 },
    { propertyNames: 1 },
    { dependencies: { a: 1 } },
    { dependencies: { a: [1] } },
    { dependencies: 1 },
    { items: 1 },
    { items: [1] },
    { additionalItems: 1 },
    { multipleOf: 0 },
    { multipleOf: 'a' },
    { minimum: 'a' },
    { maximum: 'a' },
    { exclusiveMinimum: true },
    { exclusiveMaximum: 'a' },
    { minLength: -1 },
    { minLength: 1.5 },
    { maxLength: 'a' },
    { minLength: 2, maxLength: 1 },
    { minItems: 2, maxItems: 1 },
    { minProperties: 2, maxProperties: 1 },
    { maxItems: -1 },
    { pattern: '(' },
    { pattern: 1 },
    { format: 1 },
    { required: 'a' },
    { required: ['a', 'a'] },
    { required: [1] },
    { uniqueItems: 1 },
    { contains: 1 },
    { enum: 1 },
    { enum: [1, 1.0] },
    { oneOf: 1 },
    { anyOf: [1] },
    { allOf: {} },
    { not: 1 },
    { if: 1 },
    '{"then": 1}',
    { title: 1 },
    { description: [] },
    { definitions: 1 },
    { definitions: { a: 1 } },
    { $ref: 1 },
    { $ref: '#/nowhere' },
    { $schema: 1 },
    { $id: 1 },
    { $id: '#a', items: { $id: '#a' } },
    { $schema: 'http://json-schema.org/draft-04/schema#', items: true },
    { $schema: 'http://json-schema.org/draft-04/schema#', exclusiveMinimum: 1 },
    { $schema: 'http://json-schema.org/draft-07/schema#', exclusiveMinimum: true },
  ].map((schema): readonly [readonly unknown[], unknown] => [[{ a: 1 }], schema]),
  ...Object.entries(formats).map(([format, texts]): readonly [readonly unknown[], unknown] => [
    texts.map((text) => [text]),
    { items: { format } },
  ]),
];

const policy = `package schemas
answers := [{"verified": v, "matched": m} |
	some [documents, schema] in input.pairs
	v := json.verify_schema(schema)
	m := [one | some document in documents; one := matched(document, schema)]
]
matched(document, schema) := [ok, {[e.type, e.field, e.desc, e.error] | some e in errors}] if {
	[ok, errors] := json.match_schema(document, schema)
} else := "undefined"
`;

describe.runIf(opa !== undefined)('json.match_schema and json.verify_schema', () => {
  it('answer what opa answers', { timeout: 60_000 }, async () => {
    const { ours, theirs } = await askBoth(opa ?? '', policy, 'data.schemas.answers', { pairs });
    const [seen, wanted] = [listOf(ours), listOf(theirs)];
    expect(wanted).toHaveLength(pairs.length);
    const differences = pairs.flatMap((pair, at) =>
      JSON.stringify(seen[at]) === JSON.stringify(wanted[at])
        ? []
        : [`${JSON.stringify(pair)}\n  ours: ${JSON.stringify(seen[at])}\n  opa:  ${JSON.stringify(wanted[at])}`],
    );
    expect(differences).toEqual([]);
  });
});

const listOf = (answer: unknown): readonly unknown[] => (Array.isArray(answer) ? answer : []);
