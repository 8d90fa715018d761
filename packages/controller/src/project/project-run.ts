import type { Condition } from '@assay/contract';
import type { PipelineRun, TaskRun } from '@assay/kube';
import { type Engine, type RunFacts, type RunState, resultNames, runMarks, type TaskFacts } from '@assay/pipeline';

/** What is kept of a TaskRun or PipelineRun of ours. */
export interface KeptRun {
  /** `namespace/scan name`. */
  readonly scanKey: string;
  readonly namespace: string;
  /** The PipelineRun it is a part of; undefined for a run of its own. */
  readonly partOf?: string;
  /** A run of its own, without the tasks of a PipelineRun. */
  readonly facts: RunFacts;
}

/** Tekton's messages are repeated in full in its own objects; decisions need their beginning. */
const longestText = 1200;

export function projectTaskRun(run: TaskRun): KeptRun {
  const { labels = {} } = run.metadata;
  const parent = labels['tekton.dev/pipelineRun'];
  const base = factsOf(run, 'fused');
  const task: TaskFacts = {
    task: labels['tekton.dev/pipelineTask'] ?? '',
    state: base.facts.state,
    reason: base.facts.reason,
    message: base.facts.message,
    failedSteps: failedSteps(run),
    results: resultsOf(run),
  };
  return {
    ...base,
    ...(parent === undefined ? {} : { partOf: parent }),
    facts: { ...base.facts, tasks: [task] },
  };
}

export const projectPipelineRun = (run: PipelineRun): KeptRun => factsOf(run, 'compatibility');

function factsOf(run: TaskRun | PipelineRun, engine: Engine): KeptRun {
  const { name = '', namespace = '', labels = {}, annotations = {}, ...meta } = run.metadata;
  const condition = run.status?.conditions?.find(({ type }) => type === 'Succeeded');
  const finished = Date.parse(run.status?.completionTime ?? '');
  const stopped = annotations[runMarks.stopped];
  const answers = annotations[runMarks.answers];
  const copyFrom = annotations[runMarks.copyFrom];
  return {
    scanKey: `${namespace}/${labels[runMarks.scan] ?? ''}`,
    namespace,
    facts: {
      name,
      scanUid: labels[runMarks.scanUid] ?? '',
      engine,
      attempt: Number(annotations[runMarks.attempt]) || 1,
      state: stateOf(condition, run.status?.startTime),
      reason: condition?.reason ?? '',
      message: cut(condition?.message),
      createdAt: Date.parse(meta.creationTimestamp ?? '') || 0,
      ...(Number.isNaN(finished) ? {} : { finishedAt: finished }),
      deleting: meta.deletionTimestamp !== undefined,
      ...(stopped === undefined ? {} : { stopped }),
      ...(answers === undefined ? {} : { answers }),
      ...(copyFrom === undefined ? {} : { copyFrom }),
      tasks: [],
    },
  };
}

function stateOf(condition: Condition | undefined, startTime: string | undefined): RunState {
  if (condition?.status === 'True') return 'succeeded';
  if (condition?.status === 'False') return 'failed';
  return startTime === undefined ? 'waiting' : 'running';
}

/** Steps that ended badly; those that were skipped after another's failure, and those told to go on, are no cause. */
function failedSteps({ spec, status }: TaskRun): TaskFacts['failedSteps'] {
  const forgiving = new Set(
    (spec.taskSpec?.steps ?? []).filter(({ onError }) => onError === 'continue').map(({ name }) => name),
  );
  return (status?.steps ?? []).flatMap(({ name = '', terminationReason, terminated }) => {
    if (terminated === undefined || terminated.exitCode === 0 || forgiving.has(name)) return [];
    const knowsBetter = terminationReason === 'OOMKilled' || terminationReason === 'TimeoutExceeded';
    const reason = knowsBetter ? terminationReason : (terminated.reason ?? '');
    return terminationReason === 'Skipped' ? [] : [{ name, exitCode: terminated.exitCode, reason }];
  });
}

const wanted: ReadonlySet<string> = new Set(resultNames);

function resultsOf({ status }: TaskRun): Readonly<Record<string, string>> {
  const found = (status?.results ?? []).flatMap(({ name, value }) =>
    wanted.has(name) && typeof value === 'string' ? [[name, cut(value.trim())] as const] : [],
  );
  return Object.fromEntries(found);
}

const cut = (text: string | undefined): string => (text ?? '').slice(0, longestText);
