import { Readable } from 'node:stream';
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

describe('a watch that goes on for long', () => {
  it('keeps nothing of the 20 000 events that passed', { timeout: 60_000 }, async () => {
    const long = Buffer.alloc(2000, 'x').toString();
    const total = 20_000;
    let grown = 0;
    async function* happenings(): AsyncGenerator<string> {
      const before = heap();
      for (let i = 0; i < total; i += 1) {
        const metadata = { namespace: 'demo', name: `s-${i % 10}`, uid: `u-${i % 10}`, resourceVersion: `${i}` };
        yield `${JSON.stringify({ type: 'MODIFIED', object: { metadata, spec: { image: long } } })}\n`;
      }
      grown = heap() - before;
      await new Promise(() => undefined);
    }
    const transport = inProcessTransport({
      handle: async ({ url }) => {
        const list = JSON.stringify({ metadata: { resourceVersion: '1' }, items: [] });
        const body = url.includes('watch=true') ? happenings() : [list];
        return { status: 200, headers: {}, body: Readable.from(body), text: async () => list };
      },
    });
    const told: { wake: () => void } = { wake: () => undefined };
    const reflector = createReflector({
      client: createKubeClient({ transport, fieldManager: 'test' }),
      resource: imageVulnerabilityScans,
      project: ({ metadata }) => metadata.resourceVersion,
      onChange: ({ object }) => {
        if (object === `${total - 1}`) told.wake();
      },
    });
    const all = new Promise<void>((resolve) => {
      told.wake = resolve;
    });
    reflector.start();
    await all;
    while (grown === 0) await new Promise((resolve) => setImmediate(resolve));
    reflector.stop();
    expect(grown).toBeLessThan(4 * 1024 * 1024);
  });
});
