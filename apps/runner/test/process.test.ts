import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createRegistry } from '@assay/oci';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

const run = promisify(execFile);
const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');

/** The program as it lies in the image. */
let app = '';
beforeAll(async () => {
  app = await mkdtemp(join(tmpdir(), 'assay-runner-app-'));
  await run(process.execPath, ['tools/bundle-app.ts', 'runner', app], { cwd: root });
});
afterAll(() => rm(app, { recursive: true, force: true }));

/** A pod's folders in a temporary one, and the environment a pod gives. */
async function aPod() {
  const pod = await mkdtemp(join(tmpdir(), 'assay-runner-pod-'));
  onTestFinished(() => rm(pod, { recursive: true, force: true }));
  for (const name of ['results', 'tmp', 'cred-helper', 'home']) await mkdir(join(pod, name));
  const env = {
    ASSAY_RESULTS_PATH: join(pod, 'results'),
    ASSAY_RESULT_SCAN_RESULT: join(pod, 'scan-result'),
    ASSAY_TERMINATION_FILE: join(pod, 'termination'),
    TMPDIR: join(pod, 'tmp'),
    DOCKER_CONFIG: join(pod, 'cred-helper'),
    HOME: join(pod, 'home'),
  };
  return { pod, env };
}

async function startRegistry(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-runner-registry-'));
  const registry = await createRegistry({ folder, closeGraceMs: 100 });
  await registry.listen();
  onTestFinished(async () => {
    await registry.close();
    await rm(folder, { recursive: true, force: true });
  });
  return registry.host;
}

/** Runs a step to its end. */
async function step(name: string, env: Readonly<Record<string, string>>, flags: readonly string[] = []) {
  const child = spawn(process.execPath, [...flags, join(app, 'runner.js'), name], { env });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  const lines = out.split('\n').filter((line) => line !== '');
  return { code, out, err, lines };
}

// The name of a licence makes the reader ask the list of licences, which must be in the program.
const report = JSON.stringify({
  bomFormat: 'CycloneDX',
  specVersion: '1.4',
  version: 1,
  components: [
    { type: 'library', name: 'a', version: '1', licenses: [{ license: { id: 'MIT' } }, { expression: 'mit' }] },
  ],
});

describe('the program', () => {
  it('publishes, and logs lines of JSON with static messages', async () => {
    const { pod, env } = await aPod();
    await writeFile(join(pod, 'results/scan.cdx.json'), report);
    const host = await startRegistry();
    const { code, lines, err } = await step('publisher', { ...env, ASSAY_RESULTS_LOCATION: `${host}/a/b:1` });
    expect([code, err]).toEqual([0, '']);
    const said = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(said.map(({ level, msg }) => [level, msg])).toEqual([
      ['info', 'a report is valid'],
      ['info', 'the results are published'],
    ]);
    expect(await readFile(join(pod, 'scan-result'), 'utf8')).toMatch(new RegExp(`^${host}/a/b@sha256:[0-9a-f]{64}$`));
    expect(await readdir(join(pod, 'tmp'))).toEqual([]);
  });

  it('ends with 1, the documented line and one line of JSON when the results folder is empty', async () => {
    const { pod, env } = await aPod();
    const { code, lines } = await step('publisher', { ...env, ASSAY_RESULTS_LOCATION: 'registry.example/a/b' });
    expect(code).toBe(1);
    // Source: the Scan 2.0 contract, "Troubleshooting".
    expect(lines[0]).toBe(`results folder ${join(pod, 'results')} is empty`);
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ level: 'error', reason: 'ResultsEmpty', step: 'publisher' });
    expect(await readFile(join(pod, 'termination'), 'utf8')).toContain('ResultsEmpty');
  });

  it.each([
    ['a step there is not', 'scan', {}, /there is no step/],
    ['a keychain there is not', 'cred-helper', { ASSAY_KEYCHAINS: 'ecr,quay' }, /"quay" is no keychain/],
    ['a relative path', 'publisher', { ASSAY_RESULTS_PATH: 'results' }, /no absolute path/],
    ['a limit in words', 'publisher', { ASSAY_LIMIT_FILE_BYTES: '1Gi' }, /no number of bytes/],
  ])('refuses %s', async (_what, name, more, says) => {
    const { env } = await aPod();
    const { code, lines } = await step(name, { ...env, ...more });
    expect(code).toBe(1);
    expect(lines).toHaveLength(1);
    expect((JSON.parse(lines[0] ?? '') as { message: string }).message).toMatch(says);
  });

  it('stops when told to, leaves nothing behind and says why', async () => {
    const { pod, env } = await aPod();
    await writeFile(join(pod, 'results/scan.cdx.json'), report);
    // A registry that takes connections and never answers.
    const silent = createServer(() => child.kill('SIGTERM'));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      silent.closeAllConnections();
      silent.close();
    });
    const { port } = silent.address() as AddressInfo; // a TCP server that listens has one
    const child = spawn(process.execPath, [join(app, 'runner.js'), 'publisher'], {
      env: { ...env, ASSAY_RESULTS_LOCATION: `127.0.0.1:${port}/a/b:1` },
    });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    expect(code).toBe(1);
    expect(out).toContain('"reason":"Interrupted"');
    expect(await readdir(join(pod, 'tmp'))).toEqual([]);
  });
});

