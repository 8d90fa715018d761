import { type ControllerSettings, Lifecycle, silent } from '@assay/controller';
import {
  type ApiRequest,
  type ApiResponse,
  createEventRecorder,
  createKubeClient,
  type Event,
  events,
  type ImageVulnerabilityScan,
  imageVulnerabilityScans,
  type KubeClient,
  type KubeObject,
  namespaces,
  pods,
  type TaskRun,
  taskRuns,
  VirtualClock,
} from '@assay/kube';
import { Chance } from './simulation/chance.ts';
import { createCluster } from './simulation/cluster.ts';
import { FaultyTransport, noFaults } from './simulation/faulty-transport.ts';
import { settings } from './simulation/simulate.ts';
import { tapped } from './simulation/tapped-transport.ts';

export const digest = `sha256:${'a'.repeat(64)}`;

/** One namespace, the real schemas, the real controller, and a person's hands in place of Tekton's. */
export class SmallWorld {
  readonly clock: VirtualClock;
  readonly admin: KubeClient;
  /** Writes of the controller, as `METHOD kind`. */
  readonly writes: string[];
  readonly #lifecycle: Lifecycle;

  private constructor(clock: VirtualClock, admin: KubeClient, writes: string[], lifecycle: Lifecycle) {
    this.clock = clock;
    this.admin = admin;
    this.writes = writes;
    this.#lifecycle = lifecycle;
  }

  static async start(more: Partial<ControllerSettings> = {}, tekton = true): Promise<SmallWorld> {
    const clock = new VirtualClock();
    const chance = new Chance(1);
    const { admin, transport } = await createCluster(clock, chance.next, ['dev'], { strict: true, tekton });
    const writes: string[] = [];
    const noted = tapped(transport, (request, answer) => writes.push(wordOf(request, answer)));
    const network = new FaultyTransport(noted, chance, noFaults, clock, () => undefined);
    const client = createKubeClient({ transport: network, fieldManager: 'controller' });
    const recorder = createEventRecorder({
      client,
      reportingController: 'test',
      reportingInstance: 'test',
      clock,
      random: chance.next,
    });
    const all = { ...settings(10), ...more };
    const lifecycle = new Lifecycle({
      client,
      recorder,
      settings: () => all,
      tells: silent,
      clock,
      random: chance.next,
    });
    lifecycle.start().catch((error: unknown) => {
      throw error;
    });
    await clock.advance(100);
    return new SmallWorld(clock, admin, writes, lifecycle);
  }

  get counts(): Lifecycle['counts'] {
    return this.#lifecycle.counts;
  }

  stop(): void {
    this.#lifecycle.stop();
  }

  async scan(
    name: string,
    spec: Partial<ImageVulnerabilityScan['spec']> = {},
    annotations: Readonly<Record<string, string>> = {},
  ): Promise<ImageVulnerabilityScan> {
    const made = await this.admin.create(imageVulnerabilityScans, {
      apiVersion: 'app-scanning.apps.tanzu.vmware.com/v1alpha1',
      kind: 'ImageVulnerabilityScan',
      metadata: { namespace: 'dev', name, annotations },
      spec: {
        image: `r.example/app@${digest}`,
        scanResults: { location: 'r.example/results' },
        steps: [{ name: 'scan', image: 'scan:1' }],
        ...spec,
      },
    });
    await this.clock.advance(500);
    return made;
  }

  async runs(): Promise<readonly TaskRun[]> {
    return (await this.admin.list(taskRuns, { namespace: 'dev' })).items;
  }

  /** What Tekton would write. */
  async tekton(run: KubeObject, status: Readonly<Record<string, unknown>>): Promise<void> {
    const key = { namespace: 'dev', name: run.metadata.name ?? '' };
    await this.admin.patch(taskRuns, key, { status }, { subresource: 'status' });
    await this.clock.advance(500);
  }

  async ends(run: KubeObject, reason: string, more: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const status = reason === 'Succeeded' ? 'True' : 'False';
    const condition = {
      type: 'Succeeded',
      status,
      reason,
      message: 'words',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    };
    await this.tekton(run, { conditions: [condition], completionTime: '2026-01-01T00:00:00Z', ...more });
  }

  async publishes(run: KubeObject): Promise<void> {
    const results = [
      { name: 'scan-result', type: 'string', value: `r.example/results@${digest}` },
      { name: 'report-count', type: 'string', value: '1' },
    ];
    await this.ends(run, 'Succeeded', { results });
  }

  async status(name: string): Promise<NonNullable<ImageVulnerabilityScan['status']>> {
    const found = await this.admin.get(imageVulnerabilityScans, { namespace: 'dev', name });
    return found?.status ?? {};
  }

  /** Status and reason of both conditions, in the order ScanCompleted, Succeeded. */
  async conditions(name: string): Promise<readonly string[]> {
    return ((await this.status(name)).conditions ?? []).map((one) => `${one.status} ${one.reason}`);
  }

  /** Reasons of the Events about a scan, in their order. */
  async story(name: string): Promise<readonly string[]> {
    await this.clock.advance(2_000);
    const { items } = await this.admin.list<Event>(events, { namespace: 'dev' });
    const about = items.filter(({ regarding }) => regarding.name === name);
    return about.toSorted((a, b) => (a.eventTime < b.eventTime ? -1 : 1)).map(({ reason }) => reason);
  }

  async pod(run: KubeObject, status: Readonly<Record<string, unknown>>): Promise<void> {
    const { name = '', uid = '', labels = {} } = run.metadata;
    await this.admin.create(pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        namespace: 'dev',
        name: `${name}-pod`,
        labels: { ...labels, 'tekton.dev/taskRun': name },
        ownerReferences: [{ apiVersion: 'tekton.dev/v1', kind: 'TaskRun', name, uid }],
      },
      spec: { containers: [{ name: 'step-scan', image: 'x:1' }] },
    });
    await this.admin.patch(pods, { namespace: 'dev', name: `${name}-pod` }, { status }, { subresource: 'status' });
    await this.clock.advance(500);
  }

  async labelNamespace(labels: Readonly<Record<string, string>>): Promise<void> {
    await this.admin.patch(namespaces, { name: 'dev' }, { metadata: { labels } });
    await this.clock.advance(500);
  }
}

function wordOf({ method, path }: ApiRequest, { json }: ApiResponse): string {
  const { kind } = json as KubeObject; // the answer to a write is the object
  return `${method} ${kind}${path.endsWith('/status') ? '/status' : ''}`;
}
