import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram, type Screen, type World } from '../src/index.ts';
import { type SeededStore, seedStore } from './insight/seed-store.ts';

describe('asking a store', () => {
  let store: SeededStore;
  let home: string;

  beforeAll(async () => {
    store = await seedStore();
    home = mkdtempSync(join(tmpdir(), 'assay-lookup-'));
  });
  afterAll(async () => {
    await store.close();
    rmSync(home, { recursive: true });
  });

  async function run(...words: readonly string[]) {
    const out = { stdout: '', stderr: '' };
    const screen = (name: 'stdout' | 'stderr'): Screen => ({
      ...{ isTerminal: false, columns: 100, color: false },
      write: async (text) => {
        out[name] += text;
      },
    });
    const tool = { name: 'assay', version: '1' };
    const world: World = {
      settings: { home, starterData: '', registry: {}, searchPath: '', childEnvironment: {}, tool },
      ...{ stdout: screen('stdout'), stderr: screen('stderr'), stdin: (async function* () {})() },
      ...{ signal: new AbortController().signal, now: () => new Date(), runtime: { node: '', platform: '' } },
      ...{ program: new URL('file:///'), userHome: home, isInteractive: false, called: './assay' },
    };
    return { code: await runProgram(words, world), ...out };
  }

  it('says where a vulnerability is', async () => {
    const { code, stdout } = await run('find', 'cve-2024-0001', '--store', store.url);
    expect(code).toBe(0);
    expect(stdout).toBe(
      [
        'CVE-2024-0001',
        '',
        'vulnerabilities: 1',
        '  CRITICAL  CVE-2024-0001',
        'packages: 1',
        '  openssl 3.0.1 (Unknown)',
        'images that ever held them: 1',
        '  registry.example.com/team/app@sha256:a1',
        '',
      ].join('\n'),
    );
  });

  it('says where a package is, as JSON too', async () => {
    const { stdout } = await run('find', 'lodash', '--store', store.url, '--json');
    const found = JSON.parse(stdout);
    expect(found.sources).toEqual([expect.objectContaining({ Repository: 'my-repo', Sha: 'c0ffee' })]);
    expect(found.vulnerabilities[0].CVEID).toBe('CVE-2024-0004');
  });

  it('says what changed between two images, by their newest reports', async () => {
    const digests = [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`];
    const post = async (digest: string, parts: readonly string[]) => {
      const { report } = await import('./insight/seed-store.ts');
      const answer = await fetch(`${store.url}/api/v1/images`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'report-type-format': 'cyclonedx' },
        body: JSON.stringify(report('r.example.com/diffed', digest, [...parts])),
      });
      expect(answer.status).toBe(200);
    };
    await post(digests[0] ?? '', ['busybox@1.36', 'musl@1.2.4', 'gone@1']);
    await post(digests[1] ?? '', ['busybox@1.37', 'musl@1.2.4', 'come@2']);
    const { code, stdout } = await run(
      'diff',
      digests[0] ?? '',
      `r.example.com/diffed@${digests[1]}`,
      '--store',
      store.url,
    );
    expect(code).toBe(0);
    expect(stdout.split('\n').slice(3)).toEqual([
      'packages: 1 added, 1 removed, 1 in another version',
      '  ~ busybox  1.36 → 1.37',
      '  + come@2',
      '  - gone@1',
      '',
      'findings: 0 new, 1 gone, 0 as before',
      '  - HIGH      CVE-2024-0005  busybox 1.36',
      '',
    ]);
    const back = JSON.parse(
      (await run('diff', digests[1] ?? '', digests[0] ?? '', '--store', store.url, '--json')).stdout,
    );
    expect(back.findings.new).toEqual([{ id: 'CVE-2024-0005', package: 'busybox', version: '1.36', severity: 'High' }]);
  });

  it('says that nothing is known, that no store runs, and that nobody answers', async () => {
    expect(await run('find', 'CVE-1999-1', '--store', store.url)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^NOT_STORED: /),
    });
    expect((await run('diff', 'a', 'b', '--store', store.url)).stderr).toMatch(
      /NOT_STORED: the store has no report "a"/,
    );
    expect((await run('find', 'x')).stderr).toMatch(/STORE_UNREACHABLE: no store runs on this machine.*\.\/assay up/s);
    expect((await run('find', 'x', '--store', 'http://127.0.0.1:1')).stderr).toMatch(/STORE_UNREACHABLE/);
    expect((await run('find', 'x', '--store', 'store')).stderr).toMatch(/OPTION_INVALID/);
    writeFileSync(join(home, 'up.json'), JSON.stringify({ url: store.url, token: 't', pid: process.pid }));
    expect((await run('find', 'openssl')).code).toBe(0);
    rmSync(join(home, 'up.json'));
  });
});
