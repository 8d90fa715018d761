import { accountsOf } from '../request/scan-object.ts';
import { commonVolumes, withDefaults } from './container-defaults.ts';
import { credHelper, publisher, sleepSidecar, workspaceSetup, writeCerts } from './own-steps.ts';
import type { PlanInput } from './plan-input.ts';
import type { PlannedPipelineRun, PlannedTask, RunStep, RunTask } from './run-object.ts';
import { allResults, declaredParams, failureResult, podTemplate, runMeta, runParams } from './run-parts.ts';

/** The name of the workspace that the three tasks share. */
const shared = 'workspace';

/** Three tasks in a row on one claim. Source: spec/scan-2.md §3. */
export function planCompatibility(input: PlanInput): PlannedPipelineRun {
  const { scan, settings } = input;
  const accounts = accountsOf(scan);
  const bindings = scan.spec.workspace?.bindings ?? [];
  const scanSteps = [writeCerts(input), credHelper(input), ...scan.spec.steps.map(withDefaults)];
  const publishSteps = [writeCerts(input), credHelper(input), publisher(input)];
  return {
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    metadata: runMeta(input, 'compatibility'),
    spec: {
      params: runParams(input),
      ...(settings.timeout === '' ? {} : { timeouts: { pipeline: settings.timeout } }),
      taskRunTemplate: { serviceAccountName: accounts.scanner, podTemplate: podTemplate(input) },
      taskRunSpecs: [{ pipelineTaskName: 'publish-task', serviceAccountName: accounts.publisher }],
      workspaces: [{ name: shared, volumeClaimTemplate: { spec: claim(input) } }, ...bindings],
      pipelineSpec: {
        params: declaredParams,
        workspaces: [{ name: shared }, ...bindings.map(({ name }) => ({ name }))],
        tasks: [
          task(input, { name: 'workspace-setup-task', steps: [workspaceSetup(input)] }),
          task(input, {
            name: 'scan-task',
            after: 'workspace-setup-task',
            bindings: bindings.map(({ name }) => name),
            steps: scanSteps,
          }),
          task(input, { name: 'publish-task', after: 'scan-task', steps: publishSteps, results: allResults }),
        ],
      },
    },
  };
}

/** Source: spec/scan-2.md §17, question 5. */
function claim({ scan, settings }: PlanInput): object {
  const { size } = scan.spec.workspace ?? {};
  return {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: size === undefined || size === '' ? settings.storageSize : size } },
    ...(settings.storageClass === '' ? {} : { storageClassName: settings.storageClass }),
  };
}

interface TaskParts {
  readonly name: string;
  readonly after?: string;
  readonly bindings?: readonly string[];
  readonly steps: readonly RunStep[];
  readonly results?: RunTask['results'];
}

function task(input: PlanInput, { name, after, bindings = [], steps, results }: TaskParts): PlannedTask {
  return {
    name,
    ...(after === undefined ? {} : { runAfter: [after] }),
    params: declaredParams.map((param) => ({ name: param.name, value: `$(params.${param.name})` })),
    workspaces: [shared, ...bindings].map((one) => ({ name: one, workspace: one })),
    taskSpec: {
      params: declaredParams,
      results: results ?? failureResult,
      workspaces: [shared, ...bindings].map((one) => ({ name: one, mountPath: `/${one}` })),
      volumes: commonVolumes,
      steps,
      sidecars: [sleepSidecar(input)],
    },
  };
}
