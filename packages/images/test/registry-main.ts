// Our registry as a pod: bundled into the image assay-registry, the second registry of the cluster tests. It knows referrers.
//   REGISTRY_PORT (default 5000), REGISTRY_FOLDER (default /tmp/registry)
import { createRegistry } from '@assay/oci';

const registry = await createRegistry({
  folder: process.env.REGISTRY_FOLDER ?? '/tmp/registry',
  host: '0.0.0.0',
  port: Number(process.env.REGISTRY_PORT ?? '5000'),
});
await registry.listen();
process.stdout.write(`registry: listening on ${registry.url}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => void registry.close().then(() => process.exit()));
