import { readFileSync } from 'node:fs';
import {
  type PlannedPipelineRun,
  type PlannedTaskRun,
  planCompatibility,
  planFused,
  type RunStep,
} from '@assay/pipeline';
import { describe, expect, it } from 'vitest';
import { inputOf, scanOf } from './golden.ts';

/** What somebody can see of a run, by a name: the same names for both engines. */
function seenFused(run: PlannedTaskRun): Readonly<Record<string, unknown>> {
  const { taskSpec, serviceAccountName, ...rest } = run.spec;
  return {
    kind: run.kind,
    labels: run.metadata.labels,
    owners: run.metadata.ownerReferences,
    params: rest.params,
    timeout: rest.timeout,
    'pod template': rest.podTemplate,
    pods: 1,
    claim: false,
    'TaskRun names': [''],
    sidecars: [],
    'results are on': 'TaskRun',
    'parts that see a binding':
      taskSpec.workspaces === undefined ? [] : taskSpec.steps.map(({ name }) => partOf(name)).filter(once),
    ...steps(taskSpec.steps, () => serviceAccountName),
  };
}

function seenCompatibility(run: PlannedPipelineRun): Readonly<Record<string, unknown>> {
  const { pipelineSpec, taskRunTemplate, taskRunSpecs, ...rest } = run.spec;
  const accountOf = (task: string) =>
    taskRunSpecs.find((one) => one.pipelineTaskName === task)?.serviceAccountName ?? taskRunTemplate.serviceAccountName;
  const parts = pipelineSpec.tasks.map((task) => steps(task.taskSpec.steps, () => accountOf(task.name)));
  const seeing = pipelineSpec.tasks.filter((task) => task.workspaces.some(({ name }) => name !== 'workspace'));
  return {
    kind: run.kind,
    labels: run.metadata.labels,
    owners: run.metadata.ownerReferences,
    params: rest.params,
    timeout: rest.timeouts?.pipeline,
    'pod template': taskRunTemplate.podTemplate,
    pods: pipelineSpec.tasks.length,
    claim: rest.workspaces.some((one) => one.volumeClaimTemplate !== undefined),
    'TaskRun names': pipelineSpec.tasks.map(({ name }) => `-${name}`),
    sidecars: pipelineSpec.tasks
      .flatMap(({ taskSpec }) => taskSpec.sidecars?.map(({ name }) => name) ?? [])
      .filter(once),
    'results are on': 'TaskRun of publish-task',
    'parts that see a binding': seeing
      .flatMap(({ taskSpec }) => taskSpec.steps.map(({ name }) => partOf(name)))
      .filter(once),
    ...Object.assign({}, ...parts),
  };
}

/** Every field of every step's container. */
function steps(all: readonly RunStep[], accountOf: () => string): Readonly<Record<string, unknown>> {
  const entries = all.flatMap((step) => {
    const part = partOf(step.name);
    return [['account', accountOf()] as const, ...Object.entries(step)].map(([field, value]) => [
      `${field} of ${part}`,
      value,
    ]);
  });
  return Object.fromEntries(entries) as Readonly<Record<string, unknown>>;
}

const own = ['workspace-setup', 'write-certs', 'cred-helper', 'publisher'];
const partOf = (step: string): string => (own.includes(step) ? step : 'user steps');
const once = <T>(value: T, at: number, all: readonly T[]): boolean => all.indexOf(value) === at;

function differences(name: string): readonly string[] {
  const input = inputOf(scanOf(name), { publisherSecrets: ['write-creds'] });
  const [fused, compatibility] = [seenFused(planFused(input)), seenCompatibility(planCompatibility(input))];
  const keys = [...Object.keys(fused), ...Object.keys(compatibility)].filter(once);
  return keys.filter((key) => JSON.stringify(fused[key]) !== JSON.stringify(compatibility[key]));
}

describe('docs/reference/engines.md', () => {
  const page = readFileSync(new URL('../../../../docs/reference/engines.md', import.meta.url), 'utf8');
  const listed = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1] ?? '');
  const found = ['minimal', 'trivy', 'grype', 'bindings'].flatMap(differences).filter(once);

  it('lists every difference between the engines, and none that is not there', () => {
    expect(listed.toSorted()).toEqual(found.toSorted());
  });
  it('would notice a new one', () => {
    expect(found).toContain('kind');
    expect(found).not.toContain('labels');
    expect(found).not.toContain('env of user steps');
  });
});
