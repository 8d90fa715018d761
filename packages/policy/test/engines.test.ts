import { AssayError } from '@assay/contract';
import { toJson } from '@assay/rego';
import { findOpa } from '@assay/testkit';
import { afterAll, describe, expect, it } from 'vitest';
import { createOpaEngine, createWorkerEngine, type PolicyAnswer, type PolicyEngine } from '../src/index.ts';

const program = new URL('engine-thread.ts', import.meta.url);
const limits = { timeoutMs: 1_500, answerBytes: 1_000_000 };
const opa = findOpa('policy engines: opa');
const engines: readonly (readonly [string, PolicyEngine])[] = [
  [
    'ours, in threads',
    createWorkerEngine({ program, threads: 2, limits: { ...limits, memoryBytes: 128 * 1024 * 1024 } }),
  ],
  ...(opa === undefined ? [] : [['opa itself', createOpaEngine({ program: opa, limits })] as const]),
];
afterAll(() => Promise.all(engines.map(([, engine]) => engine.close())));

const head = 'package release\n\nimport rego.v1\n\n';

interface Asked {
  readonly rules: string;
  readonly input?: unknown;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly query?: string;
  readonly raw?: string | Uint8Array;
}

function ask(
  engine: PolicyEngine,
  { rules, input = {}, data = {}, query = 'data.release.deny', raw }: Asked,
): Promise<PolicyAnswer> {
  const bytes = typeof raw === 'string' || raw === undefined ? Buffer.from(raw ?? JSON.stringify(input)) : raw;
  return engine.ask({
    bundle: { modules: { 'release.rego': head + rules }, data },
    query,
    // A copy: the bytes are handed over.
    input: Uint8Array.from(bytes),
    now: Date.parse('2026-11-25T12:00:00Z'),
  });
}

const value = (answer: PolicyAnswer) => (answer.is === 'defined' ? toJson(answer.value) : answer.is);
const code = (asked: Promise<PolicyAnswer>) =>
  asked.then(
    (answer) => `answered ${JSON.stringify(value(answer))?.slice(0, 100)}`,
    (error: unknown) => (error instanceof AssayError ? error.code : `threw ${String(error)}`),
  );

const deny =
  'deny contains f.id if {\n\tsome f in input.findings\n\tf.severity == "high"\n\tnot f.id in data.ignore\n}\n';

describe.each(engines)('a policy engine: %s', (_name, engine) => {
  it('decides by input and data', async () => {
    const findings = ['a', 'b', 'c'].map((id) => ({ id, severity: id === 'c' ? 'low' : 'high' }));
    const answer = await ask(engine, { rules: deny, input: { findings }, data: { ignore: ['b'] } });
    expect(value(answer)).toEqual(['a']);
  });

  it('tells undefined from an empty answer', async () => {
    expect(value(await ask(engine, { rules: deny, data: { ignore: [] } }))).toEqual([]);
    expect(value(await ask(engine, { rules: deny, query: 'data.release.nothing' }))).toBe('undefined');
  });

  it('loses no digit', async () => {
    const answer = await ask(engine, { rules: 'deny := input.n + 1\n', raw: '{"n": 12345678901234567890123}' });
    expect(answer.is === 'defined' ? String(Object(answer.value).text ?? answer.value) : '').toBe(
      '12345678901234567890124',
    );
  });

  it.each([
    ['a policy that does not compile', { rules: 'deny := x\n' }, 'POLICY_INVALID'],
    ['a query that does not compile', { rules: deny, query: 'data.release.deny[' }, 'POLICY_INVALID'],
    [
      'two answers where one is allowed',
      { rules: 'deny := 1\n\ndeny := 2 if input.x\n', input: { x: true } },
      'POLICY_FAILED',
    ],
    ['an input that is no JSON', { rules: deny, raw: '{"findings": [' }, 'POLICY_FAILED'],
    [
      'a policy that never ends',
      {
        rules: 'deny if {\n\tsome x in numbers.range(1, 100000)\n\tsome y in numbers.range(1, 100000)\n\tx == -y\n}\n',
      },
      'LIMIT_EXCEEDED',
    ],
    ['an answer that is too large', { rules: 'deny := [x | some x in numbers.range(1, 400000)]\n' }, 'LIMIT_EXCEEDED'],
  ])('says what is wrong with %s, and answers the next question', { timeout: 20_000 }, async (_what, asked, wanted) => {
    expect(await code(ask(engine, asked))).toBe(wanted);
    expect(value(await ask(engine, { rules: deny, data: { ignore: [] } }))).toEqual([]);
  });
});

