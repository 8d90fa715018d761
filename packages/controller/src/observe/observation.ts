import type { Clock, KubeClient } from '@assay/kube';
import {
  type DeclaredAnswers,
  isTerminal,
  type Limits,
  type Refusal,
  runName,
  type ScanFacts,
  type Seen,
  type Sharing,
  share,
} from '@assay/pipeline';
import { type KeptScan, markOf } from '../project/project-scan.ts';
import type { OwnWrites } from './own-writes.ts';
import { newestRun } from './runs-of.ts';
import type { Stores } from './stores.ts';

/** What the controller knows by itself. */
interface Known {
  readonly limits: Limits;
  readonly hasTurn: boolean;
  readonly isGone: boolean;
  readonly refusal: Refusal | undefined;
}

/** While Tekton is missing it is looked for this often. Milliseconds. */
const tektonMs = 2_000;

/** Gathers what a decision needs, from the stores and from what we wrote and they have not told back. */
export class Observation {
  readonly #stores: Stores;
  readonly #writes: OwnWrites;
  readonly #client: KubeClient;
  readonly #clock: Clock;
  /** What scans that are being started will answer. */
  readonly #starting = new Map<string, string>();
  #tekton: Seen['tekton'] = 'ready';

  constructor(stores: Stores, writes: OwnWrites, client: KubeClient, clock: Clock) {
    this.#stores = stores;
    this.#writes = writes;
    this.#client = client;
    this.#clock = clock;
  }

  /** Undefined when the scan is gone, or another one has its name. */
  of(key: string, uid: string, known: Known): Seen | undefined {
    const kept = this.#stores.scans.store.get(key);
    if (kept === undefined || kept.facts.uid !== uid) return undefined;
    const scan = this.#factsOf(key, kept);
    const run = this.#writes.runOf(key, uid, newestRun(this.#stores, key, uid));
    const { refusal, ...rest } = known;
    return {
      ...rest,
      scan,
      ...(run === undefined ? {} : { run }),
      pods: run === undefined ? [] : this.#podsOf(key, run.name),
      tekton: this.#tekton,
      sharing: isTerminal(scan.status) || run !== undefined ? { is: 'none' } : this.#sharing(key, scan),
      ...(refusal === undefined ? {} : { refusal }),
    };
  }

  /** The key of the run the scan would make now. */
  placeOf(key: string, kept: KeptScan): string {
    const { namespace, name, uid, status } = this.#factsOf(key, kept);
    return `${namespace}/${runName(name, uid, status.run?.attempt ?? 1)}`;
  }

  /** A scan is being started, or no longer. */
  starts(key: string, answers: string | undefined): void {
    if (answers === undefined) this.#starting.delete(key);
    else this.#starting.set(key, answers);
  }

  /** Notices that Tekton comes or goes, and says so. */
  watchTekton(signal: AbortSignal, changed: () => void): void {
    const look = async (): Promise<void> => {
      const before = this.#tekton;
      if (this.#isAbsent() || before !== 'ready') await this.lookForTekton();
      if (this.#tekton !== before && !signal.aborted) changed();
    };
    const again = (): void => {
      if (signal.aborted) return;
      look()
        // An API server that does not answer tells nothing about Tekton.
        .catch(() => undefined)
        .finally(() => this.#clock.after(tektonMs, again));
    };
    again();
  }

  /** Asks the API server what it serves. */
  async lookForTekton(): Promise<void> {
    if (await this.#client.discovers('tekton.dev/v1', 'TaskRun'))
      this.#tekton = this.#isAbsent() ? this.#tekton : 'ready';
    else this.#tekton = (await this.#client.discovers('tekton.dev/v1beta1', 'TaskRun')) ? 'old' : 'missing';
  }

  #isAbsent(): boolean {
    return this.#stores.taskRuns.state === 'absent' || this.#stores.pipelineRuns.state === 'absent';
  }

  #factsOf(key: string, kept: KeptScan): ScanFacts {
    const status = this.#writes.statusOf(key, kept);
    return status === kept.facts.status ? kept.facts : { ...kept.facts, status };
  }

  #podsOf(key: string, run: string): Seen['pods'] {
    return this.#stores.pods.store
      .by('scan', key)
      .filter((pod) => pod.run === run)
      .map(({ facts }) => facts);
  }

  #sharing(key: string, scan: ScanFacts): Sharing {
    const declared = this.#declared(scan);
    if (declared === undefined) return { is: 'none' };
    const others = this.#stores.scans.store.by('wish', scan.wish).flatMap((kept) => {
      const { namespace, name, uid } = kept.facts;
      const other = `${namespace}/${name}`;
      if (other === key) return [];
      const run = this.#writes.runOf(other, uid, newestRun(this.#stores, other, uid));
      const isStarting = this.#starting.get(other) === declared.answers;
      return [{ scan: this.#factsOf(other, kept), ...(run === undefined ? {} : { run }), isStarting }];
    });
    return share(declared, others, this.#clock.now());
  }

  /** Undefined unless the data of every step's image is declared. */
  #declared({ namespace, wish, stepImages }: ScanFacts): DeclaredAnswers | undefined {
    const profiles = this.#stores.profiles.store.by('namespace', namespace);
    if (profiles.length === 0) return undefined;
    const found = stepImages.map((image) => profiles.find((one) => one.image === image));
    const data = found.map((one) => one?.dataVersion);
    if (data.some((one) => one === undefined)) return undefined;
    return {
      answers: markOf(JSON.stringify([wish, data])),
      freshMs: Math.min(...found.map((one) => one?.freshMs ?? 0)),
    };
  }
}
