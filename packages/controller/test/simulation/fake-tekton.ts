import {
  isKubeError,
  type KubeClient,
  type KubeObject,
  pipelineRuns,
  pods,
  type Resource,
  type TaskRun,
  taskRuns,
  type VirtualClock,
} from '@assay/kube';
import { runMarks } from '@assay/pipeline';
import type { Chance } from './chance.ts';
import type { Fate } from './fates.ts';

const digest = `sha256:${'d'.repeat(64)}`;
const time = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;

export interface TektonHooks {
  readonly fateOf: (uid: string) => Fate | undefined;
  /** A run has ended. */
  readonly ended: (run: string) => void;
}

/** Runs TaskRuns and PipelineRuns as their scans' fates say. */
export class FakeTekton {
  readonly #admin: KubeClient;
  readonly #clock: VirtualClock;
  readonly #chance: Chance;
  readonly #hooks: TektonHooks;

  constructor(admin: KubeClient, clock: VirtualClock, chance: Chance, hooks: TektonHooks) {
    this.#admin = admin;
    this.#clock = clock;
    this.#chance = chance;
    this.#hooks = hooks;
  }

  /** A run was made. */
  sees(run: KubeObject): void {
    const fate = this.#hooks.fateOf(run.metadata.labels?.[runMarks.scanUid] ?? '');
    if (fate === undefined || fate === 'neverStarts') return;
    const delay = this.#chance.between(20, 400);
    this.#later(delay, () => this.#start(run, fate));
  }

