import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type ApiServer, createApiServer } from '@assay/apiserver';
import { productImages } from '@assay/images';
import {
  crdManifests,
  createKubeClient,
  customResourceDefinitions,
  imageVulnerabilityScans,
  inProcessTransport,
  type KubeClient,
  namespaces,
} from '@assay/kube';
import { tektonDefinitions } from '../../packages/controller/test/simulation/cluster.ts';
import { bundleApp } from '../../tools/bundle-app.ts';
import type { Figure } from '../table.ts';

const finishedScans = 10_000;
const settleMs = 15_000;
const restMs = 30_000;
const metricsPort = 19_817;
const { facts } = productImages.find(({ app }) => app === 'controller') ?? unknownImage();
const digest = `sha256:${'a'.repeat(64)}`;

/** The controller as its image starts it, on an API server in memory: memory idle and beside many finished scans, and requests at rest. */
export async function controllerCost(): Promise<readonly Figure[]> {
  const server = createApiServer();
  const admin = createKubeClient({ transport: inProcessTransport(server), fieldManager: 'admin' });
  for (const definition of [...crdManifests(), ...tektonDefinitions()])
    await admin.create(customResourceDefinitions, definition);
  // The lease lies there; without it nothing is led.
  const metadata = { name: 'app-scanning-system' };
  await admin.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata });
  const folder = mkdtempSync(join(tmpdir(), 'assay-bench-controller-'));
  try {
    const program = await writeBundle(folder);
    const idle = await oneLife(server, program, folder, 0);
    for (let index = 0; index < finishedScans; index++) await finishedScan(admin, `scan-${index}`);
    const full = await oneLife(server, program, folder, finishedScans);
    return [
      { what: 'controller idle: memory', value: idle.memory, unit: 'MB', atMost: 94 },
      { what: `controller, ${finishedScans} finished scans: memory`, value: full.memory, unit: 'MB', atMost: 189 },
      { what: 'controller at rest: requests in 30 s', value: full.requests, unit: 'requests', atMost: 30 },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await server.close();
  }
}

function unknownImage(): never {
  throw new Error('there is no image of the controller');
}

async function writeBundle(folder: string): Promise<string> {
  const { files } = await bundleApp('controller', 'apps/controller/src/main.ts');
  for (const [name, content] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return join(folder, 'controller.js');
}

/** Memory of one process that has come to rest, and what it asks the server for then. MB, requests. */
async function oneLife(server: ApiServer, program: string, folder: string, scans: number) {
  const listening = await server.listen();
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, listening.kubeconfig);
  const child = spawn(process.execPath, [...facts.entrypoint.slice(1, -1), program], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...facts.env,
      KUBECONFIG: kubeconfig,
      ASSAY_RUNNER_IMAGE: `runner@${digest}`,
      ASSAY_HEALTH_PORT: '0',
      ASSAY_METRICS_PORT: String(metricsPort),
    },
  });
  try {
    // Requests are counted once every scan was seen and looked at.
    while ((await gauges()).get('assay_scans_known') !== scans) await pause(200);
    await pause(settleMs);
    let requests = 0;
    server.faults.plan = () => {
      requests++;
      return undefined;
    };
    await pause(restMs);
    server.faults.plan = undefined;
    if (child.exitCode !== null) throw new Error(`the controller ended with ${child.exitCode}`);
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    return { memory: Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1000, requests };
  } finally {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null && child.kill('SIGTERM')) await ended;
    await listening.close();
  }
}

/** The controller's own figures; none while it does not answer yet. */
async function gauges(): Promise<ReadonlyMap<string, number>> {
  const answer = await fetch(`http://127.0.0.1:${metricsPort}/metrics`).catch(() => undefined);
  const lines = (await answer?.text())?.split('\n') ?? [];
  return new Map(lines.filter((line) => /^assay_\w+ \d/.test(line)).map(pairOf));
}

function pairOf(line: string): readonly [string, number] {
  const [name = '', value] = line.split(' ');
  return [name, Number(value)];
}

async function finishedScan(admin: KubeClient, name: string): Promise<void> {
  const key = { namespace: 'default', name };
  await admin.create(imageVulnerabilityScans, {
    apiVersion: 'app-scanning.apps.tanzu.vmware.com/v1alpha1',
    kind: 'ImageVulnerabilityScan',
    metadata: key,
    spec: {
      image: `registry.example/app@${digest}`,
      scanResults: { location: `registry.example/results:${name}` },
      steps: [{ name: 'scan', image: 'registry.example/scanner:1', args: ['--output', 'scan.cdx.json'] }],
    },
  });
  const word = { status: 'True', reason: 'Succeeded', message: 'the scanner ended well' };
  const lastTransitionTime = '2026-11-25T12:00:00Z';
  const conditions = ['ScanCompleted', 'Succeeded'].map((type) => ({ type, ...word, lastTransitionTime }));
  const scanResult = `registry.example/results@${digest}`;
  const status = { observedGeneration: 1, conditions, scanResult, scannedImage: `registry.example/app@${digest}` };
  await admin.patch(imageVulnerabilityScans, key, { status }, { subresource: 'status' });
}
