import { Lifecycle, silent, type Tells } from '@assay/controller';
import {
  type ApiRequest,
  type ApiResponse,
  createKubeClient,
  type EventRecorder,
  imageVulnerabilityScans,
  isKubeError,
  type KubeObject,
  scannerProfiles,
  taskRuns,
  VirtualClock,
} from '@assay/kube';
import { runMarks, runName } from '@assay/pipeline';
import { Chance } from './chance.ts';
import { createCluster, type SimulatedCluster } from './cluster.ts';
import { FakeTekton, keyOf } from './fake-tekton.ts';
import { type Fate, fates } from './fates.ts';
import { type FaultRates, FaultyTransport } from './faulty-transport.ts';
import { Judge } from './judge.ts';
import { tapped } from './tapped-transport.ts';

export interface SimulationOptions {
  readonly seed: number;
  readonly scans: number;
  readonly cap: number;
  readonly namespaces: number;
  readonly rates: FaultRates;
  /** No answer is lost and nobody is killed: then nothing may be written or told twice. */
  readonly isCalm?: boolean;
  /** How often each fate is drawn; as in the table of fates when absent. */
  readonly fates?: Readonly<Partial<Record<Fate, number>>>;
}

export interface SimulationReport {
  readonly seed: number;
  readonly scans: number;
  readonly kills: number;
  readonly writes: number;
  readonly steps: number;
  readonly mostActive: number;
  readonly unfairShare: number;
  readonly virtualHours: number;
  readonly complaints: readonly string[];
}

const group = '/apis/app-scanning.apps.tanzu.vmware.com/v1alpha1/';
const image = `r.example/app@sha256:${'a'.repeat(64)}`;
const retryMs = 2_000;
/** Scans that are alive at once: enough that all namespaces wait. */
const alive = 160;

/** Runs scans through the real lifecycle, with everything around it made up, and judges every step. */
export async function simulate(options: SimulationOptions): Promise<SimulationReport> {
  const simulation = new Simulation(options);
  return simulation.run();
}

