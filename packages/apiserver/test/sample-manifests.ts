import { sampleSpec } from './sample-definition.ts';

/** One value for one field of the sample; what the real API server says about it is the expectation. */
const values: Readonly<Record<string, readonly unknown[]>> = {
  text: ['a', '', 5, true, null, ['a'], { a: 1 }, 'x'.repeat(64), 'x'.repeat(65), 'ü'.repeat(64)],
  short: ['ab', 'a', 'abcdef', ''],
  slug: ['abc', 'ABC', 'a1', ''],
  choice: ['red', 'blue', '', 1],
  count: [1, 0, -1, 1.5, '1', 1e3, 9007199254740991],
  small: [1, 2147483647, 2147483648, -2147483648],
  range: [1, 9, 0, 10],
  open: [0.5, 0, 1, -0.1],
  even: [2, 3, 0, -4],
  ratio: [1, 1.25, '1'],
  yes: [true, false, 'true', 0],
  maybe: ['x', null, 5],
  port: [80, '80', true, 1.5, null],
  portChecked: [80, '80%', 'x', true],
  list: [['a'], [], ['a', 'b', 'c'], ['a', 1], 'a', [null]],
  set: [['a', 'b'], ['a', 'a'], [], ['a', 'b', 'a', 'b']],
  ports: [
    [{ name: 'a', number: 1 }],
    [
      { name: 'a', number: 1 },
      { name: 'a', number: 2 },
    ],
    [
      { name: 'a', number: 1 },
      { name: 'a', number: 2, protocol: 'UDP' },
    ],
    [{ number: 1 }],
    [{ name: 'a' }],
    [{ name: 'a', number: 'x' }],
    [{ name: 'a', number: 1, extra: 1 }],
  ],
  map: [{ a: 1 }, {}, { a: 1, b: 2, c: 3 }, { a: 'x' }, [1]],
  free: [{ anything: { goes: [1] } }, {}, 'x'],
  closed: [{ a: 'x' }, {}, { a: 'x', z: 1 }, { a: 'x', b: { c: 1, d: 2 } }, { a: 'x', b: { c: 'x' } }, { b: {} }],
  embedded: [{ apiVersion: 'v1', kind: 'X', metadata: { name: 'a' }, foo: 1 }, { kind: 'X' }, { apiVersion: 'v1' }, {}],
  when: ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.123+02:00', '2026-02-30T00:00:00Z', 'yesterday', ''],
  day: ['2026-01-02', '2026-13-01', '2026-01-02T00:00:00Z'],
  wait: ['1h', '90s', '1h30m', 'soon', '5'],
  raw: ['aGk=', '!!', ''],
  mail: ['a@b.example', 'a', 'a@'],
  id: ['123e4567-e89b-12d3-a456-426614174000', 'x'],
  v4: ['10.0.0.1', '10.0.0.256', '::1'],
  v6: ['::1', '10.0.0.1', 'zz'],
  net: ['10.0.0.0/8', '10.0.0.0', '10.0.0.0/33', 'fd00::/8'],
  site: ['https://a.example/b', 'no scheme', '/path'],
  host: ['a.example', 'a_b!', ''],
  one: [{ a: 'x' }, { a: 'x', b: 'y' }, {}],
  any: [{ a: 'x' }, { a: 'x', b: 'y' }, {}],
  all: [3, 1, 6],
  not: ['good', 'bad'],
  digest: ['a@sha256:00', 'a:latest', 5],
  regex: ['v1', 'w1', 'v'],
  told: ['x', 'y'],
  limits: [{ min: 1, max: 2 }, { min: 2, max: 1 }, { min: 1 }, {}],
  sources: [
    [{ name: 'a', secret: 's' }],
    [{ name: 'a', secret: 's', config: 'c' }],
    [{ name: 'a' }],
    [
      { name: 'a', secret: 's' },
      { name: 'a', config: 'c' },
    ],
    [{ secret: 's' }],
    [{ name: 'a', secret: 's' }, { name: 'b' }],
  ],
  tags: [{ t1: 'a' }, { x: 'a' }, { t1: '' }, {}],
  size: ['1Mi', '2Gi', 'x', '500m', '1Gi', '1e3', '0.5Gi'],
  addr: ['10.1.2.3', '11.1.2.3', '::1', 'x'],
  link: ['https://a.example/x', 'http://a.example', 'https://b.example', 'x'],
  sorted: [[1, 2, 3], [3, 1], [], [4, 5, 6], [1, 6], [5, 5]],
  words: ['A,B ', 'A, B', 'a,b', 'a', ''],
  moment: ['2026-01-01T00:00:00Z', '2019-01-01T00:00:00Z', '2031-01-01T00:00:00Z', 'x'],
  span: ['5s', '1ms', '2h', '59m59s'],
  either: [6, 5, '5%', '5'],
  opt: [{}, { a: 'ok' }, { a: 'bad' }],
  sum: [6, 7, 60, 3, 48],
  find: ['a42b', 'a43b', '42'],
  'a-b': ['yes', 'no'],
  fmt: ['a-b', 'A_B', ''],
  unknown: ['x'],
};

