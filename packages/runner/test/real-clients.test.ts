import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseDigest } from '@assay/contract';
import { openRegistry, parseReference } from '@assay/oci';
import { beforeAll, describe, expect, it } from 'vitest';
import { runStep } from '../src/index.ts';
import { anImage, aPod, aWorld, cycloneDx, spdx, startRegistry, temporaryFolder, testLog } from './a-step.ts';

const run = promisify(execFile);
const installer = join(dirname(fileURLToPath(import.meta.url)), '../../../../shared/tools/install');
const isPossible = existsSync(installer);
if (!isPossible)
  process.stderr.write('left out: published results read by crane and oras: ../shared is not beside this checkout\n');
// A registry without the referrers endpoint; `shared/cluster/up` names it.
const { CLUSTER_REGISTRY } = process.env;

describe.runIf(isPossible)('what the publisher pushed is read by the real', { timeout: 300_000 }, () => {
  let bin = '';
  beforeAll(() => {
    bin = execFileSync('bash', [installer, 'crane', 'oras'], { encoding: 'utf8' }).trim();
  }, 300_000);
  const crane = async (...args: string[]) =>
    (await run(join(bin, 'crane'), ['--insecure', ...args], { encoding: 'buffer', maxBuffer: 1e8 })).stdout;
  const oras = async (...args: string[]) => (await run(join(bin, 'oras'), args)).stdout;

  /** Publishes two reports about an image and gives what was left, the repository's content removed at the end. */
  async function publish(host: string, repository: string) {
    const options = { insecureRegistries: [host] };
    const image = await anImage(host, `${repository}/app`, options);
    const pod = await aPod({ image, location: `${host}/${repository}/results:7f3a`, insecureRegistries: [host] });
    await pod.put('scan.cdx.json', cycloneDx);
    await pod.put('more/scan.spdx.json', spdx);
    const log = testLog();
    expect(await runStep('publisher', pod.settings, aWorld(log))).toBe(0);
    const scanResult = await readFile(join(pod.root, 'scan-result'), 'utf8');
    const attached = String(log.said.find(({ message }) => message.endsWith('attached to the image'))?.facts.digest);
    const remove = async () => {
      for (const reference of [`${image.split('@')[0]}@${attached}`, scanResult, image]) {
        const parsed = parseReference(reference);
        const source = openRegistry(parsed, options);
        if (parsed.digest !== undefined) await source.deleteManifest(parsed.digest);
        await source.close();
      }
    };
    return { image, scanResult, location: pod.settings.location, attached, remove };
  }

  const registries: readonly (readonly [string, () => Promise<string>])[] = [
    ['our embedded registry, which has the referrers endpoint', async () => (await startRegistry()).host],
    ...(CLUSTER_REGISTRY === undefined
      ? []
      : [["the cluster's registry, which has none", async () => CLUSTER_REGISTRY] as const]),
  ];

  it.each(registries)('crane and oras from %s', async (_which, start) => {
    const host = await start();
    const { image, scanResult, location, attached, remove } = await publish(host, `runner-test-${process.pid}`);
    try {
      const digest = parseDigest(scanResult.split('@')[1] ?? '');
      expect((await crane('digest', location)).toString().trim()).toBe(digest);
      const tags = (await crane('ls', location.replace(/:7f3a$/, ''))).toString().trim().split('\n').sort();
      expect(tags).toEqual(['7f3a', `sha256-${digest.slice('sha256:'.length)}.imgpkg`]);
      // crane downloads everything and checks digests, sizes and diff ids.
      await crane('validate', '--remote', scanResult);

      const folder = await temporaryFolder();
      const manifest = JSON.parse((await crane('manifest', scanResult)).toString()) as { layers: { digest: string }[] };
      const tar = spawnTar(
        await crane('blob', `${location.replace(/:7f3a$/, '')}@${manifest.layers[0]?.digest}`),
        folder,
      );
      expect(tar).toEqual(['.imgpkg', '.imgpkg/images.yml', 'more', 'more/scan.spdx.json', 'scan.cdx.json']);
      expect(await readFile(join(folder, 'scan.cdx.json'), 'utf8')).toBe(cycloneDx);
      expect(await readFile(join(folder, 'more/scan.spdx.json'), 'utf8')).toBe(spdx);

      const plain = '--plain-http';
      const type = 'application/vnd.assay.scan.v1';
      const found = JSON.parse(await oras('discover', plain, '--format', 'json', '--artifact-type', type, image)) as {
        referrers: { digest: string }[];
      };
      expect(found.referrers.map((each) => each.digest)).toEqual([attached]);
      const pulled = await temporaryFolder();
      await oras('pull', plain, '-o', pulled, `${image.split('@')[0]}@${attached}`);
      expect((await readdir(pulled, { recursive: true })).sort()).toEqual([
        'more',
        'more/scan.spdx.json',
        'report.json',
        'scan.cdx.json',
        'vulnerabilities.intoto.json',
      ]);
      expect(await readFile(join(pulled, 'scan.cdx.json'), 'utf8')).toBe(cycloneDx);
    } finally {
      await remove();
    }
  });
});

/** Unpacks with the machine's tar and gives the names in the archive's order. */
function spawnTar(gzip: Buffer, folder: string): readonly string[] {
  const out = execFileSync('tar', ['xvzf', '-', '-C', folder], { input: gzip, encoding: 'utf8' });
  return out.trim().split('\n');
}