  /** A run was asked to stop. */
  stops(run: KubeObject): void {
    this.#later(this.#chance.between(50, 1_500), async () => {
      const key = keyOf(run);
      await this.#patch(run, {
        conditions: [condition('False', reasonOfCancel(run), 'cancelled')],
        completionTime: time(this.#clock.now()),
      });
      this.#hooks.ended(key);
      await this.#endPod(run, 'Failed');
    });
  }

  async #start(run: KubeObject, fate: Fate): Promise<void> {
    const { namespace = '', labels = {} } = run.metadata;
    if (!(await this.#exists(run))) return;
    // A pod tells more, and costs the simulation more: where nothing depends on it, some runs do without.
    if (fate === 'good' && this.#chance.happens(0.6)) {
      this.#later(this.#chance.between(500, 9_000), () => this.#end(run, fate));
      return;
    }
    await this.#quietly(
      this.#admin.create(pods, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          namespace,
          name: podName(run),
          ownerReferences: [
            { apiVersion: run.apiVersion, kind: run.kind, name: run.metadata.name ?? '', uid: run.metadata.uid ?? '' },
          ],
          labels: {
            ...labels,
            [run.kind === 'TaskRun' ? 'tekton.dev/taskRun' : 'tekton.dev/pipelineRun']: run.metadata.name ?? '',
          },
        },
        spec: { containers: [{ name: 'step-scan', image: 'x:1' }] },
      }),
    );
    await this.#patch(run, { startTime: time(this.#clock.now()), conditions: [condition('Unknown', 'Running', '')] });
    await this.#patchPod(run, { phase: 'Running' });
    if (fate === 'neverEnds') return;
    this.#later(this.#chance.between(500, 9_000), () => this.#end(run, fate));
  }

  async #end(run: KubeObject, fate: Fate): Promise<void> {
    const key = keyOf(run);
    if (!(await this.#exists(run))) return;
    const attempt = Number(run.metadata.annotations?.[runMarks.attempt] ?? 1);
    const isFirst = attempt === 1;
    const evicted = fate === 'evictedAlways' || (fate === 'evictedOnce' && isFirst);
    const lost = fate === 'nodeLost' && isFirst;
    const finished = time(this.#clock.now());
    if (evicted)
      await this.#patchPod(run, {
        phase: 'Failed',
        reason: 'Evicted',
        message: 'The node was low on resource: memory.',
      });
    if (evicted || lost) {
      const message = lost ? `pods "${podName(run)}" not found` : 'pod was evicted';
      await this.#patch(run, { conditions: [condition('False', 'Failed', message)], completionTime: finished });
    } else if (fate === 'scannerFails') {
      const steps = [{ name: 'scan', container: 'step-scan', terminated: { exitCode: 2, reason: 'Error' } }];
      await this.#patch(run, {
        conditions: [condition('False', 'Failed', 'exited with code 2')],
        completionTime: finished,
        steps,
      });
    } else {
      const value = fate === 'noDigest' ? 'r.example/results:latest' : `r.example/results@${digest}`;
      await this.#succeed(run, finished, [{ name: 'scan-result', type: 'string', value }]);
    }
    this.#hooks.ended(key);
    // A pod may live a little longer than its run.
    if (this.#chance.happens(0.7)) await this.#endPod(run, 'Succeeded');
    else this.#later(this.#chance.between(100, 5_000), () => this.#endPod(run, 'Succeeded'));
    if (fate === 'pruned')
      this.#later(this.#chance.between(0, 2_000), () =>
        this.#quietly(
          this.#admin.delete(resourceOf(run), {
            namespace: run.metadata.namespace ?? '',
            name: run.metadata.name ?? '',
          }),
        ),
      );
  }

  async #succeed(run: KubeObject, finished: string, results: NonNullable<TaskRun['status']>['results']): Promise<void> {
    const good = [condition('True', 'Succeeded', '')];
    if (run.kind === 'PipelineRun') {
      const { namespace = '', name = '', labels = {}, annotations = {}, uid = '' } = run.metadata;
      const task = { 'tekton.dev/pipelineRun': name, 'tekton.dev/pipelineTask': 'publish-task' };
      const made = await this.#quietly(
        this.#admin.create(taskRuns, {
          apiVersion: 'tekton.dev/v1',
          kind: 'TaskRun',
          metadata: {
            namespace,
            name: `${name}-publish-task`,
            labels: { ...labels, ...task },
            annotations,
            ownerReferences: [{ apiVersion: 'tekton.dev/v1', kind: 'PipelineRun', name, uid }],
          },
          spec: {},
        }),
      );
      if (made !== undefined) await this.#patch(made, { conditions: good, completionTime: finished, results });
      await this.#patch(run, { conditions: good, completionTime: finished });
    } else {
      await this.#patch(run, { conditions: good, completionTime: finished, results });
    }
  }

  async #endPod(run: KubeObject, phase: string): Promise<void> {
    await this.#patchPod(run, { phase });
    // Nobody looks at the pods of a simulation later.
    await this.#quietly(this.#admin.delete(pods, { namespace: run.metadata.namespace ?? '', name: podName(run) }));
  }

  async #exists({ kind, metadata: { namespace = '', name = '', uid } }: KubeObject): Promise<boolean> {
    const found = await this.#admin.get(resourceOf({ kind }), { namespace, name });
    return found?.metadata.uid === uid;
  }

  async #patch(run: KubeObject, status: Readonly<Record<string, unknown>>): Promise<void> {
    const { namespace = '', name = '', uid } = run.metadata;
    await this.#quietly(
      this.#admin.patch(resourceOf(run), { namespace, name }, { metadata: { uid }, status }, { subresource: 'status' }),
    );
  }

  async #patchPod(run: KubeObject, status: Readonly<Record<string, unknown>>): Promise<void> {
    const key = { namespace: run.metadata.namespace ?? '', name: podName(run) };
    await this.#quietly(this.#admin.patch(pods, key, { status }, { subresource: 'status' }));
  }

  /** What is gone is gone. */
  async #quietly<T>(work: Promise<T>): Promise<T | undefined> {
    try {
      return await work;
    } catch (error) {
      if (isKubeError(error)) return undefined;
      throw error;
    }
  }

  #later(ms: number, work: () => Promise<unknown>): void {
    this.#clock.after(ms, () => {
      work().catch((error: unknown) => {
        throw error;
      });
    });
  }
}

const condition = (status: string, reason: string, message: string) => ({
  type: 'Succeeded',
  status,
  reason,
  message,
  lastTransitionTime: '2026-01-01T00:00:00Z',
});

const reasonOfCancel = ({ kind }: KubeObject) => (kind === 'TaskRun' ? 'TaskRunCancelled' : 'Cancelled');
export const keyOf = ({ metadata: { namespace = '', name = '' } }: Pick<KubeObject, 'metadata'>) =>
  `${namespace}/${name}`;
const podName = ({ metadata }: KubeObject) => `${metadata.name ?? ''}-pod`;
function resourceOf({ kind }: { readonly kind: string }): Resource<KubeObject> {
  return kind === 'TaskRun' ? taskRuns : pipelineRuns;
}
