import {
  apiVersionOf,
  type Clock,
  type EventRecorder,
  events,
  imageVulnerabilityScans,
  isKubeError,
  type KubeClient,
  type KubeObject,
  type Patch,
  pipelineRuns,
  pods,
  type Resource,
  taskRuns,
} from '@assay/kube';
import {
  type Action,
  classify,
  type Engine,
  type RunFacts,
  runMarks,
  type ScanFacts,
  type ScanStatus,
  type Seen,
  type StoryLine,
} from '@assay/pipeline';
import type { OwnWrites } from '../observe/own-writes.ts';
import type { Stores } from '../observe/stores.ts';
import { projectPod } from '../project/project-pod.ts';
import type { ControllerSettings } from '../settings.ts';
import type { Tells } from '../tells.ts';
import { type MadeRun, makeRun } from './make-run.ts';
import type { TektonFlags } from './tekton-flags.ts';

export interface ActPorts {
  readonly client: KubeClient;
  readonly recorder: EventRecorder;
  readonly settings: () => ControllerSettings;
  readonly tells: Tells;
  readonly clock: Clock;
  readonly flags: TektonFlags;
  readonly writes: OwnWrites;
  readonly stores: Stores;
}

type Named = Pick<ScanFacts, 'namespace' | 'name'>;

/** Does what was decided. Each of these may be done twice without harm. */
export class Acts {
  readonly #ports: ActPorts;
  readonly #untold = new Map<string, Told>();

  constructor(ports: ActPorts) {
    this.#ports = ports;
  }

  /** Undefined when the scan is gone. Throws what `makeRun` throws. */
  async start(
    key: string,
    { scan }: Seen,
    action: Extract<Action, { do: 'start' }>,
    signal: AbortSignal,
  ): Promise<MadeRun | undefined> {
    const { client, flags, settings, stores, writes, tells, clock } = this.#ports;
    const namespace = stores.namespaces.store.get(scan.namespace);
    const made = await makeRun(scan, action, {
      client,
      flags,
      namespace,
      settings: settings(),
      signal,
      now: () => clock.now(),
    });
    if (made === undefined) return undefined;
    writes.madeRun(key, made.run);
    if (!made.isNew) return made;
    if (made.because !== undefined) {
      const note = `the compatibility engine is used: ${made.because}`;
      this.#tell(scan, { type: 'Normal', reason: 'EngineChosen', note });
    }
    const { engine, name } = made.run;
    tells.started({ ...nameOf(scan), run: name, engine, waitedMs: clock.now() - scan.createdAt });
    return made;
  }

  /** Writes the whole status where it differs, then tells. The UID is tested, so that a scan of the same name made later is never written to. */
  async report(
    key: string,
    { scan }: Seen,
    { status, tell, outcome }: Extract<Action, { do: 'report' }>,
    signal: AbortSignal,
  ): Promise<void> {
    if (isSame(scan.status, status)) return;
    const { client, writes } = this.#ports;
    const { namespace, name, uid } = scan;
    this.#untold.delete(key);
    try {
      // A UID in an applied or merged object is no condition for the API server; a tested one is.
      const patch: Patch = [
        { op: 'test', path: '/metadata/uid', value: uid },
        { op: 'add', path: '/status', value: status },
      ];
      const where = { namespace, name };
      const written = await client.patch(imageVulnerabilityScans, where, patch, { subresource: 'status', signal });
      writes.wroteStatus(key, uid, written.metadata.resourceVersion ?? '', status);
    } catch (error) {
      // Gone, or another one of its name: the store will tell.
      if (isKubeError(error, 404) || isKubeError(error, 409) || isOther(error)) return;
      if (tell !== undefined) this.#untold.set(key, { status, tell, outcome });
      throw error;
    }
    this.#tellAll(scan, { status, tell, outcome });
  }

  /** The answer to a write was lost, but it was done: what it was about is told now. */
  tellUntold(key: string, scan: ScanFacts): void {
    const untold = this.#untold.get(key);
    if (untold === undefined || !isSame(scan.status, untold.status)) return;
    this.#untold.delete(key);
    this.#tellAll(scan, untold);
  }

  /** It waited for no moment, but the story has a beginning. */
  tellQueued({ scan }: Seen): void {
    if (scan.status.conditions === undefined)
      this.#tell(scan, { type: 'Normal', reason: 'Queued', note: 'there is a free place' });
  }

