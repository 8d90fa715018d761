import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { stringify } from 'yaml';
import type { Cluster } from './cluster.ts';

/** What stories read of a scan. */
export interface SeenScan {
  readonly status?: {
    readonly scanResult?: string;
    readonly scannedImage?: string;
    readonly conditions?: readonly Condition[];
  };
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** A namespace of one story, with the two accounts of spec/scan-2.md §4. */
export async function aNamespace(cluster: Cluster): Promise<string> {
  const name = `e2e-${randomUUID().slice(0, 8)}`;
  await cluster.ask('kubectl', 'create', 'namespace', name);
  for (const account of ['scanner', 'publisher'])
    await cluster.ask('kubectl', '-n', name, 'create', 'serviceaccount', account);
  return name;
}

/** Takes away a story's namespace with everything in it. */
export const removeNamespace = async (cluster: Cluster, name: string): Promise<void> =>
  void (await cluster.ask('kubectl', 'delete', 'namespace', name, '--wait=false'));

/**
 * An image of this registry with its digest. Those of `images-test` come there by
 * `npm run images -- --test-images --push $CLUSTER_REGISTRY/images-test --insecure`.
 */
export async function pinned(cluster: Cluster, path: string, tag = '0.1.0'): Promise<string> {
  const repository = `${cluster.registry}/${path}`;
  return `${repository}@${await cluster.ask('crane', 'digest', '--insecure', `${repository}:${tag}`)}`;
}

/** The manifest of a scan by the stub scanner; `spec` and `step` are laid over what is usual. */
export async function stubScan(
  cluster: Cluster,
  namespace: string,
  name: string,
  more: { mode?: string; spec?: Record<string, unknown>; step?: Record<string, unknown> } = {},
): Promise<string> {
  const stub = await pinned(cluster, 'images-test/assay-stub');
  return stringify({
    apiVersion: 'app-scanning.apps.tanzu.vmware.com/v1alpha1',
    kind: 'ImageVulnerabilityScan',
    metadata: {
      name,
      annotations: {
        'app-scanning.apps.tanzu.vmware.com/scanner-name': 'Stub',
        'apps.tanzu.vmware.com/correlationid': `story-${namespace}`,
      },
    },
    spec: {
      image: stub,
      scanResults: { location: `${cluster.registry}/${namespace}/results:${name}` },
      serviceAccountNames: { scanner: 'scanner', publisher: 'publisher' },
      steps: [
        {
          name: 'stub',
          image: stub,
          args: ['$(params.image)'],
          env: [{ name: 'STUB_MODE', value: more.mode ?? 'ok' }],
          ...more.step,
        },
      ],
      ...more.spec,
    },
  });
}

/** The scan as it is now. */
export const seeScan = async (cluster: Cluster, namespace: string, name: string): Promise<SeenScan> =>
  JSON.parse(await cluster.ask('kubectl', '-n', namespace, 'get', 'ivs', name, '-o', 'json')) as SeenScan; // the API server's answer

/** `status reason` of a condition; empty when it is not there. */
export function condition(scan: SeenScan, type: string): string {
  const found = scan.status?.conditions?.find((one) => one.type === type);
  return found === undefined ? '' : `${found.status} ${found.reason}`;
}

/** Waits, up to two minutes, until a scan has ended, and gives it. Throws with its last status otherwise. */
export async function endOf(cluster: Cluster, namespace: string, name: string): Promise<SeenScan> {
  const until = Date.now() + 120_000;
  for (;;) {
    const scan = await seeScan(cluster, namespace, name);
    if (/^(?:True|False) /.test(condition(scan, 'Succeeded'))) return scan;
    if (Date.now() > until) throw new Error(`${name} has not ended: ${JSON.stringify(scan.status)}`);
    await setTimeout(500);
  }
}

/** Reasons of the Events about a scan, in no order. */
export async function eventReasons(cluster: Cluster, namespace: string, name: string): Promise<readonly string[]> {
  const path = 'jsonpath={.items[*].reason}';
  const selector = `--field-selector=involvedObject.kind=ImageVulnerabilityScan,involvedObject.name=${name}`;
  return (await cluster.ask('kubectl', '-n', namespace, 'get', 'events', selector, '-o', path)).split(' ');
}
