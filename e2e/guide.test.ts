import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { pinned } from './a-scan.ts';
import { openCluster, root } from './cluster.ts';
import { guideBlocks } from './guide.ts';

const cluster = openCluster();
const namespace = `e2e-guide-${process.pid}`;
const blocks = guideBlocks(readFileSync(join(root, 'docs/guide/getting-started.md'), 'utf8'));

/** What the guide leaves to its reader. The cluster's registry is plain http and asks nobody who they are. */
async function variables(): Promise<Readonly<Record<string, string>>> {
  const { registry } = cluster;
  return {
    REGISTRY: registry,
    NAMESPACE: namespace,
    IMAGE: await pinned(cluster, 'images-test/assay-stub'),
    SCANNER_IMAGE: `${registry}/assay/assay-cli:0.1.0`,
    TRIVY_IMAGE: `${registry}/images-test/assay-trivy:0.1.0`,
    GRYPE_IMAGE: `${registry}/images-test/assay-grype:0.1.0`,
    TRIVY_DB: `${registry}/images-test/trivy-db`,
    SERVER: registry,
    READER: 'reader',
    READER_PASSWORD: 'reader',
    WRITER: 'writer',
    WRITER_PASSWORD: 'writer',
    INSECURE: registry,
    PLAIN_HTTP: 'true',
    PUSH_OPTIONS: '--insecure',
    CRANE_OPTIONS: '--insecure',
    ORAS_OPTIONS: '--plain-http',
  };
}

describe('the guide Getting started, block by block', () => {
  const said: string[] = [];
  afterAll(() => cluster.run('kubectl', ['delete', 'namespace', namespace, '--ignore-not-found', '--wait=false']));

  it('is run as it stands', async () => {
    expect(blocks.length).toBeGreaterThan(6);
    const given = Object.entries(await variables()).map(([name, value]) => `${name}=${value}`);
    for (const { script } of blocks) {
      const { code, stdout, stderr } = await cluster.run('env', [...given, 'bash', '-euo', 'pipefail', '-c', script]);
      expect.soft(`${code} ${code === 0 ? '' : stderr}`, script).toBe('0 ');
      said.push(stdout);
    }
  });

  it('ends with three results and their story', () => {
    const all = said.join('\n');
    for (const name of ['my-scan', 'my-trivy-scan', 'my-grype-scan'])
      expect(all).toContain(`imagevulnerabilityscan.app-scanning.apps.tanzu.vmware.com/${name} condition met`);
    // spec/scan-2.md §2.5: both references with digests, then True Succeeded
    expect(all).toMatch(/^my-scan +\S+@sha256:[0-9a-f]{64} +\S+@sha256:[0-9a-f]{64} +True +Succeeded/m);
    expect(all).toMatch(/^scan\.cdx\.json$/m);
    expect(all).toMatch(/^\.imgpkg\/images\.yml$/m);
    expect(all).toContain('"bomFormat"');
    expect(all).toMatch(/Published/);
  });
});
