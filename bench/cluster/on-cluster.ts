import { setTimeout as pause } from 'node:timers/promises';
import {
  createKubeClient,
  type ImageVulnerabilityScan,
  imageVulnerabilityScans,
  type KubeClient,
  type KubeObject,
  type Pod,
  pods,
  type Resource,
  readCluster,
  type TaskRun,
  taskRuns,
} from '@assay/kube';
import { parse } from 'yaml';
import { aNamespace, pinned, removeNamespace, stubScan } from '../../e2e/a-scan.ts';
import type { Cluster } from '../../e2e/cluster.ts';
import { followAll } from '../../e2e/follow-all.ts';
import type { Figure } from '../table.ts';

const atOnce = 20;

/** One namespace of the real cluster, with every object in it noted when this machine first saw it in a state. Milliseconds. */
interface Watched {
  readonly namespace: string;
  readonly client: KubeClient;
  readonly cluster: Cluster;
  /** Resolves with the time at which `state` of `name` was seen. */
  seen(name: string): Promise<number>;
}

/** Times of whole scans on the real cluster, beside bare TaskRuns of the same steps in the same run. */
export async function onCluster(cluster: Cluster, kubeconfig: string, rounds: number): Promise<readonly Figure[]> {
  const connection = await readCluster({ kubeconfig, userAgent: 'assay-bench' });
  const client = createKubeClient({ transport: connection.transport, fieldManager: 'bench' });
  const namespace = await aNamespace(cluster);
  const stop = new AbortController();
  const watched = watch(client, cluster, namespace, stop.signal);
  try {
    return [
      ...(await ownShare(watched, rounds)),
      ...(await beside(watched, rounds)),
      ...(await engines(watched, rounds)),
      ...(await perMinute(watched)),
    ];
  } finally {
    stop.abort();
    await removeNamespace(cluster, namespace);
    await connection.close();
  }
}

function watch(client: KubeClient, cluster: Cluster, namespace: string, signal: AbortSignal): Watched {
  const times = new Map<string, number>();
  const note = (name: string) => {
    if (!times.has(name)) times.set(name, performance.now());
  };
  const follow = <T extends KubeObject>(resource: Resource<T>, tell: (object: T) => void) =>
    followAll(client, resource, { namespace, signal }, tell);
  const quiet = (error: unknown) => {
    if (!signal.aborted) process.stderr.write(`bench: a watch ended: ${error}\n`);
  };
  follow(imageVulnerabilityScans, (scan) => isOver(scan) && note(`end ${scan.metadata.name}`)).catch(quiet);
  follow(taskRuns, (run) => noteRun(run, note)).catch(quiet);
  follow(pods, (pod) => notePod(pod, note)).catch(quiet);
  return {
    namespace,
    client,
    cluster,
    seen: async (name) => {
      for (let turn = 0; turn < 60_000; turn++) {
        const time = times.get(name);
        if (time !== undefined) return time;
        await pause(5);
      }
      throw new Error(`${name} was not seen in five minutes`);
    },
  };
}

const isOver = ({ status }: ImageVulnerabilityScan): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === 'Succeeded' && is !== 'Unknown') ?? false;

function noteRun({ metadata, status }: TaskRun, note: (name: string) => void): void {
  const scan = metadata.labels?.imagevulnerabilityscan ?? metadata.name;
  note(`run ${scan}`);
  if (status?.conditions?.some(({ type, status: is }) => type === 'Succeeded' && is !== 'Unknown'))
    note(`done ${scan}`);
}

function notePod({ metadata, status }: Pod, note: (name: string) => void): void {
  const scan = metadata.labels?.imagevulnerabilityscan ?? metadata.labels?.['tekton.dev/taskRun'] ?? '';
  // Tekton starts all containers at once and lets them wait for each other: the pod runs, the steps begin.
  if (status?.phase === 'Running' || status?.phase === 'Succeeded') note(`step ${scan}`);
}

async function start(watched: Watched, name: string, more: Parameters<typeof stubScan>[3] & { engine?: string } = {}) {
  const { client, cluster, namespace } = watched;
  const scan = parse(await stubScan(cluster, namespace, name, more)) as ImageVulnerabilityScan; // made by stubScan
  const annotations = more.engine === undefined ? {} : { 'assay.dev/engine': more.engine };
  const metadata = { ...scan.metadata, namespace, annotations: { ...scan.metadata.annotations, ...annotations } };
  const began = performance.now();
  await client.create(imageVulnerabilityScans, { ...scan, metadata });
  return began;
}