// The list of bad input in the issue "Rego, whole, in TypeScript". OPA itself has no such limits.
describe('our engine survives', () => {
  const engine = engines[0]?.[1];
  if (engine === undefined) throw new Error('there is no engine');
  const many = (count: number, one: (at: number) => string): string =>
    Array.from({ length: count }, (_one, at) => one(at)).join('');
  const deep = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

  it.each<readonly [string, Asked, RegExp]>([
    [
      'a value of ten gigabytes',
      {
        rules:
          'deny := concat("", [x | some i in numbers.range(1, 100000); x := concat("", [y | some j in numbers.range(1, 1000); y := "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"])])\n',
      },
      /LIMIT_EXCEEDED/,
    ],
    [
      'a function that goes on and on through data',
      {
        rules: 'deny := walked if { walked := [p | walk(data.tree, [p, _])] }\n',
        data: { tree: JSON.parse(deep(500)) },
      },
      /answered|LIMIT/,
    ],
    ['ten megabytes of text', { rules: `# ${'x'.repeat(10_000_000)}\n${deny}` }, /answered \[\]|LIMIT_EXCEEDED/],
    [
      'ten thousand rules',
      { rules: many(10_000, (at) => `r${at} := ${at}\n`) + deny, data: { ignore: [] } },
      /answered \[\]|LIMIT_EXCEEDED/,
    ],
    [
      'a pattern of 100 kB',
      { rules: `deny := regex.match(\`${'(a|b)*'.repeat(16_000)}\`, "abab")\n` },
      /answered (?:true|"undefined")|LIMIT_EXCEEDED|POLICY/,
    ],
    [
      'a pattern that explodes elsewhere',
      {
        rules:
          'deny := regex.match(`^(a+)+$`, concat("", [concat("", [x | some i in numbers.range(1, 5000); x := "a"]), "b"]))\n',
      },
      /answered false/,
    ],
    [
      'a number of a million digits',
      { rules: 'deny := input.n > 1\n', raw: `{"n": ${'9'.repeat(1_000_000)}}` },
      /answered true|LIMIT_EXCEEDED/,
    ],
    ['input 100 000 levels deep', { rules: 'deny := count(input)\n', raw: deep(100_000) }, /POLICY_FAILED/],
    ['NUL and half a surrogate', { rules: 'deny := count(input.a)\n', raw: '{"a": "\\u0000\\ud800"}' }, /answered 2/],
    [
      'names of JavaScript',
      {
        rules: 'deny := [input["__proto__"].x, input.constructor, object.get(input, "toString", "none")]\n',
        raw: '{"__proto__": {"x": 1}, "constructor": 2}',
      },
      /answered \[1,2,"none"\]/,
    ],
    ['keys that are there twice', { rules: 'deny := input.a\n', raw: '{"a": 1, "a": 2}' }, /answered 2/],
    ['bytes that are no UTF-8', { rules: deny, raw: Uint8Array.of(0x7b, 0xff, 0x7d) }, /POLICY_FAILED/],
    ['a rule that needs itself', { rules: 'deny if not deny\n' }, /POLICY_INVALID/],
    [
      'brackets a hundred thousand deep',
      { rules: `deny := ${'['.repeat(100_000)}\n` },
      /POLICY_INVALID|LIMIT_EXCEEDED/,
    ],
  ])('%s', { timeout: 30_000 }, async (_what, asked, wanted) => {
    expect(await code(ask(engine, asked))).toMatch(wanted);
    expect(value(await ask(engine, { rules: deny, data: { ignore: [] } }))).toEqual([]);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('a function that looks at no clock: its thread is ended', { timeout: 20_000 }, async () => {
    const rules = 'deny := regex.match(`(?:[ab]?){150}[ab]{150}[cd]`, input.text)\n';
    const asked = ask(engine, { rules, input: { text: 'abaab'.repeat(400_000) } });
    await expect(asked).rejects.toThrow('LIMIT_EXCEEDED: the policy did not answer within 1500 ms');
    expect(value(await ask(engine, { rules: deny, data: { ignore: [] } }))).toEqual([]);
  });

  it('a question that is taken back, and answers those that wait', { timeout: 20_000 }, async () => {
    const stop = new AbortController();
    const endless =
      'deny if {\n\tsome x in numbers.range(1, 100000)\n\tsome y in numbers.range(1, 100000)\n\tx == -y\n}\n';
    const question = {
      bundle: { modules: { 'a.rego': head + endless }, data: {} },
      query: 'data.release.deny',
      input: Uint8Array.from(Buffer.from('{}')),
      now: 0,
    };
    const asked = engine.ask(question, stop.signal);
    const others = Promise.all(Array.from({ length: 5 }, () => ask(engine, { rules: deny, data: { ignore: [] } })));
    stop.abort();
    expect(await code(asked)).toBe('INTERRUPTED');
    expect((await others).map(value)).toEqual([[], [], [], [], []]);
  });
});
