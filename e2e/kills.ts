import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import {
  createKubeClient,
  type ImageVulnerabilityScan,
  imageVulnerabilityScans,
  type KubeClient,
  type KubeObject,
  leases,
  pods,
  type Resource,
  readCluster,
  taskRuns,
} from '@assay/kube';
import { parse } from 'yaml';
import { aNamespace, removeNamespace, stubScan } from './a-scan.ts';
import type { Cluster } from './cluster.ts';
import { followAll } from './follow-all.ts';
import { withValues } from './values.ts';

/** What was asked for. */
export interface KillOptions {
  readonly kills: number;
  /** 0 ≤ x < 1. */
  random(): number;
  readonly kubeconfig: string;
}

/** What came of it. */
export interface KillResult {
  readonly kills: number;
  readonly scans: number;
  readonly mostActivePods: number;
  /** What was promised and not kept; empty is good. */
  readonly broken: readonly string[];
}

const system = 'app-scanning-system';
/** Scans that may run at the same time, and how many more wait behind them. */
const cap = 3;
const waiting = 3;
const endWithinMs = 120_000;

/**
 * Kills the leading controller with SIGKILL again and again, each time at a random moment of its life, while scans come and run. The product is installed.
 * Promises: every scan ends well, none runs twice, never more pods than allowed, nothing of a scan that is not there.
 */
export async function killControllers(cluster: Cluster, options: KillOptions): Promise<KillResult> {
  const connection = await readCluster({ kubeconfig: options.kubeconfig, userAgent: 'assay-e2e' });
  const client = createKubeClient({ transport: connection.transport, fieldManager: 'e2e' });
  const namespace = await aNamespace(cluster);
  const values = await withValues(cluster, {
    leaderElection: { leaseDuration: '3s' },
    scans: { maxConcurrentScans: cap },
  });
  const stop = new AbortController();
  const judge = new Judge();
  judge.follow(client, namespace, stop.signal);
  try {
    const feeder = new Feeder(cluster, client, namespace, judge);
    let holder = '';
    for (let index = 0; index < options.kills; index++) {
      await feeder.fill();
      holder = await nextLeader(client, holder);
      await pause(options.random() * 3_000);
      await kill(cluster, holder.replace(/_[^_]*$/, ''));
    }
    await feeder.rest();
    return {
      kills: options.kills,
      scans: feeder.made,
      mostActivePods: judge.mostActivePods,
      broken: [...judge.broken(feeder.names), ...(await feeder.unfinished())],
    };
  } finally {
    stop.abort();
    await removeNamespace(cluster, namespace);
    await values.restore();
    await connection.close();
  }
}

/** Waits for a leader other than the one before. */
async function nextLeader(client: KubeClient, before: string): Promise<string> {
  for (let turn = 0; turn < 600; turn++) {
    const lease = await client.get(leases, { namespace: system, name: 'app-scanning-controller' });
    const holder = lease?.spec?.holderIdentity ?? '';
    if (holder !== '' && holder !== before) return holder;
    await pause(50);
  }
  throw new Error('no controller has taken the lead within half a minute');
}

/** SIGKILL for the process, and away with its pod: another one is made at once, without the kubelet's growing pauses. */
async function kill(cluster: Cluster, pod: string): Promise<void> {
  const found = processesOf(pod);
  if (found.length === 0) throw new Error(`no process of ${pod} was found to kill`);
  for (const pid of found) process.kill(pid, 'SIGKILL');
  const away = ['delete', 'pod', pod, '--force', '--grace-period=0', '--wait=false', '--ignore-not-found'];
  await cluster.ask('kubectl', '-n', system, ...away);
}

/** Processes of our controller in a pod; the node is this machine. */
function processesOf(pod: string): readonly number[] {
  const found = execFileSync('pgrep', ['-f', '/app/controller.js'], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map(Number);
  return found.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`POD_NAME=${pod}`);
    } catch {
      // It has ended in between.
      return false;
    }
  });
}

/** Keeps a few scans running and a few waiting. */
class Feeder {
  readonly #cluster: Cluster;
  readonly #client: KubeClient;
  readonly #namespace: string;
  readonly #judge: Judge;
  readonly names: string[] = [];

