import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeLayout } from '@assay/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { soundLayers, vulnerableLayers } from './vulnerable-image.ts';
import { TestWorld } from './world.ts';

const world = new TestWorld();
let image: string;
let sound: string;
let broken: string;

beforeAll(async () => {
  await world.prepare();
  image = `oci:${writeLayout(world.path('image'), vulnerableLayers).folder}`;
  sound = `oci:${writeLayout(world.path('sound'), soundLayers).folder}`;
  const cut = writeLayout(world.path('broken'), vulnerableLayers);
  for (const { digest } of cut.layers) rmSync(join(cut.folder, 'blobs/sha256', digest.slice(7)));
  broken = `oci:${cut.folder}`;
  writeFileSync(
    world.path('all.yaml'),
    [
      'ignore:',
      ...['CVE-2023-5363', 'CVE-2021-44906', 'CVE-2020-14343'].flatMap((id) => [
        `  - id: ${id}`,
        '    reason: for this test',
      ]),
    ].join('\n'),
  );
  writeFileSync(
    world.path('old.yaml'),
    'ignore:\n  - id: CVE-2021-44906\n    reason: was fine for a while\n    until: 2026-11-24\n',
  );
  writeFileSync(world.path('bad.yaml'), 'ignore:\n  - id: CVE-2021-44906\n    raeson: misspelt\n');
});
afterAll(() => world.dispose());