class Simulation {
  readonly #options: SimulationOptions;
  readonly #clock = new VirtualClock();
  readonly #chance: Chance;
  readonly #judge: Judge;
  readonly #names: readonly string[];
  readonly #recorder: EventRecorder = {
    record: ({ regarding, reason, note }) => this.#judge.told(regarding.metadata.uid ?? '', reason, note),
    dropped: 0,
    waiting: 0,
    flush: () => Promise.resolve(),
  };
  #cluster: SimulatedCluster | undefined;
  #tekton: FakeTekton | undefined;
  #controller: Lifecycle | undefined;
  #transport: FaultyTransport | undefined;
  #kills = 0;
  #writes = 0;
  #made = 0;
  #creating = 0;

  constructor(options: SimulationOptions) {
    this.#options = options;
    this.#chance = new Chance(options.seed);
    this.#judge = new Judge(options.cap, retryMs, {
      now: () => this.#clock.now(),
      isActive: (run) => this.#isActive(run),
      isCalm: options.isCalm ?? false,
    });
    this.#names = Array.from({ length: options.namespaces }, (_one, at) => `team-${at}`);
  }

  async run(): Promise<SimulationReport> {
    const began = this.#clock.now();
    const cluster = await createCluster(this.#clock, this.#chance.next, this.#names);
    this.#cluster = {
      ...cluster,
      transport: tapped(cluster.transport, (request, answer) => this.#tap(request, answer)),
    };
    this.#tekton = new FakeTekton(cluster.admin, this.#clock, this.#chance, {
      fateOf: this.#judge.fateOf,
      ended: (run) => this.#judge.runEnded(run),
    });
    await this.#declareData(cluster);
    this.#startController();
    await this.#drive();
    this.#controller?.stop();
    await this.#clock.advance(10_000);
    this.#judgeLeftovers(cluster);
    await cluster.server.close();
    return {
      seed: this.#options.seed,
      scans: this.#made,
      kills: this.#kills,
      writes: this.#writes + (this.#transport?.writes ?? 0),
      steps: this.#judge.steps,
      mostActive: this.#judge.mostActive,
      unfairShare: this.#judge.unfair / Math.max(1, this.#judge.admissions),
      virtualHours: (this.#clock.now() - began) / 3_600_000,
      complaints: this.#judge.complaints,
    };
  }

  /** One namespace declares the data of its scanner: equal scans there share. */
  async #declareData({ admin }: SimulatedCluster): Promise<void> {
    await admin.create(scannerProfiles, {
      apiVersion: 'assay.dev/v1alpha1',
      kind: 'ScannerProfile',
      metadata: { namespace: this.#names[0] ?? '', name: 'scan' },
      spec: { image: 'shared:1', dataVersion: '1', freshFor: '5s' },
    });
  }

  async #drive(): Promise<void> {
    let checkAt = 0;
    for (;;) {
      while (this.#made < this.#options.scans && this.#judge.open + this.#creating < alive) this.#create();
      if (this.#made >= this.#options.scans && this.#judge.open === 0 && this.#creating === 0) return;
      if (!(await this.#clock.step())) throw new Error('nothing happens any more');
      if (this.#clock.now() > checkAt) {
        checkAt = this.#clock.now() + 60_000;
        this.#judge.judgeLost(20 * 60_000);
        if (this.#judge.complaints.length > 0) return;
      }
    }
  }

  #startController(): void {
    const { transport } = this.#cluster ?? {};
    if (transport === undefined) return;
    const faulty = new FaultyTransport(transport, this.#chance, this.#options.rates, this.#clock, () => this.#killed());
    this.#transport = faulty;
    this.#controller = new Lifecycle({
      client: createKubeClient({ transport: faulty, fieldManager: 'controller' }),
      recorder: this.#recorder,
      settings: () => settings(this.#options.cap),
      tells: tells,
      clock: this.#clock,
      random: this.#chance.next,
    });
    this.#controller.start().catch((error: unknown) => {
      throw error;
    });
  }

  #killed(): void {
    this.#kills += 1;
    this.#writes += this.#transport?.writes ?? 0;
    this.#controller?.stop();
    this.#clock.after(this.#chance.between(0, 3_000), () => this.#startController());
  }

  #create(): void {
    this.#creating += 1;
    this.#made += 1;
    const number = this.#made;
    const fate = this.#chance.weighted(
      this.#options.fates === undefined ? fates : { ...noFates, ...this.#options.fates },
    );
    const namespace = this.#names[this.#chance.between(0, this.#names.length - 1)] ?? '';
    this.#clock.after(this.#chance.between(0, 3_000), () => {
      this.#make(namespace, `scan-${number}`, fate).catch((error: unknown) => {
        throw error;
      });
    });
  }

  async #make(namespace: string, name: string, fate: Fate): Promise<void> {
    const { admin } = this.#cluster ?? {};
    if (admin === undefined) return;
    const isShared = namespace === this.#names[0] && fate === 'good' && this.#chance.happens(0.5);
    const stepImage = isShared ? 'shared:1' : 'own:1';
    const made = await admin.create(imageVulnerabilityScans, {
      apiVersion: 'app-scanning.apps.tanzu.vmware.com/v1alpha1',
      kind: 'ImageVulnerabilityScan',
      metadata: {
        namespace,
        name,
        ...(fate === 'compatibility' ? { annotations: { 'assay.dev/engine': 'compatibility' } } : {}),
        ...(fate === 'held' ? { finalizers: ['example.com/hold'] } : {}),
      },
      spec: {
        image,
        scanResults: { location: 'r.example/results' },
        steps: [{ name: 'scan', image: stepImage, args: isShared ? [] : [name] }],
        ...(fate === 'noAccount' ? { serviceAccountNames: { scanner: 'nobody' } } : {}),
      },
    });
    this.#creating -= 1;
    const { uid = '' } = made.metadata;
    this.#judge.scanMade(uid, keyOf(made), fate, isShared ? 'shared' : undefined);
    if (fate === 'nameTaken') await this.#takeName(made);
    this.#removeLater(made, fate);
  }

  async #takeName({ metadata }: KubeObject): Promise<void> {
    const { namespace = '', name = '', uid = '' } = metadata;
    const taken = {
      apiVersion: 'tekton.dev/v1',
      kind: 'TaskRun',
      metadata: { namespace, name: runName(name, uid, 1) },
      spec: {},
    };
    await this.#cluster?.admin.create(taskRuns, taken).catch(ignoreKube);
  }

  /** When a scan goes: some before they end, the others a while after. */
  #removeLater(scan: KubeObject, fate: Fate): void {
    const { uid = '' } = scan.metadata;
    const early = fate === 'deleted' || fate === 'remade' || fate === 'orphaned' || fate === 'held';
    const look = (): void => {
      if (this.#judge.hasEnded(uid))
        this.#clock.after(this.#chance.between(100, 4_000), () => this.#remove(scan, 'good'));
      else if (early && this.#judge.hasRun(uid) && this.#chance.happens(0.5)) this.#remove(scan, fate);
      else this.#clock.after(1_000, look);
    };
    // Of those that go early, half go before they run.
    if (early && this.#chance.happens(0.5))
      this.#clock.after(this.#chance.between(0, 4_000), () => this.#remove(scan, fate));
    else this.#clock.after(1_000, look);
  }

  #remove(scan: KubeObject, fate: Fate): void {
    this.#removeNow(scan, fate).catch((error: unknown) => {
      throw error;
    });
  }

  async #removeNow(scan: KubeObject, fate: Fate): Promise<void> {
    const { admin } = this.#cluster ?? {};
    const { namespace = '', name = '', uid = '', finalizers = [] } = scan.metadata;
    if (admin === undefined) return;
    const key = { namespace, name };
    const propagation = fate === 'orphaned' ? 'Orphan' : 'Background';
    await admin.delete(imageVulnerabilityScans, key, { uid, propagation }).catch(ignoreKube);
    if (finalizers.length > 0) {
      this.#judge.scanMarked(uid);
      // Some for longer than the others wait for a place.
      this.#clock.after(this.#chance.between(3_000, 90_000), () => {
        this.#judge.scanRemoved(uid);
        admin.patch(imageVulnerabilityScans, key, { metadata: { finalizers: null } }).catch(ignoreKube);
      });
      return;
    }
    this.#judge.scanRemoved(uid);
    if (fate === 'remade') await this.#make(namespace, name, 'good').finally(() => (this.#creating += 1));
  }

  #isActive(run: string): boolean {
    const [namespace = '', name = ''] = run.split('/');
    const { store } = this.#cluster?.server ?? {};
    if (store === undefined) return false;
    const object =
      store.get('tekton.dev', 'taskruns', namespace, name) ?? store.get('tekton.dev', 'pipelineruns', namespace, name);
    const { conditions = [] } = (object?.status ?? {}) as { conditions?: readonly { status: string }[] }; // written by the fake
    if (object !== undefined && conditions.every(({ status }) => status === 'Unknown')) return true;
    const pod = store.get('', 'pods', namespace, `${name}-pod`);
    const { phase } = (pod?.status ?? {}) as { phase?: string }; // written by the fake
    return pod !== undefined && phase !== 'Succeeded' && phase !== 'Failed';
  }

  /** What the controller's writes did, as the API server saw them. */
  #tap(request: ApiRequest, { json, status }: ApiResponse): void {
    if (status === 409) {
      if (request.method === 'POST') this.#judge.nameWasTaken(request.path);
      return;
    }
    const object = json as KubeObject & { readonly status?: Readonly<Record<string, unknown>> }; // the answer to a write that was done is the object
    const isRun = object.kind === 'TaskRun' || object.kind === 'PipelineRun';
    if (isRun && request.method === 'POST') {
      const { labels = {}, annotations = {} } = object.metadata;
      const attempt = Number(annotations[runMarks.attempt]);
      const copies = annotations[runMarks.copyFrom] !== undefined;
      this.#judge.runMade(keyOf(object), labels[runMarks.scanUid] ?? '', attempt, copies);
      this.#tekton?.sees(object);
    } else if (isRun && request.method === 'PATCH') {
      this.#tekton?.stops(object);
    } else if (request.method === 'PATCH' && request.path.startsWith(group)) {
      this.#judgeStatus(object);
    }
  }

  #judgeStatus({ metadata, status = {} }: KubeObject & { readonly status?: Readonly<Record<string, unknown>> }): void {
    const conditions = (status.conditions ?? []) as readonly { type: string; status: string; reason: string }[]; // written by our own code
    const succeeded = conditions.find(({ type }) => type === 'Succeeded');
    const { uid = '' } = metadata;
    this.#judge.written(uid, JSON.stringify(status));
    this.#judge.status(uid, succeeded, typeof status.scanResult === 'string' ? status.scanResult : undefined);
  }

  #judgeLeftovers({ server }: SimulatedCluster): void {
    for (const resource of ['taskruns', 'pipelineruns']) {
      const left = server.store.list('tekton.dev', resource).filter((one) => {
        const { metadata = {} } = one as unknown as KubeObject; // as the server stores it
        return metadata.labels?.[runMarks.scan] !== undefined;
      });
      if (left.length > 0) this.#judge.complaints.push(`${left.length} ${resource} are left over`);
    }
  }
}

const noFates = Object.fromEntries(Object.keys(fates).map((fate) => [fate, 0])) as Record<Fate, number>;

function ignoreKube(error: unknown): undefined {
  if (isKubeError(error)) return undefined;
  throw error;
}

const tells: Tells = {
  ...silent,
  failed: ({ what, error }) => {
    // Faults of the network are what this is about; anything else is a defect of ours.
    if (!isKubeError(error) && !(error instanceof DOMException)) throw new Error(`${what} failed`, { cause: error });
  },
};

export const settings = (cap: number) => ({
  plan: {
    runnerImage: 'runner:1',
    caCertData: '',
    storageSize: '2Gi',
    storageClass: '',
    priorityClassName: '',
    timeout: '',
    insecureRegistries: [],
  },
  maxConcurrentScans: cap,
  engine: 'fused' as const,
  limits: { startTimeoutMs: 60_000, runTimeoutMs: 120_000, mostAttempts: 3, firstRetryMs: retryMs },
  tektonNamespace: 'tekton-pipelines',
  leaseMs: 15_000,
});
