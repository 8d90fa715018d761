import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { file, writeLayout } from '@assay/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { vulnerableLayers } from './vulnerable-image.ts';
import { TestWorld } from './world.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const world = new TestWorld();
const bundle = join(root, '.assay', `test-up-${process.pid}`);
const children: ChildProcess[] = [];

/** The real program, bundled as the set-up does, in a process of its own. */
function start(...words: readonly string[]) {
  const child = spawn(process.execPath, [join(bundle, 'main.js'), ...words], {
    env: { PATH: process.env.PATH ?? '', HOME: world.path('home'), ASSAY_HOME: world.path('home/assay') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const out = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk: Buffer) => {
      out[name] += chunk.toString('utf8');
    });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...out }));
  return { child, out, ended };
}

const run = (...words: readonly string[]) => start(...words).ended;

/** `assay up` once it says that it is ready. */
async function up() {
  const started = start('up', '--port', '0');
  await expect
    .poll(() => started.out.stdout + started.out.stderr, { timeout: 30_000, interval: 50 })
    .toMatch(/Ctrl-C|hint/);
  const url = /ready: (\S+)/.exec(started.out.stdout)?.[1] ?? '';
  const token = /Token: (\S+)/.exec(started.out.stdout)?.[1] ?? '';
  return { ...started, url, token };
}

beforeAll(async () => {
  const build = spawn(process.execPath, ['tools/build-cli.ts', bundle], { cwd: root, stdio: 'inherit' });
  expect((await once(build, 'close'))[0]).toBe(0);
  writeLayout(world.path('one'), vulnerableLayers);
  const mended = file('app/node_modules/minimist/package.json', '{"name":"minimist","version":"1.2.8"}');
  writeLayout(world.path('two'), [...vulnerableLayers, [mended]]);
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(bundle, { recursive: true, force: true });
  world.dispose();
});

describe('assay up', () => {
  it('keeps what is scanned, says where a vulnerability is and what changed, and finds it all again', async () => {
    const first = await up();
    const group = `oci:${world.path('one')}`;
    expect(statSync(world.path('home/assay/up.json')).mode & 0o777).toBe(0o600);
    const digests: string[] = [];
    for (const name of ['one', 'two']) {
      const scan = await run('scan', `oci:${world.path(name)}`, '-o', 'json');
      expect(scan.stderr).toContain(`stored at ${first.url}`);
      digests.push(JSON.parse(scan.stdout).subject.digest);
    }
    const [one = '', two = ''] = digests;
    const found = await run('find', 'CVE-2021-44906', '--json');
    expect(
      JSON.parse(found.stdout).vulnerability.artifacts.items.map(({ digest }: { digest: string }) => digest),
    ).toEqual([one]);
    expect((await run('diff', one, two)).stdout).toMatch(
      /~ +minimist +1\.2\.0 → 1\.2\.8[\s\S]*- +CRITICAL +CVE-2021-44906/,
    );
    expect((await run('insight', 'image', 'get', '-d', one)).stdout).toMatch(
      /minimist@1\.2\.0\n\tCVEs:\n\t\t1\. CVE-2021-44906/,
    );
    const decide = ['-v', 'CVE-2021-44906', '-n', 'minimist', '-p', '1.2.0', '-d', one, '-a', group];
    const why = ['-s', 'not_affected', '-j', 'code_not_reachable'];
    expect((await run('insight', 'triage', 'update', ...decide, ...why)).stdout).toMatch(/^Triage created: /);
    expect((await run('scan', `oci:${world.path('one')}`, '-q')).code).toBe(0);
    expect((await run('insight', 'triage', 'list', '-d', one)).stdout).toMatch(/State: {10}not_affected/);
    first.child.kill('SIGTERM');
    expect((await first.ended).code).toBe(0);
    expect(existsSync(world.path('home/assay/up.json'))).toBe(false);
    expect((await run('find', 'CVE-2021-44906')).stderr).toMatch(/STORE_UNREACHABLE: no store runs/);
    const second = await up();
    expect(second.token).toBe(first.token);
    expect((await run('insight', 'report', 'list', '-d', two)).stdout).toMatch(/^1\. \tUID/);
    second.child.kill('SIGINT');
    expect((await second.ended).code).toBe(0);
  });

  it('wants its token, refuses a second store, and listens to this machine alone', async () => {
    const { url, child, ended, token } = await up();
    expect((await fetch(`${url}/api/v1/images`)).status).toBe(401);
    const answer = await fetch(`${url}/api/v1/images`, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
    expect((await run('up', '--port', '0')).stderr).toMatch(/^STORE_LOCKED: a store runs already/);
    expect((await run('up', '--host', '0.0.0.0')).stderr).toMatch(/OPTION_INVALID: --host 0\.0\.0\.0/);
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
  });
});
