import { findOpa } from '@assay/testkit';
import { describe, expect, it } from 'vitest';
import { askBoth } from './oracle/ask-both.ts';

// Queries and schemas read by `opa eval` and by us: documents and verdicts are the same, and words where a text cannot be read.
const opa = findOpa('graphql beside opa');

const queries = [
  '',
  '# nothing\n , ',
  '{ a }',
  '# x\n{ a # c\n }\n# z',
  'query Q($a: [Int!]! = [1, 2], $b: In = {x: null, y: "\\u00e9", z: E}) @d(a: 1.5e3) { b: c(x: $a) @include(if: true) { ...F ... on T @x { d } ... { e } } }',
  'mutation { m(s: """\n  block\n    text\n  """) }',
  'subscription S { s }',
  'fragment F on T { a } { ...F }',
  '{ a(b: 01) }',
  '{ a() }',
  '{ }',
  '{ a(b: [1 }',
  'query Q() { a }',
  'type T { a: Int }',
  '{ a b: }',
  '{ ...on }',
  'fragment on on on { a }',
  'query { a } }',
  '{ a @ }',
  '{ a(b: "x) }',
  '{ a(b: $) }',
  '{ nope }',
  '{ t { id } }',
  '{ t }',
  '{ id { x } }',
  'query A { id } query A { id }',
  'query ($x: Int) { id }',
  'query ($x: Int) { t(n: $x) { id } }',
  '{ t(n: "a") { id } }',
  '{ t(m: 1) { id } }',
  '{ t { id id: name } }',
  'mutation { x }',
];

const schemas = [
  '',
  'type Query { id: ID t(n: Int = 1): T } type T { id: ID! name: String @deprecated(reason: "x") }',
  '# c\ntype A {\n# d\n a: String # e\n b(x: Int = 1, y: String = """z"""): [Int!]!\n # end\n }\n union U = | A | B\n type B { a: Int }',
  '"""desc"""\n# after\nenum E { "one" A @deprecated B } input I { a: Int = 1 @x b: [E!] } directive @x(a: Int) repeatable on FIELD | INPUT_FIELD_DEFINITION',
  'interface N { id: ID } type T implements N & M { id: ID } interface M { id: ID }',
  'scalar D @specifiedBy(url: "u") extend scalar D @x directive @x on SCALAR',
  'schema @x { query: Q } type Q { a: Int } directive @x on SCHEMA extend schema { mutation: Q }',
  'extend type User { id: ID! } union E = User',
  'type T { a: Missing }',
  'type T { a: Int a: Int }',
  'type T { __a: Int }',
  'type T { a: Int } type T { b: Int }',
  'interface N { id: ID } type T implements N { a: Int }',
  'enum E { A A }',
  'union U = Int',
  'input I { a: T } type T { a: Int }',
  'type T { a(x: T): Int }',
  'directive @x on NOWHERE',
  'type T {}',
  'type T { a }',
  '{ a }',
  '"d" extend type T { a: Int }',
  'type T implements { a: Int }',
];

const policy = `package g
# A schema beside each query is the second one.
queries := [[q | q := graphql.parse_query(text)] | some text in input.queries]
schemas := [[s | s := graphql.parse_schema(text)] | some text in input.schemas]
again := [[ok | ok := graphql.schema_is_valid(graphql.parse_schema(text))] | some text in input.schemas]
valid := [graphql.schema_is_valid(text) | some text in input.schemas]
fit := [graphql.parse_and_verify(text, input.schemas[1])[0] | some text in input.queries]
both := [graphql.is_valid(text, input.schemas[1]) | some text in input.queries]
`;

describe.runIf(opa !== undefined)('graphql', () => {
  it('is read and judged as by opa', { timeout: 60_000 }, async () => {
    const answers = await askBoth(opa ?? '', policy, 'data.g', { queries, schemas });
    // The policy's own shape: a list under every rule's name.
    const ours = answers.ours as Readonly<Record<string, unknown[]>>;
    const theirs = answers.theirs as Readonly<Record<string, unknown[]>>;
    expect(Object.keys(theirs)).toHaveLength(6);
    const differences = Object.keys(theirs).flatMap((name) =>
      (theirs[name] ?? []).flatMap((answer, at) => {
        const [mine, other] = [JSON.stringify(sorted(ours[name]?.[at])), JSON.stringify(sorted(answer))];
        const about = (name === 'queries' || name === 'fit' || name === 'both' ? queries : schemas)[at];
        return mine === other ? [] : [`${name}: ${about}\n  ours: ${mine}\n  opa:  ${other}`];
      }),
    );
    expect(differences).toEqual([]);
  });
});

/** The same with names in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}