/** CR created → TaskRun created, one scan after the other. */
async function ownShare(watched: Watched, rounds: number): Promise<readonly Figure[]> {
  const waits: number[] = [];
  for (let index = 0; index < rounds * 6; index++) {
    const name = `share-${index}`;
    const began = await start(watched, name);
    waits.push((await watched.seen(`run ${name}`)) - began);
    await watched.seen(`end ${name}`);
  }
  const count = waits.length;
  return [
    { what: `CR → TaskRun, p50 of ${count}`, value: quantile(waits, 0.5), unit: 'ms', atMost: 100 },
    { what: `CR → TaskRun, largest of ${count}`, value: quantile(waits, 1), unit: 'ms', atMost: 500 },
  ];
}

/** The same steps as a bare TaskRun: the run of a scan, made again under another name without our labels. */
async function bareRun(watched: Watched, like: string, name: string): Promise<number> {
  const { client, namespace } = watched;
  const { items } = await client.list(taskRuns, { namespace, labelSelector: `imagevulnerabilityscan=${like}` });
  const [run] = items;
  if (run === undefined) throw new Error(`${like} has no run`);
  const began = performance.now();
  await client.create(taskRuns, {
    apiVersion: run.apiVersion,
    kind: run.kind,
    metadata: { name, namespace },
    spec: run.spec,
  });
  return began;
}

/** CR created → its pod runs, in turn with a bare TaskRun. */
async function beside(watched: Watched, rounds: number): Promise<readonly Figure[]> {
  const ours: number[] = [];
  const bare: number[] = [];
  for (let index = 0; index < rounds; index++) {
    const name = `turn-${index}`;
    const began = await start(watched, name);
    ours.push((await watched.seen(`step ${name}`)) - began);
    await watched.seen(`end ${name}`);
    const bareBegan = await bareRun(watched, name, `bare-${index}`);
    bare.push((await watched.seen(`step bare-${index}`)) - bareBegan);
    await watched.seen(`done bare-${index}`);
  }
  const value = quantile(ours, 0.5) / quantile(bare, 0.5);
  return [
    { what: 'CR → its pod runs / bare TaskRun', value, unit: '×', atMost: 1.2 },
    { what: 'CR → its pod runs', value: quantile(ours, 0.5), unit: 'ms' },
  ];
}

/** Grype with its data in its image: the fused engine and the compatibility engine in turn. */
async function engines(watched: Watched, rounds: number): Promise<readonly Figure[]> {
  const image = await pinned(watched.cluster, 'images-test/assay-grype');
  const step = {
    name: 'grype',
    image,
    command: ['/grype'],
    args: ['registry:$(params.image)', '-o', 'cyclonedx-json', '--file', '$(params.scan-results-path)/scan.cdx.json'],
    env: [{ name: 'GRYPE_REGISTRY_INSECURE_USE_HTTP', value: 'true' }],
  };
  const times = { fused: [] as number[], compatibility: [] as number[] };
  for (let index = 0; index < rounds; index++) {
    for (const engine of ['fused', 'compatibility'] as const) {
      const name = `${engine}-${index}`;
      const began = await start(watched, name, { engine, step });
      times[engine].push((await watched.seen(`end ${name}`)) - began);
      const scan = await watched.client.get(imageVulnerabilityScans, { namespace: watched.namespace, name });
      const word = scan?.status?.conditions?.find(({ type }) => type === 'Succeeded');
      if (word?.status !== 'True') throw new Error(`${name} ended ${word?.reason}: ${word?.message}`);
    }
  }
  const fused = quantile(times.fused, 0.5);
  const value = fused / quantile(times.compatibility, 0.5);
  return [
    { what: 'whole scan by Grype: fused / compatibility', value, unit: '×', atMost: 0.5 },
    { what: 'whole scan by Grype, fused', value: fused, unit: 'ms' },
  ];
}

/** Many at once, until the last has ended; then as many bare TaskRuns. */
async function perMinute(watched: Watched): Promise<readonly Figure[]> {
  const names = Array.from({ length: atOnce }, (_, index) => `many-${index}`);
  const began = performance.now();
  await Promise.all(names.map((name) => start(watched, name)));
  const ours = Math.max(...(await Promise.all(names.map((name) => watched.seen(`end ${name}`))))) - began;
  const bareBegan = performance.now();
  await Promise.all(names.map((name) => bareRun(watched, name, `bare-${name}`)));
  const bare = Math.max(...(await Promise.all(names.map((name) => watched.seen(`done bare-${name}`))))) - bareBegan;
  return [
    { what: `${atOnce} scans at once / bare TaskRuns`, value: ours / bare, unit: '×' },
    { what: 'scans a minute', value: (atOnce * 60_000) / ours, unit: 'a minute' },
    { what: 'bare TaskRuns a minute', value: (atOnce * 60_000) / bare, unit: 'a minute' },
  ];
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
