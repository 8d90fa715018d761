import type { Opaque, StepSecurity, VolumeBinding, VolumeMount } from '../request/scan-object.ts';

/** How a scan is run: in one pod, or in the three tasks of the specification. */
export type Engine = 'fused' | 'compatibility';

export interface RunParam {
  readonly name: string;
  readonly value: string;
}

export interface DeclaredParam {
  readonly name: string;
  readonly type: 'string';
  readonly default: string;
}

/** A container of a run. User steps keep whatever else they say. */
export interface RunStep {
  readonly name: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly workingDir?: string;
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: Opaque }[];
  readonly securityContext?: StepSecurity;
  readonly volumeMounts?: readonly VolumeMount[];
}

export interface RunTask {
  readonly params: readonly DeclaredParam[];
  readonly results: readonly { readonly name: string; readonly type: 'string' }[];
  readonly workspaces?: readonly { readonly name: string; readonly mountPath: string }[];
  readonly volumes: readonly Opaque[];
  readonly steps: readonly RunStep[];
  readonly sidecars?: readonly RunStep[];
}

export interface RunMeta {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly ownerReferences: readonly {
    readonly apiVersion: string;
    readonly kind: string;
    readonly name: string;
    readonly uid: string;
    readonly controller: true;
    readonly blockOwnerDeletion: false;
  }[];
}

/** A tekton.dev/v1 TaskRun to create. */
export interface PlannedTaskRun {
  readonly apiVersion: 'tekton.dev/v1';
  readonly kind: 'TaskRun';
  readonly metadata: RunMeta;
  readonly spec: {
    readonly serviceAccountName: string;
    readonly podTemplate: Opaque;
    readonly params: readonly RunParam[];
    readonly timeout?: string;
    readonly workspaces?: readonly VolumeBinding[];
    readonly taskSpec: RunTask;
  };
}

export interface PlannedTask {
  readonly name: string;
  readonly runAfter?: readonly string[];
  readonly params: readonly RunParam[];
  readonly workspaces: readonly { readonly name: string; readonly workspace: string }[];
  readonly taskSpec: RunTask;
}

/** A tekton.dev/v1 PipelineRun to create. */
export interface PlannedPipelineRun {
  readonly apiVersion: 'tekton.dev/v1';
  readonly kind: 'PipelineRun';
  readonly metadata: RunMeta;
  readonly spec: {
    readonly params: readonly RunParam[];
    readonly timeouts?: { readonly pipeline: string };
    readonly taskRunTemplate: { readonly serviceAccountName: string; readonly podTemplate: Opaque };
    readonly taskRunSpecs: readonly { readonly pipelineTaskName: string; readonly serviceAccountName: string }[];
    readonly workspaces: readonly (VolumeBinding & { readonly volumeClaimTemplate?: Opaque })[];
    readonly pipelineSpec: {
      readonly params: readonly DeclaredParam[];
      readonly workspaces: readonly { readonly name: string }[];
      readonly tasks: readonly PlannedTask[];
    };
  };
}

export type PlannedRun = PlannedTaskRun | PlannedPipelineRun;
