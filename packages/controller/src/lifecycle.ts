import {
  type Clock,
  createWorkQueue,
  type EventRecorder,
  type KubeClient,
  KubeError,
  type Outcome,
  parseKey,
  type Random,
  type WorkQueue,
} from '@assay/kube';
import {
  type Action,
  admitNext,
  decide,
  isActive,
  isTerminal,
  type Refusal,
  runName,
  type ScanFacts,
  type Seen,
} from '@assay/pipeline';
import { Acts } from './act/acts.ts';
import { nextRefusal, RunRefused } from './act/refusals.ts';
import { createTektonFlags } from './act/tekton-flags.ts';
import { Observation } from './observe/observation.ts';
import { OwnWrites } from './observe/own-writes.ts';
import { allRuns } from './observe/runs-of.ts';
import { allStores, createStores, type Stores } from './observe/stores.ts';
import { Places } from './schedule/places.ts';
import { WaitingLine } from './schedule/waiting-line.ts';
import type { ControllerSettings } from './settings.ts';
import type { Tells } from './tells.ts';

export interface LifecycleOptions {
  readonly client: KubeClient;
  readonly recorder: EventRecorder;
  /** The settings as they are now; may change while it runs. */
  readonly settings: () => ControllerSettings;
  readonly tells: Tells;
  readonly clock: Clock;
  readonly random: Random;
  /** Scans worked on at once. Default 16. */
  readonly concurrency?: number;
}

const done: Outcome = { done: true };

/**
 * Takes every scan of the cluster from its creation to its terminal condition. One of these works at a time (a lease sees to that); it keeps
 * nothing that the cluster does not tell it anew when it starts.
 */
export class Lifecycle {
  readonly #options: LifecycleOptions;
  readonly #clock: Clock;
  readonly #stores: Stores;
  readonly #queue: WorkQueue;
  readonly #places = new Places();
  readonly #line = new WaitingLine();
  readonly #writes = new OwnWrites();
  readonly #observation: Observation;
  readonly #acts: Acts;
  readonly #stop = new AbortController();
  /** Scans that were given a place, by the key of the run they will make. */
  readonly #turns = new Map<string, string>();
  readonly #refusals = new Map<string, Refusal>();
  /** Scans whose run may have been made, though the answer was lost: they keep their place until they know. */
  readonly #uncertain = new Map<string, ScanFacts>();
  #isReady = false;

