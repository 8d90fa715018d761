import { chmod, mkdir, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runStep } from '../src/index.ts';
import { aPod, aWorld, testLog } from './a-step.ts';

const isRoot = process.getuid?.() === 0;

/** Sets up an untouched workspace, or what `fill` made of it. */
async function setUp(fill: (workspace: string) => Promise<void> = async () => undefined) {
  const pod = await aPod();
  const { workspace } = pod.settings;
  await rm(workspace, { recursive: true });
  await mkdir(workspace);
  await fill(workspace);
  const log = testLog();
  const run = () => runStep('workspace-setup', pod.settings, aWorld(log));
  const look = async (name: string) => {
    const { mode, uid, gid } = await stat(join(workspace, name));
    return isRoot ? [(mode & 0o7777).toString(8), uid, gid] : [(mode & 0o7777).toString(8), 65534, 65534];
  };
  return { workspace, code: await run(), run, look, log };
}

// Source: the Scan 2.0 contract, "Step duties": /workspace/{scan-results,tmp,.cache} with owner 65534.
describe('workspace-setup', () => {
  it('makes the three folders for the user of the steps', async () => {
    const { workspace, code, look } = await setUp();
    expect(code).toBe(0);
    expect((await readdir(workspace)).sort()).toEqual(['.cache', 'scan-results', 'tmp']);
    expect(await look('scan-results')).toEqual(['775', 65534, 65534]);
    expect(await look('.cache')).toEqual(['775', 65534, 65534]);
    expect(await look('tmp')).toEqual(['1777', 65534, 65534]);
  });

  it('changes nothing the second time and keeps what is there', async () => {
    const { workspace, run, look } = await setUp();
    await writeFile(join(workspace, 'scan-results/kept'), 'x');
    expect(await run()).toBe(0);
    expect(await readdir(join(workspace, 'scan-results'))).toEqual(['kept']);
    expect(await look('scan-results')).toEqual(['775', 65534, 65534]);
  });

  it('puts modes right', async () => {
    const { look } = await setUp(async (workspace) => {
      await mkdir(join(workspace, 'tmp'));
      await chmod(join(workspace, 'tmp'), 0o700);
    });
    expect(await look('tmp')).toEqual(['1777', 65534, 65534]);
  });

  it.each([
    ['a file', (path: string) => writeFile(path, 'x')],
    ['a link', (path: string) => symlink('/', path)],
  ])('fails where %s lies in the place of a folder', async (_what, put) => {
    const { code, log } = await setUp((workspace) => put(join(workspace, 'tmp')));
    expect(code).toBe(1);
    expect(log.said.at(-1)?.facts).toMatchObject({ reason: 'WorkspaceUnwritable' });
  });
});
