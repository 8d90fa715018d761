import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { bundleApp } from './bundle-app.ts';
import { root } from './source-files.ts';

const run = promisify(execFile);

/** What `npm run images -- …` says when it refuses. */
async function refusal(...args: readonly string[]) {
  const outcome = await run(process.execPath, [join(root, 'tools/images.ts'), ...args]).catch(
    (failed: unknown) => failed,
  );
  return outcome as { readonly code?: number; readonly stderr: string; readonly stdout: string };
}

describe('npm run images', () => {
  it('explains itself', async () => {
    const { stdout } = await refusal('--help');
    expect(stdout).toMatch(/--push REGISTRY\[\/PREFIX\]/);
  });

  it.each([
    [['--only', 'assay-nobody'], /there is no image assay-nobody; there are assay-controller, /],
    [['--pusch', 'registry.example'], /Unknown option '--pusch'/],
    [['--push', 'registry.example/app@sha256:1'], /--push takes REGISTRY\[\/PREFIX\]/],
    [['--push', 'my-team'], /my-team does not begin with a registry/],
  ])('%s is a usage error, before anything is built', async (args, why) => {
    const { code, stderr } = await refusal(...args);
    expect(stderr).toMatch(why);
    expect(code).toBe(2);
  });
});

describe('a bundle', () => {
  it('is the same twice, and names the packages it took in', { timeout: 60_000 }, async () => {
    const entry = 'packages/images/test/registry-main.ts';
    const [one, two] = [await bundleApp('registry', entry), await bundleApp('registry', entry)];
    expect([...two.files]).toEqual([...one.files]);
    expect([...one.files.keys()]).toContain('registry.js');
    const fastify = one.packages.find(({ name }) => name === 'fastify');
    expect(fastify).toMatchObject({ version: '5.12.8', license: 'MIT' });
    expect(JSON.parse(Buffer.from(one.files.get('node_modules/fastify/package.json') ?? []).toString())).toEqual(
      fastify,
    );
  });
});
