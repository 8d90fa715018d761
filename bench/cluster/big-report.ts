import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApiServer } from '@assay/apiserver';
import {
  crdManifests,
  createKubeClient,
  customResourceDefinitions,
  imageVulnerabilityScans,
  inProcessTransport,
  namespaces,
} from '@assay/kube';
import { createRegistry } from '@assay/oci';
import { EventSink } from '@assay/testkit';
import { root } from '../../tools/source-files.ts';
import type { Figure } from '../table.ts';
import { type Cost, watchApp } from './watched-process.ts';

const image = `registry.example/app@sha256:${'a'.repeat(64)}`;

/** A report of 50 000 findings and 50 MiB, through the publisher's step and then through the observer. */
export async function bigReport(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-bench-big-'));
  const registry = await createRegistry({ folder: join(folder, 'registry') });
  await registry.listen();
  try {
    const results = join(folder, 'results');
    mkdirSync(results);
    const report = join(results, 'scan.cdx.json');
    const stub = join(root, 'packages/images/test/stub-scanner.ts');
    execFileSync(process.execPath, [stub, image], { env: { STUB_MODE: 'findings', STUB_OUTPUT: report } });
    const published = join(folder, 'scan-result');
    const runner = await watchApp(folder, 'runner', {
      words: ['publisher'],
      env: {
        ASSAY_IMAGE: image,
        ASSAY_RESULTS_LOCATION: `${registry.host}/results:big`,
        ASSAY_RESULTS_PATH: results,
        ASSAY_ATTACH_RESULT: 'false',
        ASSAY_RESULT_SCAN_RESULT: published,
        DOCKER_CONFIG: folder,
        HOME: folder,
        TMPDIR: folder,
      },
    });
    const observer = await observed(folder, readFileSync(published, 'utf8').trim(), statSync(report).size);
    return [...figures('publisher', runner), ...figures('observer', observer)];
  } finally {
    await registry.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const figures = (what: string, { peak, stall }: Cost): readonly Figure[] => [
  { what: `50 MiB report, ${what}: largest memory`, value: peak, unit: 'MB', atMost: 268 },
  { what: `50 MiB report, ${what}: longest stall`, value: stall, unit: 'ms', atMost: 50 },
];

/** The observer with a finished scan in an API server in memory, until the event has arrived whole. */
async function observed(folder: string, scanResult: string, bytes: number): Promise<Cost> {
  const server = createApiServer();
  const sink = new EventSink();
  await sink.listen();
  const listening = await server.listen();
  try {
    const admin = createKubeClient({ transport: inProcessTransport(server), fieldManager: 'bench' });
    for (const crd of crdManifests()) await admin.create(customResourceDefinitions, crd);
    for (const name of ['kube-system', 'default', 'amr-observer-system'])
      await admin
        .create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
        .catch(() => undefined /* some are there from the start */);
    const key = { namespace: 'default', name: 'big' };
    await admin.create(imageVulnerabilityScans, {
      apiVersion: 'app-scanning.apps.tanzu.vmware.com/v1alpha1',
      kind: 'ImageVulnerabilityScan',
      metadata: key,
      spec: {
        image,
        scanResults: { location: scanResult.replace(/@.*/, '') },
        steps: [{ name: 'scan', image: 'registry.example/scanner:1' }],
      },
    });
    const word = { status: 'True', reason: 'Succeeded', message: '', lastTransitionTime: '2026-11-25T12:00:00Z' };
    const conditions = ['ScanCompleted', 'Succeeded'].map((type) => ({ type, ...word }));
    const status = { observedGeneration: 1, conditions, scanResult, scannedImage: image };
    await admin.patch(imageVulnerabilityScans, key, { status }, { subresource: 'status' });
    const kubeconfig = join(folder, 'kubeconfig');
    writeFileSync(kubeconfig, listening.kubeconfig);
    const values = join(folder, 'values.yaml');
    writeFileSync(
      values,
      JSON.stringify({
        cloudevent_handler: { endpoint: sink.url, liveness_period_seconds: 1 },
        auth: { kubernetes_service_accounts: { enable: false } },
      }),
    );
    const isWhole = () => sink.taken.some((event) => JSON.stringify(event).length > bytes);
    return await watchApp(folder, 'observer', {
      env: {
        KUBECONFIG: kubeconfig,
        ASSAY_VALUES: values,
        ASSAY_HEALTH_PORT: '0',
        ASSAY_METRICS_PORT: '0',
        DOCKER_CONFIG: folder,
      },
      isDone: isWhole,
    });
  } finally {
    await listening.close();
    await sink.close();
  }
}
