import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram, type Screen, type World } from '../src/index.ts';
import { report, type SeededStore, seedStore } from './insight/seed-store.ts';

const digests = [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`] as const;
const image = 'r.example.com/team/tool';

describe('asking a store', () => {
  let store: SeededStore;
  let home: string;

  beforeAll(async () => {
    store = await seedStore();
    home = mkdtempSync(join(tmpdir(), 'assay-ask-'));
    const post = async (digest: string, uid: string, parts: readonly string[]) => {
      const answer = await fetch(`${store.url}/api/v1/images`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'report-type-format': 'cyclonedx', 'report-uid': uid },
        body: JSON.stringify(report(image, digest, [...parts])),
      });
      expect(answer.status).toBe(200);
    };
    await post(digests[0], 'tool-1', ['busybox@1.36', 'musl@1.2.4', 'gone@1']);
    await post(digests[1], 'tool-2', ['busybox@1.37', 'musl@1.2.4', 'come\u001b[31m@2']);
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
  const ask = (...words: readonly string[]) => run(...words, '--store', store.url);

  it('says where a vulnerability is now, and ever was', async () => {
    const { code, stdout } = await ask('find', 'cve-2024-0005');
    const today = new Date().toISOString().slice(0, 10);
    const row = (name: string) => `  ${name.padEnd(95)}  busybox 1.36  no fix known  since ${today}`;
    expect([code, stdout.split('\n')]).toEqual([
      0,
      [
        'CVE-2024-0005  HIGH (grype vendor)',
        '',
        'findings now: 4',
        ...[row('registry.example.com/team/app@sha256:b2'), row('registry.example.com/team/app@sha256:b3')],
        ...[row('git.example.com/my-org/other-repo@beef'), row(`${image}@${digests[0]}`)],
        '',
      ],
    ]);
    // What old clients sent without a report is nobody's newest.
    expect((await ask('find', 'CVE-2024-0001')).stdout).toMatch(/findings now: 0\nNowhere now\. .*--ever\n$/);
    expect((await ask('find', 'CVE-2024-0001', '--ever')).stdout).toMatch(
      /^CVE-2024-0001 {2}CRITICAL.*findings over all time: 1\n {2}registry\.example\.com\/team\/app@sha256:a1 {2}openssl 3\.0\.1/s,
    );
    const json = JSON.parse((await ask('find', 'CVE-2024-0005', '--json')).stdout);
    expect(json).toMatchObject({ kind: 'vulnerability', findings: { total: { kind: 'exact', value: 4 } } });
  });

  it('says where a package is, and what is stored of an image', async () => {
    const text = (await ask('find', 'busybox')).stdout;
    expect(text).toMatch(
      /versions: 2\n {2}busybox 1\.36 {2}\(Unknown\) {2}in 4 artifacts\n {2}busybox 1\.37 {2}\(Unknown\) {2}in 1 artifact\nplaces now: 5\n/,
    );
    expect((await ask('find', 'zlib', '--ever')).stdout).toMatch(/zlib 1\.2\.11 {2}not any more/);
    expect((await ask('find', image)).stdout).toMatch(/stored: 2\n.*1 high.*tool-1\n.*no findings.*tool-2\n/s);
    expect(JSON.parse((await ask('find', digests[0], '--json')).stdout).items).toHaveLength(1);
  });

  it('says what changed: by report, by digest, by name', async () => {
    const { code, stdout } = await ask('diff', 'tool-1', 'tool-2');
    expect(code).toBe(0);
    expect(stdout.split('\n').slice(3)).toEqual([
      'packages: 1 added, 1 removed, 1 in another version',
      '  ~  busybox  1.36 → 1.37',
      expect.stringMatching(/^ {2}\+ {2}come.* 2$/),
      '  -  gone 1',
      '',
      'findings: 0 new, 1 gone, 0 as before',
      '  -  HIGH  CVE-2024-0005  busybox 1.36',
      '',
    ]);
    expect(stdout).not.toContain('\u001b');
    const back = JSON.parse((await ask('diff', `${image}@${digests[1]}`, digests[0], '--json')).stdout);
    expect(back.findings.new).toMatchObject([{ cve: 'CVE-2024-0005', severity: 'high' }]);
    expect(JSON.parse((await ask('diff', 'tool-1', image, '--json')).stdout).to.artifact.digest).toBe(digests[1]);
  });

  it('lists reports, shows the newest, and tells the history', async () => {
    expect((await ask('report', 'list')).stdout).toMatch(/^images and sources: \d+\n/);
    expect((await ask('report', 'list', 'r.example.com/*')).stdout.split('\n')).toHaveLength(4);
    const got = (await ask('report', 'get', digests[0])).stdout;
    expect(got).toMatch(/newest report: tool-1 of .*\n\nfindings: 1\n {2}HIGH {2}CVE-2024-0005 {2}busybox 1\.36/);
    expect((await ask('report', 'get', image)).stdout).toMatch(/findings: 0\n$/);
    const history = (await ask('report', 'history', image)).stdout;
    expect(history).toMatch(
      /reports: 2\n.*sha256:a{12} {2}1 high .*3 packages {2}grype 0\.70\.0 {2}tool-1\n.*tool-2\n/,
    );
    const json = JSON.parse((await ask('report', 'history', image, '--json')).stdout);
    expect(json.items.map(({ uid }: { uid: string }) => uid)).toEqual(['tool-1', 'tool-2']);
  });

  it('says that nothing is known, that no store runs, and that nobody answers', async () => {
    for (const words of [
      ['find', 'CVE-1999-1'],
      ['find', 'pkg:npm/nobody'],
      ['find', 'nobody'],
      ['diff', 'a', 'b'],
      ['report', 'get', 'nobody'],
      ['report', 'history', 'nobody'],
    ])
      expect([words, await ask(...words)]).toMatchObject([
        words,
        { code: 1, stderr: expect.stringMatching(/^NOT_STORED: /) },
      ]);
    expect((await run('find', 'x')).stderr).toMatch(/STORE_UNREACHABLE: no store runs on this machine.*\.\/assay up/s);
    expect((await run('report', 'list')).stderr).toMatch(/STORE_UNREACHABLE/);
    expect((await run('find', 'x', '--store', 'http://127.0.0.1:1')).stderr).toMatch(/STORE_UNREACHABLE/);
    expect((await run('find', 'x', '--store', 'store')).stderr).toMatch(/OPTION_INVALID/);
    expect((await ask('find', 'pkg:')).stderr).toMatch(/OPTION_INVALID/);
    writeFileSync(join(home, 'up.json'), JSON.stringify({ url: store.url, token: 't', pid: process.pid }));
    expect((await run('find', 'busybox')).code).toBe(0);
    rmSync(join(home, 'up.json'));
  });
});
