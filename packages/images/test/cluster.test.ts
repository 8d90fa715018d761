import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { installObjects, type KubeObject, writeLocal } from '../src/index.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../..', import.meta.url));
const { KUBECONFIG, CLUSTER_REGISTRY: registry } = process.env;
const isPossible = KUBECONFIG !== undefined && registry !== undefined;
if (!isPossible) process.stderr.write('left out: images on a cluster: KUBECONFIG and CLUSTER_REGISTRY are not set\n');

const kubectl = async (...args: readonly string[]) => (await run('kubectl', args)).stdout;
/** Names of this run: others use the same cluster. */
const mark = `images-${randomBytes(3).toString('hex')}`;

describe.runIf(isPossible)('on a real cluster', () => {
  let folder = '';
  let image = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-cluster-'));
    const built = await run(process.execPath, [
      join(root, 'tools/images.ts'),
      '--only',
      'assay-stub',
      '--push',
      `${registry}/${mark}`,
      '--insecure',
    ]);
    image = `${registry}/${mark}/assay-stub@${/sha256:[0-9a-f]{64}/.exec(built.stdout)?.[0]}`;
    await kubectl('create', 'namespace', mark);
    await kubectl('label', 'namespace', mark, 'pod-security.kubernetes.io/enforce=restricted');
  });
  afterAll(async () => {
    await kubectl('delete', 'namespace', mark, `${mark}-scan`, `${mark}-amr`, '--ignore-not-found', '--wait=false');
    await kubectl('delete', 'clusterrole,clusterrolebinding', '-l', `assay.example/mark=${mark}`);
    await rm(folder, { recursive: true, force: true });
  });

  it('our Node runs as the scan user under Pod Security restricted', async () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'node', namespace: mark },
      spec: {
        restartPolicy: 'Never',
        automountServiceAccountToken: false,
        // No user here: the image's own must do.
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            name: 'node',
            image,
            command: ['/usr/local/bin/node', '-e', 'console.log(process.version, process.getuid())'],
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          },
        ],
      },
    };
    const file = join(folder, 'pod.json');
    await writeFile(file, JSON.stringify(pod));
    await kubectl('apply', '-f', file);
    await kubectl('wait', '-n', mark, 'pod/node', '--for=jsonpath={.status.phase}=Succeeded', '--timeout=60s');
    expect((await kubectl('logs', '-n', mark, 'node')).trim()).toBe(`${process.version} 65534`);
  });

  it('an installation is accepted, and its pods are admitted', async () => {
    const digest = image.slice(image.indexOf('@') + 1);
    const digests = new Map(['assay-controller', 'assay-observer', 'assay-runner'].map((name) => [name, digest]));
    await cp(join(root, 'deploy'), join(folder, 'deploy'), { recursive: true });
    await writeLocal(join(folder, 'deploy', 'local'), {
      target: `${registry}/${mark}`,
      digests,
      insecure: true,
      definitions: false,
    });
    const rendered = await kubectl('kustomize', join(folder, 'deploy', 'local'));
    const file = join(folder, 'installation.yaml');
    await writeFile(file, renamed(rendered));
    await kubectl('apply', '-f', file);
    const images = await kubectl(
      'get',
      'deployment',
      '-A',
      '-l',
      `assay.example/mark=${mark}`,
      '-o',
      'jsonpath={..image}',
    );
    expect(images.split(' ').sort()).toEqual([
      `${registry}/${mark}/assay-controller@${digest}`,
      `${registry}/${mark}/assay-observer@${digest}`,
    ]);
    for (const [namespace, count] of [
      [`${mark}-scan`, '2'],
      [`${mark}-amr`, '1'],
    ] as const)
      await kubectl(
        'wait',
        '-n',
        namespace,
        'deployment',
        '--all',
        `--for=jsonpath={.status.replicas}=${count}`,
        '--timeout=30s',
      );
  });

  it('the same installation by our own client changes nothing, and says what does not run', async () => {
    const { createKubeClient, readCluster } = await import('@assay/kube');
    const objects = parseAllDocuments(await readFile(join(folder, 'installation.yaml'), 'utf8')).map(
      (document) => document.toJS() as KubeObject,
    );
    const generations = () =>
      kubectl('get', 'deployment', '-A', '-l', `assay.example/mark=${mark}`, '-o', 'jsonpath={..generation}');
    const before = await generations();
    const cluster = await readCluster(KUBECONFIG === undefined ? {} : { kubeconfig: KUBECONFIG });
    const client = createKubeClient({ transport: cluster.transport, fieldManager: 'assay' });
    const clock = { now: Date.now, sleep: (milliseconds: number) => pause(milliseconds) };
    // The stub in their place ends at once: no Deployment can become ready.
    await expect(installObjects(objects, client, { timeoutMs: 0, clock })).rejects.toMatchObject({
      code: 'INSTALL_NOT_READY',
    });
    expect(await generations()).toBe(before);
    await cluster.close();
  });
});

/** The same objects under other names, so that an installation that is there is not disturbed. Definitions belong to everybody and are left out. */
function renamed(manifests: string): string {
  return parseAllDocuments(
    manifests.replaceAll('app-scanning-system', `${mark}-scan`).replaceAll('amr-observer-system', `${mark}-amr`),
  )
    .map((document) => document.toJS() as Manifest)
    .filter(({ kind }) => kind !== 'CustomResourceDefinition')
    .map((manifest) => {
      if (manifest.kind.startsWith('Cluster')) {
        manifest.metadata.name = `${mark}-${manifest.metadata.name}`;
        if (manifest.roleRef !== undefined) manifest.roleRef.name = `${mark}-${manifest.roleRef.name}`;
        // Not to be added to the cluster's own roles.
        manifest.metadata.labels = {};
      }
      manifest.metadata.labels = { ...manifest.metadata.labels, 'assay.example/mark': mark };
      return stringify(manifest);
    })
    .join('---\n');
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { name: string; labels?: Record<string, string> };
  readonly roleRef?: { name: string };
}
