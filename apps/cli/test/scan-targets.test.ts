import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRegistry, type EmbeddedRegistry, openRegistry, parseReference } from '@assay/oci';
import { writeLayout } from '@assay/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { vulnerableLayers } from './vulnerable-image.ts';
import { TestWorld } from './world.ts';

const world = new TestWorld();
let registry: EmbeddedRegistry;
let digest: string;

/** The ids of an answer in our own schema. */
function idsOf(stdout: string): string[] {
  const report = JSON.parse(stdout) as { findings: { id: string }[] };
  return [...new Set(report.findings.map(({ id }) => id))].sort();
}

/** Pushes a layout as it is. */
async function push(folder: string, reference: string): Promise<void> {
  const repository = openRegistry(parseReference(reference));
  const blob = (hex: string) => readFileSync(join(folder, 'blobs/sha256', hex));
  const index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as {
    manifests: { digest: string; mediaType: string }[];
  };
  const [entry] = index.manifests;
  const bytes = blob(entry?.digest.slice(7) ?? '');
  const manifest = JSON.parse(bytes.toString('utf8')) as {
    config: { digest: string; size: number };
    layers: { digest: string; size: number }[];
  };
  for (const part of [manifest.config, ...manifest.layers]) {
    const content = blob(part.digest.slice(7));
    await repository.pushBlob({
      digest: part.digest as `sha256:${string}` & never,
      size: part.size,
      open: async function* () {
        yield content;
      },
    });
  }
  await repository.pushManifest(bytes, entry?.mediaType ?? '', { tag: '1' });
  await repository.close();
}

beforeAll(async () => {
  await world.prepare();
  const layout = writeLayout(world.path('layout'), vulnerableLayers, { name: 'v1' });
  digest = layout.manifest;
  execFileSync('tar', ['-cf', world.path('oci.tar'), '-C', world.path('layout'), '.']);
  registry = await createRegistry({ folder: world.path('registry') });
  await registry.listen();
  await push(world.path('layout'), `${registry.host}/team/app:1`);
  mkdirSync(world.path('sources'));
  writeFileSync(world.path('sources/requirements.txt'), 'PyYAML==5.3.1\n');
  writeFileSync(
    world.path('sources/bom.json'),
    JSON.stringify({
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      version: 1,
      components: [{ type: 'library', name: 'minimist', version: '1.2.0', purl: 'pkg:npm/minimist@1.2.0' }],
    }),
  );
});
afterAll(async () => {
  await registry.close();
  world.dispose();
});

const inImage = ['CVE-2020-14343', 'CVE-2021-44906', 'CVE-2023-5363'];

describe('assay scan reads', () => {
  const cases: [what: string, target: () => string][] = [
    ['an OCI layout', () => `oci:${world.path('layout')}`],
    ['an OCI layout, by name', () => `oci:${world.path('layout')}:v1`],
    ['an OCI layout, by digest', () => `oci:${world.path('layout')}@${digest}`],
    ['a layout that nobody called one', () => world.path('layout')],
    ['an OCI archive', () => `oci-archive:${world.path('oci.tar')}`],
    ['an archive that nobody called one', () => world.path('oci.tar')],
    ['an image in a registry, by tag', () => `${registry.host}/team/app:1`],
    ['an image in a registry, by digest', () => `registry:${registry.host}/team/app@${digest}`],
  ];
  it.each(cases)('%s', async (_what, target) => {
    const { code, stdout, stderr } = await world.call(['scan', target(), '-q', '-o', 'json', '--no-cache']);
    expect(stderr).toBe('');
    expect(idsOf(stdout)).toEqual(expect.arrayContaining(inImage));
    expect(code).toBe(0);
  });

  it('a folder of sources', async () => {
    const { stdout } = await world.call(['scan', `dir:${world.path('sources')}`, '-q', '-o', 'json']);
    expect(idsOf(stdout)).toContain('CVE-2020-14343');
  });

  it('an SBOM in a file, told by its content', async () => {
    const { stdout, stderr } = await world.call(['scan', world.path('sources/bom.json'), '-o', 'json']);
    expect(idsOf(stdout)).toContain('CVE-2021-44906');
    expect(stderr).toMatch(/is taken for an SBOM/);
  });

  it('an SBOM on standard input', async () => {
    const stdin = readFileSync(world.path('sources/bom.json'));
    expect(idsOf((await world.call(['scan', '-', '-q', '-o', 'json'], { stdin })).stdout)).toContain('CVE-2021-44906');
    expect(idsOf((await world.call(['scan', 'sbom:-', '-q', '-o', 'json'], { stdin })).stdout)).toContain(
      'CVE-2021-44906',
    );
  });

  it('an SBOM it wrote itself, to the same findings', async () => {
    const direct = await world.call(['scan', `oci:${world.path('layout')}`, '-q', '-o', 'json']);
    for (const format of ['cyclonedx-json', 'cyclonedx-json@1.4', 'cyclonedx-xml', 'spdx-json']) {
      const bom = await world.call(['sbom', `oci:${world.path('layout')}`, '-q', '-o', format]);
      const again = await world.call(['scan', 'sbom:-', '-q', '-o', 'json'], { stdin: bom.stdout });
      expect([format, idsOf(again.stdout)]).toEqual([format, idsOf(direct.stdout)]);
    }
  });
});

describe('the second scan of a digest', () => {
  it('reads no layer, and gives the same findings', async () => {
    const target = `oci:${world.path('second')}`;
    const { layers } = writeLayout(world.path('second'), vulnerableLayers);
    const first = await world.call(['scan', target, '-q', '-o', 'json']);
    for (const layer of layers)
      writeFileSync(join(world.path('second'), 'blobs/sha256', layer.digest.slice(7)), 'gone');
    const second = await world.call(['scan', target, '-q', '-o', 'json']);
    expect(second.stderr).toBe('');
    expect(idsOf(second.stdout)).toEqual(idsOf(first.stdout));
    const withoutCache = await world.call(['scan', target, '-q', '-o', 'json', '--no-cache']);
    expect(withoutCache).toMatchObject({ code: 1, stdout: '' });
  });

  it('reads the layers again when the kept SBOM is damaged', async () => {
    const home = world.path('damaged-home');
    const settings = { home };
    const target = `oci:${world.path('layout')}`;
    const first = await world.call(['scan', target, '-q', '-o', 'json'], { settings });
    const folder = join(home, 'cache/inventories');
    const [name = ''] = execFileSync('ls', [folder], { encoding: 'utf8' }).split('\n');
    writeFileSync(join(folder, name), readFileSync(join(folder, name)).subarray(0, 500));
    const second = await world.call(['scan', target, '-q', '-o', 'json'], { settings });
    expect(idsOf(second.stdout)).toEqual(idsOf(first.stdout));
  });
});
