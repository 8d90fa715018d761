import type { KubeClient } from '@assay/kube';
import type { World } from '../world.ts';

/** Which cluster a command speaks to. */
export interface ClusterChoice {
  readonly context?: string;
}

/** Does some work with a client of the chosen cluster, and closes its connections. Throws KUBE_CONFIG_INVALID, and what the work throws. */
export async function withClient<T>(
  world: World,
  { context }: ClusterChoice,
  work: (client: KubeClient, server: string) => Promise<T>,
): Promise<T> {
  const { createKubeClient, readCluster } = await import('@assay/kube');
  const { name, version } = world.settings.tool;
  const cluster = await readCluster({
    ...(world.kubeconfig !== undefined && { kubeconfig: world.kubeconfig }),
    ...(context !== undefined && { context }),
    userAgent: `${name}/${version}`,
  });
  try {
    return await work(
      createKubeClient({ transport: cluster.transport, fieldManager: 'assay-install' }),
      cluster.server,
    );
  } finally {
    await cluster.close();
  }
}
