import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestWorld } from './world.ts';

const world = new TestWorld();
const files = {
  'release/release.rego': `package release

import rego.v1

deny contains msg if {
  some f in input.findings
  f.severity in {"Critical", "High"}
  not f.id in data.ignore
  msg := sprintf("%s in %s", [f.id, f.package])
}
`,
  'release/release_test.rego': `package release_test

import data.release
import rego.v1

test_denied if count(release.deny) == 1 with input as {"findings": [{"id": "CVE-1", "severity": "High", "package": "a"}]}

test_ignored if {
  print("looking at <ignored>")
  count(release.deny) == 0 with input as {"findings": [{"id": "CVE-2", "severity": "High", "package": "a"}]}
}
`,
  'release/data.json': '{"ignore": ["CVE-2"]}',
  'bad/test_bad.rego':
    'package bad\n\nimport rego.v1\n\ntest_wrong if false\n\ntest_broken if to_number("x") == data.nope.x\n\ntodo_test_later if false\n',
  'broken.rego': 'package x\n\np if y == 1\n\nq if { upper(1) }\n',
  'nested/teams/blue/limits.yaml': 'high: 3\n',
  'nested/teams/data.json': '{"all": true}',
  'contradiction/a.json': '{"a": {"b": 1}}',
  'contradiction/b.json': '{"a": {"b": 2}}',
  'input.json': '{"findings": [{"id": "CVE-9", "severity": "Critical", "package": "b"}], "big": 12345678901234567890}',
};

beforeAll(async () => {
  await world.prepare();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(world.path(name)), { recursive: true });
    writeFileSync(world.path(name), text);
  }
});
afterAll(() => world.dispose());

const call = (...words: readonly string[]) => world.call(['policy', ...words]);

describe('assay policy check', () => {
  it('is silent about sound policies', async () => {
    expect(await call('check', '--strict', world.path('release'))).toEqual({
      code: 0,
      stdout: '',
      stderr: '2 files, 0 faults\n',
    });
  });

  it('names every fault by file, row and column, and ends with 3', async () => {
    const { code, stdout } = await call('check', world.path('broken.rego'));
    expect(code).toBe(3);
    expect(stdout).toBe(`${world.path('broken.rego')}:3:6: rego_unsafe_var_error: var y is unsafe\n`);
  });

  it('tells machines the same', async () => {
    const { code, stdout } = await call('check', '-o', 'json', world.path('broken.rego'));
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toEqual({
      files: 1,
      errors: [
        {
          code: 'rego_unsafe_var_error',
          message: 'var y is unsafe',
          location: { file: world.path('broken.rego'), row: 3, col: 6 },
        },
      ],
    });
  });

  it('does not call nothing sound', async () => {
    const { code, stderr } = await call('check', world.path('contradiction'));
    expect([code, stderr]).toEqual([4, 'there is no .rego file\n']);
  });
});

