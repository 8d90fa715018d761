import type { Cluster } from './cluster.ts';

const values = ['-n', 'amr-observer-system', 'configmap', 'amr-observer-values'];

/** Lets the observer send to a port of this machine; gives what sets it back. */
export async function sendTo(cluster: Cluster, port: string): Promise<() => Promise<void>> {
  const before = await cluster.ask('kubectl', 'get', ...values, '-o', 'jsonpath={.data.values\\.yaml}');
  const set = async (text: string): Promise<void> => {
    const patch = JSON.stringify({ data: { 'values.yaml': text } });
    await cluster.ask('kubectl', 'patch', ...values, '--type=merge', '-p', patch);
    const deployment = 'deployment/amr-observer-controller-manager';
    await cluster.ask('kubectl', '-n', 'amr-observer-system', 'rollout', 'restart', deployment);
  };
  const host = cluster.registry.split(':')[0];
  await set(before.replace(/endpoint: .*/, `endpoint: http://${host}:${port}`));
  return () => set(before);
}