  constructor(cluster: Cluster, client: KubeClient, namespace: string, judge: Judge) {
    this.#cluster = cluster;
    this.#client = client;
    this.#namespace = namespace;
    this.#judge = judge;
  }

  get made(): number {
    return this.names.length;
  }

  async fill(): Promise<void> {
    while (this.names.length - this.#judge.ended.size < cap + waiting) {
      const name = `scan-${this.names.length}`;
      const text = await stubScan(this.#cluster, this.#namespace, name, { mode: 'ok' });
      const scan = parse(text) as ImageVulnerabilityScan; // made by stubScan
      await this.#client.create(imageVulnerabilityScans, {
        ...scan,
        metadata: { ...scan.metadata, namespace: this.#namespace },
      });
      this.names.push(name);
    }
  }

  /** Until all have ended, or nothing has for two minutes. */
  async rest(): Promise<void> {
    for (let last = Date.now(), ended = 0; this.#judge.ended.size < this.names.length; ) {
      if (this.#judge.ended.size > ended) last = Date.now();
      ended = this.#judge.ended.size;
      if (Date.now() - last > endWithinMs) return;
      await pause(200);
    }
  }

  async unfinished(): Promise<readonly string[]> {
    const { items } = await this.#client.list(imageVulnerabilityScans, { namespace: this.#namespace });
    const words = (scan: ImageVulnerabilityScan) => {
      const found = scan.status?.conditions?.find(({ type }) => type === 'Succeeded');
      return `${found?.status} ${found?.reason}`;
    };
    const bad = items.filter(
      (scan) => words(scan) !== 'True Succeeded' || !scan.status?.scanResult?.includes('@sha256:'),
    );
    const lost = this.names.filter((name) => !items.some(({ metadata }) => metadata.name === name));
    return [...bad.map((scan) => `${scan.metadata.name} is ${words(scan)}`), ...lost.map((name) => `${name} is lost`)];
  }
}

/** Sees everything that happens in the namespace, whoever lives. */
class Judge {
  readonly ended = new Set<string>();
  readonly #runs = new Map<string, Set<string>>();
  readonly #active = new Set<string>();
  readonly #trouble: string[] = [];
  mostActivePods = 0;

  follow(client: KubeClient, namespace: string, signal: AbortSignal): void {
    const look = <T extends KubeObject>(resource: Resource<T>, see: (object: T, isGone: boolean) => void) => {
      followAll(client, resource, { namespace, signal }, see).catch((error: unknown) => {
        if (!signal.aborted) this.#trouble.push(`the judge is blind: ${error}`);
      });
    };
    look(imageVulnerabilityScans, ({ metadata, status }) => {
      const word = status?.conditions?.find(({ type }) => type === 'Succeeded')?.status;
      if (word === 'True' || word === 'False') this.ended.add(metadata.name ?? '');
    });
    look(taskRuns, ({ metadata }) => {
      const scan = metadata.labels?.imagevulnerabilityscan ?? 'nobody';
      this.#runs.set(scan, (this.#runs.get(scan) ?? new Set()).add(metadata.uid ?? ''));
    });
    look(pods, ({ metadata, status }, isGone) => {
      const { uid = '' } = metadata;
      if (isGone || status?.phase === 'Succeeded' || status?.phase === 'Failed') this.#active.delete(uid);
      else this.#active.add(uid);
      this.mostActivePods = Math.max(this.mostActivePods, this.#active.size);
    });
  }

  broken(names: readonly string[]): readonly string[] {
    const doubled = [...this.#runs]
      .filter(([, uids]) => uids.size > 1)
      .map(([name, { size }]) => `${name} ran ${size} times`);
    const strange = [...this.#runs.keys()].filter((name) => !names.includes(name)).map((name) => `a run of ${name}`);
    const many = this.mostActivePods > cap ? [`${this.mostActivePods} pods at once, ${cap} are allowed`] : [];
    return [...this.#trouble, ...doubled, ...strange, ...many];
  }
}
