import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram, type Screen, type World } from '../src/index.ts';

const run = promisify(execFile);
const { KUBECONFIG } = process.env;
if (KUBECONFIG === undefined) process.stderr.write('left out: install and grant on a cluster: KUBECONFIG is not set\n');

/** A world in which nothing but the screens and the cluster exists. */
function aWorld() {
  const said: string[] = [];
  const screen: Screen = {
    isTerminal: false,
    columns: 0,
    color: false,
    write: (text) => {
      said.push(text);
      return Promise.resolve();
    },
  };
  const world: World = {
    settings: {
      home: join(tmpdir(), 'assay-none'),
      starterData: '',
      registry: {},
      searchPath: '',
      childEnvironment: {},
      tool: { name: 'assay', version: '0.1.0' },
    },
    stdout: screen,
    stderr: screen,
    stdin: (async function* () {})(),
    signal: new AbortController().signal,
    now: () => new Date(),
    runtime: { node: process.versions.node, platform: 'linux/x64' },
    ...(KUBECONFIG !== undefined && { kubeconfig: KUBECONFIG }),
    program: new URL('file:///'),
    userHome: '',
    isInteractive: false,
    called: './assay',
  };
  return { world, text: () => said.join('') };
}

async function assay(...words: readonly string[]) {
  const { world, text } = aWorld();
  return { code: await runProgram(words, world), text: text() };
}

describe('assay install', () => {
  it('of a folder that was never written says who writes it', async () => {
    const { code, text } = await assay('install', '--local', 'nowhere');
    expect(text).toContain('FILE_NOT_FOUND');
    expect(text).toContain('npm run images -- --push REGISTRY');
    expect(code).toBe(2);
  });

  it.each([
    [['install', '--timeout', 'soon'], 'OPTION_INVALID'],
    [['install', '--locale', 'x'], "unknown option '--locale'"],
    [['grant'], "missing required argument 'NAMESPACE'"],
  ])('%j is a usage error', async (words, why) => {
    const { code, text } = await assay(...words);
    expect(text).toContain(why);
    expect(code).toBe(2);
  });
});

describe.runIf(KUBECONFIG !== undefined)('on a real cluster', () => {
  const namespace = `commands-${randomBytes(3).toString('hex')}`;
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-install-'));
    await run('kubectl', ['create', 'namespace', namespace]);
  });
  afterAll(async () => {
    await run('kubectl', ['delete', 'namespace', namespace, '--wait=false']);
    await rm(folder, { recursive: true, force: true });
  });

  const canRead = (secret: string) =>
    run('kubectl', [
      ...['auth', 'can-i', 'get', `secret/${secret}`, '-n', namespace],
      '--as=system:serviceaccount:amr-observer-system:amr-observer-controller-manager',
    ]).then(
      () => true,
      () => false,
    );

  it('assay grant lets the observer read the named secrets, and no other', async () => {
    expect(await assay('grant', namespace, 'one', 'two')).toEqual({
      code: 0,
      text: `the observer may read one, two in ${namespace}\n`,
    });
    expect(await Promise.all(['one', 'two', 'three'].map(canRead))).toEqual([true, true, false]);
    await assay('grant', namespace, 'three');
    expect(await Promise.all(['one', 'two', 'three'].map(canRead))).toEqual([false, false, true]);
  });

  it('assay grant in a namespace that is not there says so', async () => {
    const { code, text } = await assay('grant', `${namespace}-none`);
    expect(text).toContain('KUBE_NOT_FOUND');
    expect(code).toBe(1);
  });

  it('assay install applies and waits; what never runs is named', async () => {
    const metadata = { name: 'never', namespace };
    const labels = { app: 'never' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'a', image: 'registry.invalid/never:1' }] } };
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: { selector: { matchLabels: labels }, template },
    };
    await writeFile(join(folder, 'deployment.yaml'), JSON.stringify(deployment));
    await writeFile(join(folder, 'kustomization.yaml'), 'resources: [deployment.yaml]\n');
    const { code, text } = await assay('install', '--local', folder, '--timeout', '1');
    expect(text).toContain(`assay: waiting for Deployment ${namespace}/never`);
    expect(text).toContain('INSTALL_NOT_READY');
    expect(code).toBe(1);
  });
});