describe('the exit code is', () => {
  // README, "Exit codes".
  const cases: [code: number, when: string, words: () => string[]][] = [
    [0, 'clean without a threshold, whatever was found', () => [image]],
    [3, 'violated when a finding reaches the threshold', () => [image, '--fail-on', 'high']],
    [3, 'violated by a lower threshold too', () => [image, '--fail-on', 'low']],
    [
      3,
      'violated also where the data is too old: a known violation outranks an open question',
      () => [image, '--fail-on', 'high', '--max-db-age', '5'],
    ],
    [4, 'undecided when the data is older than allowed', () => [image, '--max-db-age', '5']],
    [0, 'clean when the data may be that old', () => [image, '--max-db-age', '99w']],
    [2, 'usage for an image the layout does not hold', () => [`${image}@sha256:${'0'.repeat(64)}`]],
    [1, 'error for an image whose layer is gone', () => [broken]],
    [2, 'usage for a folder that is not there', () => ['dir:/no/such/folder']],
    [2, 'usage for an unknown option', () => [image, '--fail-hard']],
    [2, 'usage for an unknown severity', () => [image, '--fail-on', 'terrible']],
    [2, 'usage for an unknown format', () => [image, '-o', 'pdf']],
    [2, 'usage for two answers on one output', () => [image, '-o', 'json', '-o', 'table']],
    [2, 'usage for an ignore file with a misspelt field', () => [image, '--ignore', world.path('bad.yaml')]],
    [2, 'usage for an ignore file that is not there', () => [image, '--ignore', world.path('none.yaml')]],
    [2, 'usage for an image in a registry with --offline', () => ['alpine:3', '--offline']],
    [2, 'usage for a data file that is not there', () => [image, '--db', world.path('none.db')]],
    [1, 'error for a data file that is none', () => [image, '--db', world.path('all.yaml')]],
    [1, 'error for a scanner that is not on PATH', () => [image, '--scanner', 'grype']],
  ];
  it.each(cases)('%i: %s', async (code, _when, words) => {
    const said = await world.call(['scan', ...words(), '--no-cache', '-q']);
    expect([said.code, said.stderr]).toEqual([code, code === 0 ? '' : said.stderr]);
    // A person gets a code, a sentence and a next step; a machine gets nothing half said.
    if (code === 1 || code === 2) {
      expect(said.stderr).toMatch(/^[A-Z_]+: .+\. hint: .+\n$/);
      expect(said.stdout).toBe('');
    }
  });

  it('0 when everything above the threshold is ignored with a reason, and the answer says so', async () => {
    const said = await world.call([
      'scan',
      image,
      '--ignore',
      world.path('all.yaml'),
      '--fail-on',
      'low',
      '-o',
      'json',
      '--no-cache',
    ]);
    const { findings } = JSON.parse(said.stdout) as { findings: { suppressed?: { by: string; reason: string } }[] };
    expect(findings.length).toBeGreaterThanOrEqual(3);
    expect(findings.filter(({ suppressed }) => suppressed?.reason === 'for this test')).toHaveLength(3);
    expect(said.code).toBe(findings.some(({ suppressed }) => suppressed === undefined) ? 3 : 0);
  });

  it('3 again when the ignore entry has expired', async () => {
    const said = await world.call([
      'scan',
      image,
      '--ignore',
      world.path('old.yaml'),
      '--fail-on',
      'critical',
      '--no-cache',
    ]);
    expect(said.code).toBe(3);
    expect(said.stdout).toMatch(/held until 2026-11-24/);
  });

  it('4 when the gate asks about an image nobody could judge', async () => {
    const folder = writeLayout(world.path('strange'), [
      [...(vulnerableLayers[0] ?? [])].map((entry) =>
        entry.path === 'etc/os-release' ? { ...entry, content: Buffer.from('ID=unheard-of\nVERSION_ID=1\n') } : entry,
      ),
    ]).folder;
    const said = await world.call(['scan', `oci:${folder}`, '--fail-on', 'high', '--no-cache']);
    expect(said.code).toBe(4);
    expect(said.stdout).toMatch(/undecided: a part could not be judged \(DISTRO_/);
  });

  it('0 for an image in which nothing is known to be wrong', async () => {
    expect((await world.call(['scan', sound, '--fail-on', 'low', '--no-cache', '-q'])).code).toBe(0);
  });
});

describe('answers go', () => {
  it('to several files at once, each whole', async () => {
    const out = world.path('out');
    mkdirSync(out);
    const formats = ['json', 'cyclonedx-json', 'cyclonedx-xml', 'spdx-json', 'sarif', 'csv', 'github'];
    const said = await world.call([
      'scan',
      image,
      '-q',
      ...formats.flatMap((format) => ['-o', `${format}=${join(out, format)}`]),
    ]);
    expect(said).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(readdirSync(out).sort()).toEqual([...formats].sort());
    for (const format of ['json', 'cyclonedx-json', 'spdx-json', 'sarif'])
      JSON.parse(readFileSync(join(out, format), 'utf8'));
  });

  it('nowhere when one of them cannot be written, and nothing is left behind', async () => {
    const said = await world.call(['scan', image, '-q', '-o', 'table', '-o', `json=${world.path('no-folder/x.json')}`]);
    expect(said).toMatchObject({ code: 1, stdout: '' });
    expect(said.stderr).toMatch(/^OUTPUT_UNWRITABLE: cannot write .*the folder does not exist\. hint:/);
    expect(existsSync(world.path('no-folder'))).toBe(false);
  });

  it('nowhere when the template does not exist, and says that of the template', async () => {
    const template = world.path('no-such.tmpl');
    const said = await world.call(['scan', image, '-q', '-o', 'template', '--template', template]);
    expect(said).toMatchObject({ code: 2, stdout: '' });
    expect(said.stderr).toMatch(/^FILE_NOT_FOUND: cannot read .*no-such\.tmpl: it does not exist\. hint:/);
  });

  it('on, where the home cannot be written, with one warning', async () => {
    const home = world.path('locked');
    writeFileSync(home, 'a file where a folder is wanted');
    const said = await world.call(['scan', image, '-o', 'json'], { settings: { home } });
    expect(said.code).toBe(0);
    expect(said.stderr).toMatch(/CACHE_UNWRITABLE: cannot make the folder/);
    chmodSync(home, 0o600);
  });
});

describe('words', () => {
  it('without a command are met with what can be done next', async () => {
    const said = await world.call([]);
    expect(said.stdout).toMatch(/\.\/assay scan .+\n[\s\S]*\.\/assay db update/);
    expect(said.code).toBe(0);
  });

  it('that are no command are told, with what was perhaps meant', async () => {
    expect(await world.call(['scna'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'USAGE: there is no command "scna". hint: Did you mean: assay scan?\n',
    });
  });

  it.each([
    ['--help'],
    ['scan --help'],
    ['sbom --help'],
    ['sbom convert --help'],
    ['sbom validate --help'],
    ['db --help'],
    ['db update --help'],
    ['version --help'],
    ['completion --help'],
  ])('%s shows examples or commands, and ends well', async (words) => {
    const said = await world.call(words.split(' '));
    expect(said.code).toBe(0);
    expect(said.stderr).toBe('');
    expect(said.stdout).toMatch(words === '--help' ? /Commands:/ : /Examples?:/);
  });

  it.each(['bash', 'zsh', 'fish'])('completion %s prints a script that names the program', async (shell) => {
    // The library prints by itself, on this process's own stdout.
    expect((await world.call(['completion', shell])).code).toBe(0);
  });
});