/** A named manifest: the body of a create, and the parameters it is sent with. */
export interface Manifest {
  readonly title: string;
  readonly metadata: Record<string, unknown>;
  readonly rest: Record<string, unknown>;
  readonly query: string;
}

const named = { name: 'a' };

function specs(): Manifest[] {
  return Object.entries(values).flatMap(([field, list]) =>
    list.flatMap((value) => {
      const title = `${field}: ${JSON.stringify(value).slice(0, 60)}`;
      const manifest = { title, metadata: named, rest: { spec: { [field]: value } }, query: '' };
      // Unknown fields are refused only when the client asks.
      return JSON.stringify(value).includes('extra') || field === 'closed' || field === 'unknown'
        ? [manifest, { ...manifest, title: `${title} (strict)`, query: '&fieldValidation=Strict' }]
        : [manifest];
    }),
  );
}

const metadatas: readonly Record<string, unknown>[] = [
  {},
  { name: 'Upper' },
  { name: 'a.b-c' },
  { name: '-a' },
  { name: 'x'.repeat(254) },
  { name: 'a', labels: { ok: 'v' } },
  { name: 'a', labels: { 'bad key': 'v' } },
  { name: 'a', labels: { ok: 'bad value!' } },
  { name: 'a', labels: { 'a/b/c': 'v' } },
  { name: 'a', labels: { ok: 'x'.repeat(64) } },
  { name: 'a', annotations: { 'bad key': 'v' } },
  { name: 'a', annotations: { ok: 'any thing!' } },
  { name: 'a', finalizers: ['a.example/x'] },
  { name: 'a', ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'x', uid: 'u' }] },
  { name: 'a', ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: '', uid: 'u' }] },
  { name: 'a', namespace: 'other' },
  { name: 'a', resourceVersion: '5' },
];

const wholes: readonly Record<string, unknown>[] = [
  {},
  { spec: null },
  { spec: 'x' },
  { spec: [] },
  { spec: {}, status: { phase: 'x' } },
  { spec: { text: 'ab', short: 'ab' } },
  { spec: { text: 'ab', short: 'abc' } },
  { spec: { range: 0, even: 3, choice: 'x' } },
  { spec: { digest: 'x', regex: 'x' } },
  { spec: { choice: 'x', digest: 'x' } },
  { spec: { range: 0, digest: 'x' } },
  { other: 1 },
];

/** Every manifest the judge compares. */
export const manifests: readonly Manifest[] = [
  ...specs(),
  ...metadatas.map((metadata) => ({
    title: `metadata ${JSON.stringify(metadata).slice(0, 80)}`,
    metadata,
    rest: {},
    query: '',
  })),
  ...wholes.map((rest) => ({ title: `whole ${JSON.stringify(rest)}`, metadata: named, rest, query: '' })),
];

/** Fields of the sample that no manifest sets; the judge asks for none. */
export const untried = Object.keys(sampleSpec.properties as object).filter((field) => values[field] === undefined);
