import { clusterEnvironment, openCluster } from '../e2e/cluster.ts';
import { withInstallation } from '../e2e/installation.ts';
import { bigReport } from './cluster/big-report.ts';
import { controllerCost } from './cluster/controller-cost.ts';
import { onCluster } from './cluster/on-cluster.ts';
import type { Figure } from './table.ts';

/** The controller's own cost in memory and requests, a large report through publisher and observer, then whole scans on the cluster of ../shared. */
export async function run(rounds: number): Promise<readonly Figure[]> {
  const own = [...(await controllerCost()), ...(await bigReport())];
  const environment = clusterEnvironment();
  const timed = await withInstallation(environment, () =>
    onCluster(openCluster(), environment.KUBECONFIG ?? '', rounds),
  );
  return [...own, ...timed];
}
