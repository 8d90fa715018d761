import { accountsOf, type Opaque, type VolumeBinding } from '../request/scan-object.ts';
import { commonVolumes, withDefaults } from './container-defaults.ts';
import {
  credentialFolders,
  credentialsVolumeOf,
  credHelper,
  publisher,
  workspaceSetup,
  writeCerts,
} from './own-steps.ts';
import type { PlanInput } from './plan-input.ts';
import type { PlannedTaskRun, RunStep } from './run-object.ts';
import { allResults, declaredParams, podTemplate, runMeta, runParams } from './run-parts.ts';

/** One TaskRun: one pod, no claim. `/workspace` is Tekton's own volume. */
export function planFused(input: PlanInput): PlannedTaskRun {
  const { scan } = input;
  const folders = credentialFolders(input);
  const { scanner, publisher: publishes } = accountsOf(scan);
  return taskRun(input, {
    account: scanner,
    bindings: scan.spec.workspace?.bindings ?? [],
    volumes: folders.length === 0 ? [] : [{ ...credentialsVolumeOf(input.publisherSecrets) }],
    steps: [
      workspaceSetup(input),
      writeCerts(input),
      credHelper(input),
      ...scan.spec.steps.map(withDefaults),
      publisher(input, folders, scanner !== publishes),
    ],
  });
}

/** One pod that publishes, at the scan's own location, what an equal scan has found. */
export function planPublishOnly(input: PlanInput): PlannedTaskRun {
  return taskRun(input, {
    account: accountsOf(input.scan).publisher,
    bindings: [],
    volumes: [],
    steps: [workspaceSetup(input), writeCerts(input), credHelper(input), publisher(input)],
  });
}

interface Parts {
  readonly account: string;
  readonly bindings: readonly VolumeBinding[];
  readonly volumes: readonly Opaque[];
  readonly steps: readonly RunStep[];
}

function taskRun(input: PlanInput, { account, bindings, volumes, steps }: Parts): PlannedTaskRun {
  const places = bindings.map(({ name }) => ({ name, mountPath: `/${name}` }));
  return {
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    metadata: runMeta(input, 'fused'),
    spec: {
      serviceAccountName: account,
      podTemplate: podTemplate(input),
      params: runParams(input),
      ...(input.settings.timeout === '' ? {} : { timeout: input.settings.timeout }),
      ...(bindings.length === 0 ? {} : { workspaces: bindings }),
      taskSpec: {
        params: declaredParams,
        results: allResults,
        ...(places.length === 0 ? {} : { workspaces: places }),
        volumes: [...commonVolumes, ...volumes],
        steps,
      },
    },
  };
}
