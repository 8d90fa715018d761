import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  createKubeClient,
  createReflector,
  imageVulnerabilityScans,
  inProcessTransport,
  type KubeObject,
  VirtualClock,
} from '@assay/kube';
import { describe, expect, it } from 'vitest';
import { TinyServer } from './tiny-server.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const heap = (): number => {
  collect();
  return process.memoryUsage().heapUsed;
};

describe('what is kept of 10 000 scans', () => {
  it('is less than 1 KiB each, however long the objects are', { timeout: 60_000 }, async () => {
    const clock = new VirtualClock();
    const server = new TinyServer(clock);
    const long = Buffer.alloc(3000, 'x').toString();
    for (let i = 0; i < 10_000; i += 1) {
      server.put(
        `/apis/app-scanning.apps.tanzu.vmware.com/v1alpha1/namespaces/demo/imagevulnerabilityscans/scan-${i}`,
        {
          apiVersion: 'app-scanning.apps.tanzu.vmware.com/v1alpha1',
          kind: 'ImageVulnerabilityScan',
          metadata: { namespace: 'demo', annotations: { long } },
          spec: { image: `registry.example.com/app-${i}@sha256:${'0'.repeat(64)}` },
        } as KubeObject,
      );
    }
    const client = createKubeClient({ transport: inProcessTransport(server), fieldManager: 'test' });
    const before = heap();
    const reflector = createReflector({
      client,
      resource: imageVulnerabilityScans,
      namespace: 'demo',
      project: ({ metadata, spec }) => ({ name: metadata.name, uid: metadata.uid, image: spec.image }),
      indexes: { image: (kept) => [kept.image] },
      clock,
    });
    reflector.start();
    await clock.until(() => reflector.isSynced);
    expect(reflector.store.size).toBe(10_000);
    // Only what the requests logged by the test server hold is counted besides.
    expect((heap() - before) / 10_000).toBeLessThan(1024);
    reflector.stop();
  });
});