  constructor(options: LifecycleOptions) {
    this.#options = options;
    const { client, recorder, clock, random, settings, tells, concurrency = 16 } = options;
    this.#clock = clock;
    this.#stores = createStores({
      client,
      clock,
      random,
      onScan: ({ type, key, object }) => {
        if (type === 'deleted') this.#writes.forget(key);
        if (type !== 'deleted' && isTerminal(object.facts.status)) this.#wakeEquals(object.facts);
        this.#add(key);
      },
      onRun: ({ type, object }) => {
        const { facts, scanKey, namespace, partOf } = object;
        if (partOf === undefined) {
          this.#writes.sawRun(scanKey, facts.name);
          const place = `${namespace}/${facts.name}`;
          if (this.#places.sawRun(place, type !== 'deleted' && isActive(facts))) this.#drain(place, facts.scanUid);
          this.#admit();
        }
        this.#add(scanKey);
      },
      onPod: ({ type, object }) => {
        const { run, namespace, facts, scanKey } = object;
        this.#places.sawPod(`${namespace}/${run}`, facts.name, type !== 'deleted' && object.isActive);
        this.#admit();
        this.#add(scanKey);
      },
      onError: (error) => tells.failed({ what: 'watch', key: '', error }),
    });
    this.#observation = new Observation(this.#stores, this.#writes, client, clock);
    const flags = createTektonFlags(client, clock, () => settings().tektonNamespace);
    this.#acts = new Acts({
      client,
      recorder,
      settings,
      tells,
      clock,
      flags,
      writes: this.#writes,
      stores: this.#stores,
    });
    this.#queue = createWorkQueue({
      work: (key, signal) => this.#work(key, AbortSignal.any([signal, this.#stop.signal])),
      concurrency,
      clock,
      random,
      backoff: { firstMs: 250, longestMs: 30_000 },
      onError: (error, key) => tells.failed({ what: 'reconcile', key, error }),
    });
  }

  /** Scans that wait for a place, and places that are held. */
  get counts(): { readonly waiting: number; readonly active: number; readonly scans: number; readonly queued: number } {
    return {
      waiting: this.#line.size,
      active: this.#places.active,
      scans: this.#stores.scans.store.size,
      queued: this.#queue.stats.ready + this.#queue.stats.inFlight,
    };
  }

  /** Whether everything was listed once. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Begins. Nothing is decided before everything was listed: whoever led before may have made runs we do not know. */
  async start(): Promise<void> {
    const stores = allStores(this.#stores);
    for (const store of stores) store.start();
    await Promise.all(stores.map(({ synced }) => synced));
    if (this.#stop.signal.aborted) return;
    this.#isReady = true;
    for (const key of this.#stores.scans.store.keys()) this.#add(key);
    for (const { scanKey } of [...this.#stores.taskRuns.store.values(), ...this.#stores.pipelineRuns.store.values()]) {
      if (this.#stores.scans.store.get(scanKey) === undefined) this.#add(scanKey);
    }
    this.#observation.watchTekton(this.#stop.signal, () => this.#wakeWaiting());
  }

  /** Ends at once: no request is begun after it, and what is under way is given up. */
  stop(): void {
    this.#stop.abort(new DOMException('the controller stops', 'AbortError'));
    for (const store of allStores(this.#stores)) store.stop();
    this.#queue.drain(0).catch((error: unknown) => this.#options.tells.failed({ what: 'reconcile', key: '', error }));
  }

  #add(key: string): void {
    if (this.#isReady && !this.#stop.signal.aborted) this.#queue.add(key);
  }

  async #work(key: string, signal: AbortSignal): Promise<Outcome> {
    if (signal.aborted) return done;
    const kept = this.#stores.scans.store.get(key);
    if (kept === undefined) return this.#sweep(key, signal);
    this.#acts.tellUntold(key, kept.facts);
    let isGone = false;
    // Each round ends with a decision that changed something we know at once; a scan never needs many.
    for (let round = 0; round < 5; round += 1) {
      const seen = this.#see(key, kept.facts.uid, isGone);
      if (seen === undefined) return done;
      const actions = decide(seen, this.#clock.now());
      if (seen.run !== undefined && this.#turns.get(key) === `${seen.scan.namespace}/${seen.run.name}`)
        this.#uncertain.delete(key);
      // Ended without knowing: a run that was made after all goes, and then its place is free.
      if (isTerminal(seen.scan.status)) await this.#settleUncertain(key, signal);
      if (!actions.some((action) => action.do === 'start')) this.#giveBack(key);
      const outcome = await this.#perform(key, seen, actions, signal);
      if (outcome === 'gone') isGone = true;
      else if (outcome !== 'again') return outcome;
    }
    return { done: false, againInMs: 1_000 };
  }

  #see(key: string, uid: string, isGone: boolean): Seen | undefined {
    return this.#observation.of(key, uid, {
      limits: this.#options.settings().limits,
      hasTurn: this.#turns.has(key),
      isGone,
      refusal: this.#refusals.get(key),
    });
  }

  async #perform(
    key: string,
    seen: Seen,
    actions: readonly Action[],
    signal: AbortSignal,
  ): Promise<Outcome | 'again' | 'gone'> {
    let outcome: Outcome = done;
    for (const action of actions) {
      switch (action.do) {
        case 'enlist':
          if (this.#enlist(key, seen.scan)) {
            this.#acts.tellQueued(seen);
            return 'again';
          }
          break;
        case 'start':
          return this.#start(key, seen, action, signal);
        case 'report':
          await this.#acts.report(key, seen, action, signal);
          break;
        case 'stop':
          await this.#acts.stop(seen, action, signal);
          break;
        case 'remove':
          await this.#acts.remove(seen.scan, action.run, signal);
          break;
        case 'confirm':
          if (await this.#acts.isGone(seen.scan, action, signal)) return 'gone';
          outcome = { done: false, againInMs: 1_000 };
          break;
        case 'wait':
          outcome = { done: false, againInMs: Math.max(1, action.until - this.#clock.now()) };
          break;
      }
    }
    return outcome;
  }

  async #start(
    key: string,
    seen: Seen,
    action: Extract<Action, { do: 'start' }>,
    signal: AbortSignal,
  ): Promise<Outcome | 'again'> {
    const answers = action.copyFrom === undefined ? action.answers : undefined;
    this.#observation.starts(key, answers);
    try {
      const made = await this.#acts.start(key, seen, action, signal);
      this.#turns.delete(key);
      this.#uncertain.delete(key);
      this.#refusals.delete(key);
      if (made === undefined) {
        this.#releasePlace(seen.scan, action.attempt);
        return done;
      }
      return 'again';
    } catch (error) {
      if (error instanceof RunRefused) {
        this.#refusals.set(key, nextRefusal(this.#refusals.get(key), error.refused, this.#clock.now()));
        // A later refusal tells nothing about an earlier call whose answer was lost; only the run itself, or making it, does.
        if (error.refused.isUnknown === true) this.#uncertain.set(key, seen.scan);
        this.#giveBack(key);
        return 'again';
      }
      if (error instanceof KubeError && error.code === 'KUBE_KIND_MISSING') {
        this.#giveBack(key);
        await this.#observation.lookForTekton();
        return { done: false, againInMs: 2_000 };
      }
      // Nothing was learned: the turn stays, and it is tried again.
      throw error;
    } finally {
      this.#observation.starts(key, undefined);
    }
  }

  /** The scan is gone: what it left over goes too. */
  async #sweep(key: string, signal: AbortSignal): Promise<Outcome> {
    this.#line.remove(key);
    this.#refusals.delete(key);
    await this.#settleUncertain(key, signal);
    this.#giveBack(key);
    const { namespace = '', name } = parseKey(key);
    for (const run of allRuns(this.#stores, key)) {
      if (!run.deleting) await this.#acts.remove({ namespace, name }, run, signal);
    }
    return done;
  }

  /** The scan went before it was known whether its run was made: then it is not, or it goes too. */
  async #settleUncertain(key: string, signal: AbortSignal): Promise<void> {
    const scan = this.#uncertain.get(key);
    const place = this.#turns.get(key);
    if (scan === undefined || place === undefined) return;
    await this.#acts.removeNamed(scan.namespace, parseKey(place).name, signal);
    this.#uncertain.delete(key);
    this.#places.drain(place);
    this.#drain(place, scan.uid);
  }

  /** True when there was room at once. */
  #enlist(key: string, scan: ScanFacts): boolean {
    this.#line.add({ key, namespace: scan.namespace, urgency: scan.urgency, createdAt: scan.createdAt });
    this.#admit();
    return this.#turns.has(key);
  }

  /** Gives free places to those whose turn it is. */
  #admit(): void {
    if (!this.#isReady || this.#stop.signal.aborted) return;
    const cap = this.#options.settings().maxConcurrentScans;
    while (this.#line.size > 0 && (cap === 0 || this.#places.active < cap)) {
      const heads = this.#line.heads((namespace) => this.#places.activeIn(namespace));
      const next = admitNext(heads, this.#places.active, cap);
      if (next === undefined) return;
      this.#line.remove(next.key);
      const kept = this.#stores.scans.store.get(next.key);
      if (kept === undefined) continue;
      const place = this.#observation.placeOf(next.key, kept);
      this.#turns.set(next.key, place);
      this.#places.reserve(place);
      this.#queue.add(next.key);
    }
  }

  /** The turn was not needed after all. */
  #giveBack(key: string): void {
    const place = this.#turns.get(key);
    if (place === undefined || this.#uncertain.has(key)) return;
    this.#turns.delete(key);
    this.#places.unreserve(place);
    this.#admit();
  }

  /** A run has ended before its pod was seen: the API server is asked until no pod is left. */
  #drain(place: string, scanUid: string): void {
    const { namespace = '', name } = parseKey(place);
    const look = async (): Promise<boolean> => {
      if (this.#stop.signal.aborted) return true;
      return !(await this.#acts.hasActivePod(namespace, scanUid, name, this.#stop.signal));
    };
    const again = (): void => {
      look()
        .catch(() => false)
        .then((isDrained) => {
          if (isDrained) {
            this.#places.drained(place);
            this.#admit();
          } else {
            this.#clock.after(1_000, again);
          }
        })
        .catch((error: unknown) => this.#options.tells.failed({ what: 'watch', key: place, error }));
    };
    again();
  }

  #releasePlace({ namespace, name, uid }: ScanFacts, attempt: number): void {
    this.#places.unreserve(`${namespace}/${runName(name, uid, attempt)}`);
    this.#admit();
  }

  #wakeEquals({ wish, namespace }: ScanFacts): void {
    if (this.#stores.profiles.store.by('namespace', namespace).length === 0) return;
    for (const { facts } of this.#stores.scans.store.by('wish', wish)) {
      if (!isTerminal(facts.status)) this.#add(`${facts.namespace}/${facts.name}`);
    }
  }

  /** Tekton came or went: everything that has not ended is looked at. */
  #wakeWaiting(): void {
    for (const [key, { facts }] of entriesOf(this.#stores.scans.store)) if (!isTerminal(facts.status)) this.#add(key);
  }
}

function* entriesOf<K>(store: {
  keys(): IterableIterator<string>;
  get(key: string): K | undefined;
}): Generator<[string, K]> {
  for (const key of store.keys()) {
    const kept = store.get(key);
    if (kept !== undefined) yield [key, kept];
  }
}