describe('a report of 50 MiB with 50 000 findings', () => {
  /** Tells the highest memory of the process and the longest time the main thread was busy at one go, in its own CPU time. */
  const probe = `import { writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
if (isMainThread) {
  const used = () => { const { user, system } = process.threadCpuUsage(); return (user + system) / 1000; };
  let [wall, cpu, worst] = [0, 0, 0];
  const look = () => {
    const [w, c] = [performance.now(), used()];
    if (wall > 0) worst = Math.max(worst, Math.min(w - wall, c - cpu));
    [wall, cpu] = [w, c];
  };
  setInterval(look, 2).unref();
  process.on('exit', () => { look(); writeSync(2, JSON.stringify({ worst, peakMiB: process.resourceUsage().maxRSS / 1024 })); });
}
`;

  async function writeReport(path: string): Promise<void> {
    const file = createWriteStream(path);
    const write = async (text: string) => {
      if (!file.write(text)) await once(file, 'drain');
    };
    const ref = (at: number) => `pkg:npm/p${at}@1.0.${at}`;
    await write('{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[');
    for (let at = 0; at < 5_000; at += 1)
      await write(
        `${at > 0 ? ',' : ''}{"type":"library","bom-ref":"${ref(at)}","name":"p${at}","version":"1.0.${at}","purl":"${ref(at)}"}`,
      );
    await write('],"vulnerabilities":[');
    for (let at = 0; at < 50_000; at += 1)
      await write(
        `${at > 0 ? ',' : ''}${JSON.stringify({
          id: `CVE-2024-${10_000 + at}`,
          source: { name: 'nvd', url: `https://nvd.nist.gov/vuln/detail/CVE-2024-${10_000 + at}` },
          ratings: [{ source: { name: 'nvd' }, score: 7.5, severity: 'high', method: 'CVSSv31' }],
          cwes: [79],
          description: `finding ${at}: `.padEnd(670, 'lorem ipsum dolor sit amet '),
          published: '2024-01-01T00:00:00+00:00',
          affects: [{ ref: ref(at % 5_000), versions: [{ version: `1.0.${at % 5_000}`, status: 'affected' }] }],
        })}`,
      );
    await new Promise<void>((resolve) => file.end(']}', resolve));
  }

  it('is published, and its memory and longest stall are told', { timeout: 120_000 }, async () => {
    const { pod, env } = await aPod();
    await writeReport(join(pod, 'results/scan.cdx.json'));
    await writeFile(join(pod, 'probe.mjs'), probe);
    const host = await startRegistry();
    const location = { ASSAY_RESULTS_LOCATION: `${host}/a/b:1` };
    // An image to put the second object beside: the bundle itself will do.
    await writeFile(join(pod, 'results/small.cdx.json'), report);
    const first = await step('publisher', { ...env, ...location });
    const image = await readFile(join(pod, 'scan-result'), 'utf8');
    const { code, err, out } = await step('publisher', { ...env, ...location, ASSAY_IMAGE: image }, [
      '--import',
      join(pod, 'probe.mjs'),
    ]);
    expect([first.code, code]).toEqual([0, 0]);
    expect(out).toContain('"findings":50000');
    expect(out).toContain('the results are attached to the image');
    const { worst, peakMiB } = JSON.parse(err) as { worst: number; peakMiB: number };
    process.stderr.write(`50 MiB report: peak ${Math.round(peakMiB)} MiB, longest stall ${Math.round(worst)} ms\n`);
    // The goals, 256 MiB and 50 ms, are for a quiet machine: a busy one must not make this test fail.
    expect([worst, peakMiB].every(Number.isFinite)).toBe(true);
  });
});
