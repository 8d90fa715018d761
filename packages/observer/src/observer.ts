import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CloudEvent } from '@assay/cloudevents';
import { AssayError } from '@assay/contract';
import {
  type AwaitedKind,
  type Clock,
  createKindWatcher,
  createReflector,
  createWorkQueue,
  type EventRecorder,
  type ImageVulnerabilityScan,
  imageVulnerabilityScans,
  type KubeClient,
  namespaces,
  type Outcome,
  type Reflector,
  type WorkQueue,
} from '@assay/kube';
import type { RegistryOptions } from '@assay/oci';
import { locationEvent } from './events/location-event.ts';
import { reportEvent } from './events/report-event.ts';
import type { Availability } from './gate/availability.ts';
import { observedKinds } from './kinds.ts';
import { fetchReports } from './results/fetch-reports.ts';
import { findPullAccess } from './results/pull-access.ts';
import type { ReportReader } from './results/read-report.ts';
import type { Acknowledged } from './sending/acknowledged.ts';
import type { EventSender, Letter } from './sending/http-sender.ts';

/** What happens, in static words, for the log and the metrics. */
export type ObserverTells = (
  what:
    | 'event-stored'
    | 'event-refused'
    | 'report-rejected'
    | 'grant-missing'
    | 'work-failed'
    | 'kind-appeared'
    | 'location-sent',
  facts: Readonly<Record<string, string>>,
) => void;

export interface ObserverOptions {
  readonly client: KubeClient;
  readonly sender: EventSender;
  readonly availability: Availability;
  readonly acknowledged: Acknowledged;
  readonly recorder: EventRecorder;
  readonly registry: RegistryOptions;
  /** A folder for the files of results while they are on their way. */
  readonly scratch: string;
  /** Looks at the files of results. */
  readonly read: ReportReader;
  readonly locationLabels: Readonly<Record<string, string>>;
  /** Bundles fetched at the same time. */
  readonly concurrentScans: number;
  readonly resyncMs: number;
  readonly clock: Clock;
  readonly tell: ObserverTells;
}

/** Sees finished scans and running things, and carries what they say to the store. One per cluster. */
export class Observer {
  readonly #options: ObserverOptions;
  readonly #scans: WorkQueue;
  readonly #records: WorkQueue;
  readonly #scanStore: Reflector<ImageVulnerabilityScan>;
  readonly #reflectors = new Map<string, Reflector<readonly CloudEvent[]>>();
  #watcher: Pick<Reflector<string>, 'start' | 'stop'> | undefined;
  #location = '';