  async stop(
    { scan, pods: itsPods }: Seen,
    { run, because }: Extract<Action, { do: 'stop' }>,
    signal: AbortSignal,
  ): Promise<void> {
    const { client, tells } = this.#ports;
    const text = await this.#explained(scan, run, itsPods, because, signal);
    const spec = run.engine === 'fused' ? { status: 'TaskRunCancelled' } : { status: 'Cancelled' };
    const patch = { metadata: { annotations: { [runMarks.stopped]: text } }, spec };
    try {
      await client.patch(resourceOf(run.engine), { namespace: scan.namespace, name: run.name }, patch, { signal });
    } catch (error) {
      if (!isKubeError(error, 404)) throw error;
    }
    tells.stopped({ ...nameOf(scan), run: run.name, because });
  }

  async remove(scan: Named, run: RunFacts, signal: AbortSignal): Promise<void> {
    const { client, tells } = this.#ports;
    await client.delete(resourceOf(run.engine), { namespace: scan.namespace, name: run.name }, { signal });
    tells.removed({ ...nameOf(scan), run: run.name });
  }

  /** Asks the API server itself. */
  async isGone(
    scan: Named,
    { name, engine }: { readonly name: string; readonly engine: Engine },
    signal: AbortSignal,
  ): Promise<boolean> {
    const found = await this.#ports.client.get(resourceOf(engine), { namespace: scan.namespace, name }, { signal });
    return found === undefined;
  }

  async hasActivePod(namespace: string, scanUid: string, run: string, signal: AbortSignal): Promise<boolean> {
    const labelSelector = `${runMarks.scanUid}=${scanUid}`;
    const { items } = await this.#ports.client.list(pods, { namespace, labelSelector, signal });
    return items.map(projectPod).some((pod) => pod.run === run && pod.isActive);
  }

  /** Removes a run of which only the name is known, whichever kind it is. */
  async removeNamed(namespace: string, name: string, signal: AbortSignal): Promise<void> {
    const { client } = this.#ports;
    await client.delete(taskRuns, { namespace, name }, { signal });
    await client.delete(pipelineRuns, { namespace, name }, { signal });
  }

  /** A pod that waits for a volume says why only in Events. */
  async #explained(
    scan: Named,
    run: RunFacts,
    itsPods: Seen['pods'],
    because: string,
    signal: AbortSignal,
  ): Promise<string> {
    const [pod] = itsPods;
    if (pod === undefined || !because.startsWith('StartTimedOut')) return because;
    try {
      const fieldSelector = `regarding.name=${pod.name}`;
      const list = await this.#ports.client.list(events, { namespace: scan.namespace, fieldSelector, signal });
      const notes = list.items.map(({ note = '' }) => note);
      const { reason, detail } = classify({ run: { ...run, stopped: because }, pods: itsPods, events: notes });
      return `${reason}: ${detail}`;
    } catch {
      return because;
    }
  }

  #tell(scan: ScanFacts, { type, reason, note }: StoryLine): void {
    const { namespace, name, uid } = scan;
    this.#ports.recorder.record({
      regarding: { ...scanKind, metadata: { namespace, name, uid } },
      type,
      reason,
      note,
    });
  }

  #tellAll(scan: ScanFacts, { status, tell, outcome }: Told): void {
    const { tells, clock } = this.#ports;
    if (tell !== undefined) this.#tell(scan, tell);
    if (outcome !== undefined) {
      const engine = status.run?.engine ?? 'none';
      tells.ended({ ...nameOf(scan), outcome, engine, tookMs: clock.now() - scan.createdAt });
    } else if (tell?.reason === 'Retrying') {
      tells.retried(nameOf(scan));
    }
  }
}

/** What belongs to one status: a line of the story, and the end for the metrics. */
interface Told {
  readonly status: ScanStatus;
  readonly tell?: StoryLine | undefined;
  readonly outcome?: string | undefined;
}

const nameOf = ({ namespace, name }: Named) => ({ namespace, scan: name });

const scanKind = { apiVersion: apiVersionOf(imageVulnerabilityScans), kind: imageVulnerabilityScans.kind };

/** The test of a JSON patch failed; a status that is not valid is refused with the field besides. */
const isOther = (error: unknown): boolean => isKubeError(error, 422) && error.causes.length === 0;

function resourceOf(engine: Engine): Resource<KubeObject> {
  return engine === 'fused' ? taskRuns : pipelineRuns;
}

/** Both are plain JSON of ours, written by the same functions. */
function isSame(a: ScanStatus, b: ScanStatus): boolean {
  return a === b || canonical(a) === canonical(b);
}

/** The API server sorts fields in its own way. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}
