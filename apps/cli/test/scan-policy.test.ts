import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeLayout } from '@assay/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { soundLayers, vulnerableLayers } from './vulnerable-image.ts';
import { TestWorld } from './world.ts';

const world = new TestWorld();
let image = '';
let sound = '';

const head = 'package release\n\nimport rego.v1\n\n';
const stopping =
  'deny contains msg if {\n\tsome finding in input.report.findings\n\tfinding.severity in {"critical", "high"}\n\tnot finding.id in data.allowed\n\tmsg := sprintf("%s in %s", [finding.id, finding.package.name])\n}\n';
const files: Readonly<Record<string, string>> = {
  'strict/release.rego': head + stopping,
  'strict/data.json': '{"allowed": []}',
  'lax/release.rego': head + stopping,
  'lax/data.json': '{"allowed": ["CVE-2023-5363", "CVE-2021-44906", "CVE-2020-14343"]}',
  // Both denying rules count, whatever their packages and shapes.
  'two/a.rego': 'package a\n\nimport rego.v1\n\ndeny if count(input.report.findings) > 1000\n',
  'two/b.rego':
    'package b\n\nimport rego.v1\n\ndeny := [{"msg": "no images on Wednesdays", "code": 7}] if time.weekday(time.now_ns()) == "Wednesday"\n',
  'silent.rego': 'package silent\n\nimport rego.v1\n\nallow := true\n',
  'number.rego': `${head}deny := 3\n`,
  'conflict.rego': `${head}deny := ["a"]\n\ndeny := ["b"] if input.report\n`,
  'old.rego':
    'package main\n\ndeny[msg] {\n\tinput.report.findings[_].severity == "critical"\n\tmsg := "critical"\n}\n',
  'broken.rego': `${head}deny contains x\n`,
  'all.yaml': `ignore:\n${['CVE-2023-5363', 'CVE-2021-44906', 'CVE-2020-14343'].map((id) => `  - id: ${id}\n    reason: for this test\n`).join('')}`,
};

beforeAll(async () => {
  await world.prepare();
  image = `oci:${writeLayout(world.path('image'), vulnerableLayers).folder}`;
  sound = `oci:${writeLayout(world.path('sound'), soundLayers).folder}`;
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(world.path(name)), { recursive: true });
    writeFileSync(world.path(name), text);
  }
});
afterAll(() => world.dispose());

const scan = (target: string, policy: string, ...words: readonly string[]) =>
  world.call(['scan', target, '--policy', world.path(policy), ...words]);

describe('assay scan --policy', () => {
  it('ends with 3 and the policy’s own words where it denies', async () => {
    const { code, stderr } = await scan(image, 'strict', '-o', 'json');
    expect(code).toBe(3);
    expect(stderr).toMatch(/^assay: violating: CVE-2021-44906 in minimist$/m);
  });

  it('ends with 0 where it denies nothing', async () => {
    expect((await scan(image, 'lax')).code).toBe(0);
    expect((await scan(sound, 'strict')).code).toBe(0);
  });

  it('does not count what an ignore file took out', async () => {
    expect((await scan(image, 'strict', '--ignore', world.path('all.yaml'))).code).toBe(0);
  });

  it('asks every package that denies, and takes messages out of objects', async () => {
    // The clock of these tests stands on a Wednesday.
    const { code, stderr } = await scan(sound, 'two', '-o', 'json');
    expect(code).toBe(3);
    expect(stderr.split('\n').filter((line) => line.includes('violating'))).toEqual([
      'assay: violating: no images on Wednesdays',
    ]);
  });

  it('reads the older dialect', async () => {
    expect((await scan(image, 'old.rego')).code).toBe(3);
  });

  it.each([
    ['no policy defines deny', 'silent.rego', /undecided: no policy defines deny$/m],
    [
      'deny is of a shape that says nothing',
      'number.rego',
      /undecided: data\.release\.deny is neither a set, a list nor a truth value: 3$/m,
    ],
    [
      'the policy contradicts itself',
      'conflict.rego',
      /undecided: data\.release cannot be evaluated: .*eval_conflict_error/m,
    ],
  ])('is undecided, with 4, when %s', async (_what, policy, words) => {
    const { code, stderr } = await scan(sound, policy, '-o', 'json');
    expect(stderr).toMatch(words);
    expect(code).toBe(4);
  });

  it('a known violation outranks a policy that cannot say', async () => {
    expect((await scan(image, 'silent.rego', '--fail-on', 'high')).code).toBe(3);
  });

  it('is an error before the scan begins when the policy does not compile', async () => {
    const { code, stdout, stderr } = await scan('dir:/no/such/folder', 'broken.rego');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^POLICY_INVALID: \S+broken\.rego:5:15: rego_unsafe_var_error: var x is unsafe\. hint: /);
  });
});