  constructor(options: ObserverOptions) {
    this.#options = options;
    const { client, clock, tell } = options;
    const onError = (error: unknown, key: string) =>
      tell('work-failed', { key, why: error instanceof Error ? error.message : String(error) });
    this.#scans = createWorkQueue({
      work: (key, signal) => this.#carryScan(key, signal),
      concurrency: options.concurrentScans,
      clock,
      onError,
    });
    this.#records = createWorkQueue({
      work: (key, signal) => this.#carryRecords(key, signal),
      concurrency: 4,
      clock,
      onError,
    });
    this.#scanStore = createReflector<ImageVulnerabilityScan, ImageVulnerabilityScan>({
      client,
      resource: imageVulnerabilityScans,
      project: toKept,
      onChange: ({ type, key }) => {
        if (type !== 'deleted') this.#scans.add(key);
      },
      clock,
    });
  }

  /** Whether everything that is there was seen once, and the endpoint takes events: what waits is seen by whoever looks at the pod. */
  get isReady(): boolean {
    return this.#options.availability.isAvailable && this.#isSynced;
  }

  get #isSynced(): boolean {
    return this.#scanStore.isSynced && [...this.#reflectors.values()].every((reflector) => reflector.isSynced);
  }

  /** Works until the signal fires. Throws when the cluster cannot be asked at all. */
  async run(signal: AbortSignal): Promise<void> {
    const { client, clock, availability, acknowledged, resyncMs } = this.#options;
    const system = await client.get(namespaces, { name: 'kube-system' }, { signal });
    this.#location = system?.metadata.uid ?? '';
    if (this.#location === '')
      throw new AssayError('KUBE_UNREACHABLE', 'the namespace kube-system cannot be read: the cluster has no name');
    await acknowledged.load(signal);
    const asking = availability.run(signal);
    await this.#register(signal);
    if (!signal.aborted) this.#start();
    let cancelResync = (): void => undefined;
    const resync = (): void => {
      for (const key of this.#scanStore.store.keys()) this.#scans.add(key);
      cancelResync = clock.after(resyncMs, resync);
    };
    cancelResync = clock.after(resyncMs, resync);
    await untilAborted(signal);
    cancelResync();
    for (const reflector of [this.#scanStore, this.#watcher, ...this.#reflectors.values()]) reflector?.stop();
    await Promise.all([asking, this.#scans.drain(), this.#records.drain()]);
  }

  /** Tells the store which cluster this is, as soon as it can be told. */
  async #register(signal: AbortSignal): Promise<void> {
    const { availability, sender, clock, locationLabels, tell } = this.#options;
    for (;;) {
      await availability.untilAvailable(signal);
      if (signal.aborted) return;
      try {
        await sender.send({ event: locationEvent(this.#location, locationLabels, clock.now()) }, signal);
        tell('location-sent', { location: this.#location });
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof AssayError) || error.retry !== 'later') throw error;
        availability.answered(false);
      }
    }
  }

  #start(): void {
    const { client, clock, tell } = this.#options;
    const awaited: AwaitedKind[] = [{ resource: imageVulnerabilityScans, reflector: this.#scanStore }];
    for (const { resource, toEvents } of observedKinds) {
      const reflector = createReflector<Parameters<typeof toEvents>[0], readonly CloudEvent[]>({
        client,
        resource,
        project: (object) => toEvents(object, this.#location),
        onChange: ({ type, key }) => {
          if (type !== 'deleted') this.#records.add(`${resource.plural}:${key}`);
        },
        clock,
      });
      this.#reflectors.set(resource.plural, reflector);
      awaited.push({ resource, reflector });
    }
    this.#watcher = createKindWatcher({
      client,
      kinds: awaited,
      clock,
      onChange: (name, served) => tell('kind-appeared', { name, served: String(served) }),
    });
    for (const reflector of [...this.#reflectors.values(), this.#scanStore, this.#watcher]) reflector.start();
  }

  async #carryRecords(key: string, signal: AbortSignal): Promise<Outcome> {
    const colon = key.indexOf(':');
    const events = this.#reflectors.get(key.slice(0, colon))?.store.get(key.slice(colon + 1)) ?? [];
    await this.#sendAll(
      events.map((event) => ({ event })),
      signal,
    );
    return { done: true };
  }

  async #carryScan(key: string, signal: AbortSignal): Promise<Outcome> {
    const scan = this.#scanStore.store.get(key);
    const result = scan?.status?.scanResult;
    const isDone = scan?.status?.conditions?.some((one) => one.type === 'Succeeded' && one.status === 'True') === true;
    if (scan === undefined || result === undefined || !isDone) return { done: true };
    // One mark for the bundle as a whole spares fetching it again.
    const whole = `${scan.metadata.uid}-${result}`;
    if (this.#options.acknowledged.has(whole)) return { done: true };
    const { client, registry, tell } = this.#options;
    const access = await findPullAccess(client, scan, result.split('/')[0] ?? '', registry, signal);
    const folder = await mkdtemp(join(this.#options.scratch, 'bundle-'));
    try {
      const ports = { registry: 'registry' in access ? access.registry : registry, folder, read: this.#options.read };
      const fetched = await fetchReports(result, ports, signal).catch((error: unknown) => {
        if ('missingGrant' in access && error instanceof AssayError && error.code === 'REGISTRY_DENIED') return access;
        throw error;
      });
      if ('missingGrant' in fetched) return this.#tellGrant(key, scan, fetched.missingGrant);
      for (const { at, why } of fetched.rejected) tell('report-rejected', { key, file: at, why });
      await this.#sendAll(
        fetched.reports.map((report) => ({
          event: reportEvent(scan, report, this.#location),
          dataFile: report.dataFile,
        })),
        signal,
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    await this.#options.acknowledged.add([whole]);
    return { done: true };
  }

  #tellGrant(key: string, scan: ImageVulnerabilityScan, missing: readonly string[]): Outcome {
    const { recorder, tell } = this.#options;
    const names = missing.join(', ');
    tell('grant-missing', { key, secrets: names });
    recorder.record({
      regarding: scan,
      type: 'Warning',
      reason: 'ResultUnreadable',
      note: `The observer may not read ${names}, so it cannot fetch ${scan.status?.scanResult}. Grant it with: assay grant ${scan.metadata.namespace} ${missing.join(' ')}`,
    });
    return { done: false, againInMs: 5 * 60_000 };
  }

  /** Sends what was not acknowledged before, in order, and writes down what was. */
  async #sendAll(letters: readonly Letter[], signal: AbortSignal): Promise<void> {
    const { acknowledged, availability, sender, tell } = this.#options;
    for (const letter of letters) {
      const { event } = letter;
      if (acknowledged.has(event.id)) continue;
      await availability.untilAvailable(signal);
      signal.throwIfAborted();
      let answer: 'stored' | 'refused';
      try {
        answer = await sender.send(letter, signal);
      } catch (error) {
        availability.answered(false);
        throw error;
      }
      tell(answer === 'stored' ? 'event-stored' : 'event-refused', { id: event.id, type: event.type });
      // A refused event will not be taken later either: it is told, and not sent again.
      await acknowledged.add([event.id]);
    }
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** What decisions need of a scan: no steps, no environment, no managed fields. */
function toKept(scan: ImageVulnerabilityScan): ImageVulnerabilityScan {
  const { name, namespace, uid, annotations, labels, ownerReferences } = scan.metadata;
  return {
    apiVersion: scan.apiVersion,
    kind: scan.kind,
    metadata: {
      ...(name === undefined ? {} : { name }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(labels === undefined ? {} : { labels }),
      ...(ownerReferences === undefined ? {} : { ownerReferences }),
    },
    spec: {
      image: scan.spec.image,
      scanResults: scan.spec.scanResults,
      steps: [],
      ...(scan.spec.serviceAccountNames === undefined ? {} : { serviceAccountNames: scan.spec.serviceAccountNames }),
    },
    ...(scan.status === undefined ? {} : { status: scan.status }),
  };
}
