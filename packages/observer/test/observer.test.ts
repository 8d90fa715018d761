import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as soon } from 'node:timers/promises';
import { type ApiServer, createApiServer } from '@assay/apiserver';
import {
  crdManifests,
  createEventRecorder,
  createKubeClient,
  inProcessTransport,
  type KubeClient,
  systemClock,
} from '@assay/kube';
import { Acknowledged, Availability, createHttpSender, Observer, readReportHere } from '@assay/observer';
import { createRegistry, type EmbeddedRegistry } from '@assay/oci';
import { EventSink } from '@assay/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pushBundle } from './bundle.ts';

const cyclonedx = '{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[]}';
const image = `registry.example/app@sha256:${'a'.repeat(64)}`;

let folder: string;
let api: ApiServer;
let client: KubeClient;
let registry: EmbeddedRegistry;
let sink: EventSink;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assay-observer-'));
  api = createApiServer();
  client = createKubeClient({ transport: inProcessTransport(api), fieldManager: 'test' });
  registry = await createRegistry({ folder });
  await registry.listen();
  sink = new EventSink();
  await sink.listen();
  for (const namespace of ['kube-system', 'amr-observer-system', 'dev'])
    await ensure('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  for (const definition of crdManifests())
    await ensure('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition);
});
afterEach(async () => {
  await sink.close();
  await registry.close();
  await api.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Makes an object unless it is there. */
async function ensure(path: string, object: unknown): Promise<void> {
  const answer = await api.handle({
    method: 'POST',
    url: path,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(object),
  });
  if (answer.status >= 300 && answer.status !== 409)
    throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
}

async function finishedScan(name: string, scanResult: string): Promise<void> {
  const base = '/apis/app-scanning.apps.tanzu.vmware.com/v1alpha1/namespaces/dev/imagevulnerabilityscans';
  await ensure(base, {
    apiVersion: 'app-scanning.apps.tanzu.vmware.com/v1alpha1',
    kind: 'ImageVulnerabilityScan',
    metadata: {
      name,
      namespace: 'dev',
      annotations: { 'apps.tanzu.vmware.com/correlationid': 'https://git.example.com/org/app.git?sub_path=/' },
    },
    spec: {
      image,
      scanResults: { location: scanResult.replace(/@.*/, '') },
      steps: [{ name: 'scan', image: 'scanner' }],
    },
  });
  const now = '2026-11-25T12:00:00Z';
  const condition = (type: string) => ({
    type,
    status: 'True',
    reason: 'Succeeded',
    message: '',
    lastTransitionTime: now,
  });
  const answer = await api.handle({
    method: 'PATCH',
    url: `${base}/${name}/status`,
    headers: { 'content-type': 'application/merge-patch+json' },
    body: JSON.stringify({
      status: { scanResult, scannedImage: image, conditions: [condition('ScanCompleted'), condition('Succeeded')] },
    }),
  });
  if (answer.status >= 300) throw new Error(await answer.text());
}

/** One life of an observer, until it is stopped. */
function live(tells: string[] = []): { readonly observer: Observer; readonly stop: () => Promise<void> } {
  const stop = new AbortController();
  const sender = createHttpSender({ endpoint: sink.url });
  const observer = new Observer({
    client,
    sender,
    availability: new Availability({
      probe: (signal) => sender.probe(signal),
      periodMs: 20,
      rules: { failuresToOpen: 3, openForMs: 20 },
      clock: systemClock,
    }),
    acknowledged: new Acknowledged(client, { namespace: 'amr-observer-system', name: 'amr-observer-acknowledged' }),
    recorder: createEventRecorder({ client, reportingController: 'test', reportingInstance: 'test' }),
    registry: { retries: 0, dockerConfigDir: folder },
    scratch: folder,
    read: readReportHere,
    locationLabels: { env: 'test' },
    concurrentScans: 1,
    resyncMs: 3_600_000,
    clock: systemClock,
    tell: (what, facts) => tells.push(`${what} ${JSON.stringify(facts)}`),
  });
  const running = observer.run(stop.signal);
  return {
    observer,
    stop: async () => {
      stop.abort();
      await running;
      await sender.close();
    },
  };
}

async function until(done: () => boolean): Promise<void> {
  for (let turn = 0; !done(); turn++) {
    if (turn > 2000) throw new Error('it did not come to pass');
    await soon(5);
  }
}

const ofType = (end: string) => sink.taken.filter(({ type }) => type.endsWith(end));

describe('a finished scan', () => {
  it('reaches the store as one event per sound report, with the attributes of spec/amr.md §3.4', async () => {
    const result = await pushBundle(`${registry.host}/dev/results`, {
      'scan.cdx.json': cyclonedx,
      'notes.txt': 'no report',
      'half.cdx.json': cyclonedx.slice(0, 30),
    });
    await finishedScan('scan-x', result);
    const tells: string[] = [];
    const { stop } = live(tells);
    await until(() => ofType('sbom.pushed.v1').length === 1);
    await stop();
    const system = api.store.get('', 'namespaces', '', 'kube-system') as { metadata: { uid: string } } | undefined;
    const scan = api.store.get('app-scanning.apps.tanzu.vmware.com', 'imagevulnerabilityscans', 'dev', 'scan-x') as
      | { metadata: { uid: string } }
      | undefined;
    expect(ofType('location.created.v1')).toMatchObject([
      { data: { reference: system?.metadata.uid, labels: [{ key: 'env', value: 'test' }] } },
    ]);
    expect(ofType('sbom.pushed.v1')).toEqual([
      {
        id: `${scan?.metadata.uid}-${result.split('@')[1]}-scan.cdx.json`,
        source: system?.metadata.uid,
        type: 'vmware.tanzu.apps.image.sbom.pushed.v1',
        subject: '/apis/app-scanning.apps.tanzu.vmware.com/v1alpha1/namespaces/dev/imagevulnerabilityscans/scan-x',
        time: '2026-11-25T12:00:00Z',
        datacontenttype: 'application/vnd.cyclonedx+json;version=1.5',
        extensions: {
          image,
          scanresults: result,
          file: 'scan.cdx.json',
          name: 'scan-x',
          namespace: 'dev',
          correlationid: 'https://git.example.com/org/app.git?sub_path=/',
        },
        data: JSON.parse(cyclonedx),
      },
    ]);
    // What is no report is told, and the broken one does not spoil the sound one.
    expect(tells.filter((line) => line.startsWith('report-rejected'))).toHaveLength(2);
  });

  it('is sent once over many lives of the observer', async () => {
    await finishedScan(
      'scan-x',
      await pushBundle(`${registry.host}/dev/results`, {
        'a.cdx.json': cyclonedx,
        'b.spdx.json':
          '{"spdxVersion":"SPDX-2.3","dataLicense":"CC0-1.0","SPDXID":"SPDXRef-DOCUMENT","name":"x","documentNamespace":"https://x.example/1","creationInfo":{"created":"2026-01-01T00:00:00Z","creators":["Tool: x"]}}',
      }),
    );
    for (let life = 0; life < 100; life++) {
      const locations = ofType('location.created.v1').length;
      const { stop } = live();
      await until(
        () => ofType('location.created.v1').length > locations && (life > 0 || ofType('sbom.pushed.v1').length === 2),
      );
      await stop();
    }
    expect(ofType('sbom.pushed.v1')).toHaveLength(2);
    expect(ofType('location.created.v1')).toHaveLength(100);
  });

  it('waits while the store is not well, and goes through when it is', async () => {
    await finishedScan('scan-x', await pushBundle(`${registry.host}/dev/results`, { 'a.cdx.json': cyclonedx }));
    sink.isWell = false;
    const { stop } = live();
    await soon(100);
    expect(sink.taken).toEqual([]);
    sink.isWell = true;
    await until(() => ofType('sbom.pushed.v1').length === 1);
    await stop();
  });

  it('is sent again when the store answers 503, and not when it refuses the event', async () => {
    const tells: string[] = [];
    const { stop } = live(tells);
    await until(() => ofType('location.created.v1').length === 1);
    sink.answers.push(503, 400);
    await finishedScan('scan-x', await pushBundle(`${registry.host}/dev/results`, { 'a.cdx.json': cyclonedx }));
    await until(() => tells.some((line) => line.startsWith('event-refused')));
    await stop();
    expect(ofType('sbom.pushed.v1')).toEqual([]);
    expect(tells.some((line) => line.startsWith('work-failed'))).toBe(true);
  });
});

describe('an observer', () => {
  it('is ready while the store takes events, and not while it is away', async () => {
    const { observer, stop } = live();
    await until(() => observer.isReady);
    sink.isWell = false;
    await until(() => !observer.isReady);
    sink.isWell = true;
    await until(() => observer.isReady);
    await stop();
  });
});

describe('a running container', () => {
  it('is told once it runs and once it has ended (spec/amr.md §3.6)', async () => {
    const pod = (state: object) => ({
      status: {
        containerStatuses: [
          { name: 'workload', image: 'registry.example/app:1', imageID: image, ready: true, restartCount: 0, state },
        ],
      },
    });
    await ensure('/api/v1/namespaces/dev/pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'app', namespace: 'dev' },
      spec: { containers: [{ name: 'workload', image: 'registry.example/app:1' }] },
    });
    const patch = (state: object) =>
      api.handle({
        method: 'PATCH',
        url: '/api/v1/namespaces/dev/pods/app/status',
        headers: { 'content-type': 'application/merge-patch+json' },
        body: JSON.stringify(pod(state)),
      });
    const { stop } = live();
    await patch({ running: { startedAt: '2026-11-25T10:00:00Z' } });
    await until(() => ofType('container.running.v1').length === 1);
    await patch({ terminated: { exitCode: 0, finishedAt: '2026-11-25T11:00:00Z' } });
    await until(() => ofType('container.terminated.v1').length === 1);
    await stop();
    expect(ofType('container.running.v1')[0]).toMatchObject({
      data: {
        correlationId: '',
        timestamp: '2026-11-25T10:00:00Z',
        imageUrl: 'registry.example/app',
        imageDigest: `sha256:${'a'.repeat(64)}`,
        name: 'workload',
        namespace: 'dev',
        state: 'running',
      },
    });
  });
});
