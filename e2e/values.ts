import { parse, stringify } from 'yaml';
import type { Cluster } from './cluster.ts';

type Values = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const namespace = 'app-scanning-system';
const deployment = 'deployment/app-scanning-controller-manager';

/** The controller's values with changes laid over them, until `restore` is called. Both restart the controller and wait for it. */
export async function withValues(cluster: Cluster, changes: Values): Promise<{ restore(): Promise<void> }> {
  const name = 'configmap/app-scanning-values';
  const before = await cluster.ask('kubectl', '-n', namespace, 'get', name, '-o', 'jsonpath={.data.values\\.yaml}');
  const set = async (text: string) => {
    const patch = JSON.stringify({ data: { 'values.yaml': text } });
    await cluster.ask('kubectl', '-n', namespace, 'patch', name, '--type=merge', '-p', patch);
    await cluster.ask('kubectl', '-n', namespace, 'rollout', 'restart', deployment);
    await cluster.ask('kubectl', '-n', namespace, 'rollout', 'status', deployment, '--timeout=120s');
  };
  const values = parse(before) as Values; // our own file
  const laidOver = Object.entries(changes).map(([key, more]) => [key, { ...values[key], ...more }]);
  await set(stringify({ ...values, ...Object.fromEntries(laidOver) }));
  return { restore: () => set(before) };
}
