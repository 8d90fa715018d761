import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fixtures, fixturesFor, sharedText } from '@assay/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asCycloneDx } from './documents.ts';
import { type RunningStore, startStore, writeToken } from './start-store.ts';

/** Source: pypi schemathesis 4.32.5; .ci/run installs it. */
const program = (process.env.PATH ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'schemathesis'))
  .find((path) => existsSync(path));
const suite = 'the Metadata Store under schemathesis';
if (program === undefined && process.env.CI === 'true') throw new Error(`${suite}: schemathesis is not on PATH`);
if (program === undefined) process.stderr.write(`left out: ${suite}: schemathesis is not on PATH\n`);

describe.runIf(program !== undefined && fixturesFor(suite))(suite, () => {
  let running: RunningStore;
  let url: string;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'assay-schemathesis-'));
    running = await startStore();
    const body = readFileSync(join(fixtures('scans'), 'golden/debian-meta/grype.cdx.json'));
    await running.ask('POST', '/api/v1/images', { headers: asCycloneDx, body });
    url = await running.server.listen({ host: '127.0.0.1', port: 0 });
    writeFileSync(join(folder, 'openapi.yaml'), sharedText('spec/store-openapi.yaml'));
    // In a file, not among the arguments: those are for everybody to see.
    writeFileSync(join(folder, 'schemathesis.toml'), `headers = { Authorization = "Bearer ${writeToken}" }\n`);
  });
  afterAll(async () => {
    await running.close();
    rmSync(folder, { recursive: true });
  });

  it('answers thousands of made-up requests with what the document declares, and never with a failure of ours', async () => {
    const checks = 'not_a_server_error,response_schema_conformance,status_code_conformance';
    const words = ['run', join(folder, 'openapi.yaml'), '--url', url, '--phases', 'examples,coverage,fuzzing'];
    const limits = ['-n', '20', '--checks', checks, '--continue-on-failure', '--seed', '11', '--max-time', '40'];
    const { code, output } = await new Promise<{ code: number; output: string }>((resolve) => {
      execFile(program ?? '', [...words, ...limits], { cwd: folder, maxBuffer: 1e8 }, (error, stdout, stderr) =>
        resolve({
          code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1,
          output: stdout + stderr,
        }),
      );
    });
    expect({ code, output: code === 0 ? '' : output.slice(-8_000) }).toEqual({ code: 0, output: '' });
    expect(Number(/(\d+) generated, \1 passed/.exec(output)?.[1] ?? 0)).toBeGreaterThan(1_000);
  });
});
