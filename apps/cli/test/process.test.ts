import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { file, writeLayout } from '@assay/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { vulnerableLayers } from './vulnerable-image.ts';
import { TestWorld } from './world.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const world = new TestWorld();
/** Inside the project, as the set-up does: what is not bundled is found in its node_modules. */
const bundle = join(root, '.assay', `test-${process.pid}`);
const program = join(bundle, 'main.js');

/** The real program, bundled as the set-up does, in a process of its own. */
function start(words: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [program, ...words], {
    env: { PATH: process.env.PATH ?? '', HOME: world.path('home'), ASSAY_HOME: world.path('home/assay'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }));
  return { child, ended };
}

beforeAll(async () => {
  const build = spawn(process.execPath, ['tools/build-cli.ts', bundle], { cwd: root, stdio: 'inherit' });
  expect((await once(build, 'close'))[0]).toBe(0);
  writeLayout(world.path('image'), vulnerableLayers);
  // Random bytes do not compress: reading takes long enough to be interrupted.
  writeLayout(world.path('large'), [
    [file('blob', randomBytes(48 * 1024 * 1024)), file('other', randomBytes(48 * 1024 * 1024))],
  ]);
});
afterAll(() => {
  rmSync(bundle, { recursive: true, force: true });
  world.dispose();
});

describe('the program in a process of its own', () => {
  it('finds what the starter set knows, with nothing else at hand', async () => {
    const { code, stdout } = await start(['scan', `oci:${world.path('image')}`]).ended;
    expect(stdout).toMatch(/CVE-2021-44906 +minimist/);
    expect(stdout).toMatch(/starter set/);
    expect(code).toBe(0);
  });

  it('loads what it needs late: YAML, the network', async () => {
    writeFileSync(world.path('ignore.yaml'), 'ignore:\n  - id: CVE-2021-44906\n    reason: for this test\n');
    const ignored = await start(['scan', `oci:${world.path('image')}`, '--ignore', world.path('ignore.yaml'), '-q'])
      .ended;
    expect(ignored.stdout).toMatch(/1 suppressed/);
    const refused = await start(['scan', 'localhost:1/x:1', '--retries', '0', '-q']).ended;
    expect(refused.stderr).toMatch(/^REGISTRY_UNREACHABLE: cannot reach localhost:1: nothing listens there\./);
    const update = await start([
      'db',
      'update',
      '--from',
      'http://localhost:1',
      '--ecosystem',
      'npm',
      '--retries',
      '0',
      '-q',
    ]).ended;
    expect(update.stderr).toMatch(/^DB_SOURCE: /);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends with a sentence on %s and leaves nothing half written',
    async (signal) => {
      const out = world.path(`out-${signal}`);
      mkdirSync(out);
      const { child, ended } = start([
        'scan',
        `oci:${world.path('large')}`,
        '--no-cache',
        '-o',
        `json=${join(out, 'x.json')}`,
      ]);
      // The first progress line says that layers are being read.
      await Promise.race([once(child.stderr, 'data'), ended]);
      child.kill(signal);
      const { code, stdout, stderr } = await ended;
      if (code === 0) return; // it was faster: nothing to interrupt
      expect(stderr).toMatch(/^INTERRUPTED: .+ hint: .+$/m);
      expect([code, stdout]).toEqual([1, '']);
      expect(readdirSync(out)).toEqual([]);
    },
  );

  it('ends well when its reader has seen enough', async () => {
    const { child, ended } = start(['sbom', `oci:${world.path('image')}`]);
    child.stdout.destroy();
    expect((await ended).code).toBe(0);
  });

  it('colours nothing in a pipe, everything with FORCE_COLOR, and nothing with NO_COLOR', async () => {
    const words = ['scan', `oci:${world.path('image')}`];
    expect((await start(words).ended).stdout).not.toContain('\x1b[');
    expect((await start(words, { FORCE_COLOR: '1' }).ended).stdout).toContain('\x1b[');
    expect((await start(words, { FORCE_COLOR: '1', NO_COLOR: '1' }).ended).stdout).not.toContain('\x1b[');
  });

  it.each(['bash', 'zsh', 'fish'])(
    'prints a completion script for %s, and completes commands and options',
    async (shell) => {
      expect((await start(['completion', shell]).ended).stdout).toContain('assay');
      expect((await start(['complete', '--', '']).ended).stdout).toMatch(/^scan\t/m);
      expect((await start(['complete', '--', 'scan', '--fail']).ended).stdout).toMatch(/^--fail-on\t/m);
    },
  );
});

describe('another scanner', () => {
  /** A program on PATH that writes a report in place of Grype: two components, one finding. */
  const report = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { tools: { components: [{ type: 'application', name: 'grype', version: '0.120.0' }] } },
    components: [
      { type: 'library', 'bom-ref': 'a', name: 'minimist', version: '1.2.0', purl: 'pkg:npm/minimist@1.2.0' },
    ],
    vulnerabilities: [
      {
        id: 'GHSA-xvch-5gv4-984h',
        ratings: [{ severity: 'critical', source: { name: 'ghsa' } }],
        affects: [{ ref: 'a' }],
      },
    ],
  };
  const install = (name: string, script: string) => {
    const bin = world.path(`bin-${name}`);
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, 'grype'), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, 'grype'), 0o755);
    return { PATH: `${bin}:${process.env.PATH ?? ''}` };
  };
  const scan = (env: Record<string, string>) =>
    start(['scan', `oci:${world.path('image')}`, '--scanner', 'grype', '-o', 'json', '-q'], env).ended;

  it('is run from PATH and its report read', async () => {
    const { code, stdout } = await scan(install('good', `cat <<'END'\n${JSON.stringify(report)}\nEND`));
    const { findings, scanner } = JSON.parse(stdout) as { findings: { id: string }[]; scanner: object };
    expect(findings.map(({ id }) => id)).toEqual(['GHSA-xvch-5gv4-984h']);
    expect(scanner).toEqual({ name: 'grype', version: '0.120.0' });
    expect(code).toBe(0);
  });

  it('that fails is told with its last words', async () => {
    const { code, stdout, stderr } = await scan(install('bad', 'echo "could not pull: no such host" >&2; exit 7'));
    expect(stderr).toMatch(/^SCANNER_FAILED: grype ended with code 7: could not pull: no such host\. hint: .+$/m);
    expect([code, stdout]).toEqual([1, '']);
  });

  it.each([
    ['nothing', 'true'],
    ['half a report', `echo '{"bomFormat":"CycloneDX","specVersion":"1.6","compon'`],
    ['something else', 'echo hello'],
  ])('that writes %s gives no answer', async (name, script) => {
    const { code, stdout, stderr } = await scan(install(name.replaceAll(' ', '-'), script));
    expect(stderr).toMatch(/^REPORT_UNREADABLE: .+ hint: .+$/m);
    expect([code, stdout]).toEqual([1, '']);
  });
});