describe('assay policy test', () => {
  it('passes when every test passes', async () => {
    const { code, stdout } = await call('test', world.path('release'));
    expect([code, stdout]).toEqual([0, '2 passed, 0 failed\n']);
  });

  it('names what failed, what could not be run and what was left out, and ends with 3', async () => {
    const { code, stdout } = await call('test', '-v', world.path('bad'));
    expect(code).toBe(3);
    expect(stdout).toMatch(/test_bad\.rego:5: data\.bad\.test_wrong: failed \([\d.]+ ms\)\n/);
    expect(stdout).toMatch(/data\.bad\.todo_test_later: skipped\n/);
    expect(stdout).toMatch(/0 passed, 2 failed, 1 skipped\n$/);
  });

  it('runs those that were asked for, and shows what they print', async () => {
    const { code, stdout } = await call('test', '-v', '-r', 'ignored$', world.path('release'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/test_ignored: passed \([\d.]+ ms\)\n {2}looking at <ignored>\n1 passed, 0 failed\n$/);
  });

  it('tells which rows nothing has reached', async () => {
    const { stdout } = await call('test', '--coverage', '-r', 'nothing', world.path('release'));
    expect(stdout).toMatch(/coverage 0\.0 %\n {2}\S+release\.rego: not reached: 5-9\n/);
  });

  it('writes what build servers read', async () => {
    const { code, stdout } = await call('test', '-o', 'junit', world.path('bad'));
    expect(code).toBe(3);
    expect(stdout).toContain('<testsuites tests="3" failures="2" errors="0" skipped="1"');
    expect(stdout).toContain('<failure message="the rule is not true"/>');
  });

  it('is undecided when there is no test', async () => {
    const { code, stderr } = await call('test', world.path('release/release.rego'));
    expect([code, stderr]).toEqual([4, 'no rule has a name that begins with test_\n']);
  });

  it('says why policies cannot be run', async () => {
    const { code, stderr } = await call('test', world.path('broken.rego'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^POLICY_INVALID: \S+broken\.rego:3:6: rego_unsafe_var_error: var y is unsafe\. hint: /);
  });
});

describe('assay policy eval', () => {
  it('gives results as OPA writes them', async () => {
    const words = ['-d', world.path('release'), '-i', world.path('input.json')];
    const { code, stdout } = await call('eval', ...words, 'data.release.deny');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      result: [{ expressions: [{ value: ['CVE-9 in b'], text: 'data.release.deny' }] }],
    });
  });

  it('loses no digit', async () => {
    const { stdout } = await call('eval', '-o', 'values', '-i', world.path('input.json'), 'input.big + 1');
    expect(stdout).toBe('12345678901234567891\n');
  });

  it('reads the input from standard input, and bindings of a query', async () => {
    const { stdout } = await world.call(['policy', 'eval', '-i', '-', 'x := input.a'], { stdin: '{"a": [1, {}]}' });
    expect(JSON.parse(stdout).result[0].bindings).toEqual({ x: [1, {}] });
  });

  it('puts data where its folder is', async () => {
    const { stdout } = await call('eval', '-o', 'values', '-d', world.path('nested'), 'data.teams');
    expect(JSON.parse(stdout)).toEqual({ all: true, blue: { high: 3 } });
  });

  it('says undefined, and ends with 3 where that was asked for', async () => {
    expect(await call('eval', '--fail', 'data.nothing')).toEqual({ code: 3, stdout: '{}\n', stderr: '' });
    expect((await call('eval', '--fail-defined', 'data.nothing')).code).toBe(0);
  });

  it.each([
    ['data that contradicts itself', ['-d', 'contradiction', 'true'], /^POLICY_INVALID: \S+b\.json says "b" again/],
    [
      'a way out into the network',
      ['http.send({})'],
      /^POLICY_INVALID: 1:1: rego_type_error: unsafe built-in function calls in expression: http\.send/,
    ],
    ['half a query', ['1 +'], /^POLICY_INVALID: 1:3: rego_parse_error: /],
    [
      'a query that never ends',
      ['--timeout', '0.2', 'count([x | x := numbers.range(1, 9000)[_]; y := numbers.range(1, 9000)[_]; x == -y]) == 1'],
      /^POLICY_FAILED: 1:\d+: eval_cancel_error/,
    ],
    ['a file that is not there', ['-d', 'nowhere.rego', 'true'], /^FILE_NOT_FOUND: /],
    ['an input that is no JSON', ['-i', 'broken.rego', 'true'], /^POLICY_INVALID: /],
    ['no number of seconds', ['--timeout', 'soon', 'true'], /^OPTION_INVALID: /],
  ])('refuses %s in one sentence', async (_what, words, wanted) => {
    const named = words.map((word) =>
      /^(?:contradiction|nowhere\.rego|broken\.rego)$/.test(word) ? world.path(word) : word,
    );
    const { code, stdout, stderr } = await call('eval', ...named);
    expect(stderr).toMatch(wanted);
    expect(stderr).toMatch(/^[A-Z_]+: [^\n]+\. hint: [^\n]+\n$/);
    expect([1, 2]).toContain(code);
    expect(stdout).toBe('');
  });
});
