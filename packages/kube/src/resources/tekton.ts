import type { Condition } from '@assay/contract';
import type { KubeObject } from '../object.ts';
import type { Resource } from '../resource.ts';

/** Any JSON object whose parts we pass on without looking. */
export type Opaque = Readonly<Record<string, unknown>>;

/** Source: core/v1 EnvVar. */
export interface EnvVar {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: Opaque;
}

/** Source: core/v1 VolumeMount. */
export interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly subPath?: string;
  readonly readOnly?: boolean;
}

/** Source: core/v1 SecurityContext, the four fields of spec/scan-2.md §2.2 and the users. */
export interface SecurityContext {
  readonly allowPrivilegeEscalation?: boolean;
  readonly privileged?: boolean;
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly readOnlyRootFilesystem?: boolean;
  readonly seccompProfile?: { readonly type: string; readonly localhostProfile?: string };
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
}

/** Source: tekton.dev/v1 Step. */
export interface TektonStep {
  readonly name?: string;
  readonly image?: string;
  readonly imagePullPolicy?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly EnvVar[];
  readonly envFrom?: readonly Opaque[];
  readonly script?: string;
  readonly workingDir?: string;
  readonly securityContext?: SecurityContext;
  readonly onError?: string;
  readonly timeout?: string;
  readonly stdoutConfig?: { readonly path?: string };
  readonly stderrConfig?: { readonly path?: string };
  readonly computeResources?: Opaque;
  readonly volumeMounts?: readonly VolumeMount[];
}

/** Source: tekton.dev/v1 TaskSpec. */
export interface TaskSpec {
  readonly description?: string;
  readonly params?: readonly { readonly name: string; readonly type?: string; readonly default?: unknown }[];
  readonly results?: readonly { readonly name: string; readonly type?: string; readonly description?: string }[];
  readonly workspaces?: readonly { readonly name: string; readonly mountPath?: string; readonly readOnly?: boolean }[];
  readonly volumes?: readonly Opaque[];
  readonly stepTemplate?: Opaque;
  readonly steps?: readonly TektonStep[];
  readonly sidecars?: readonly TektonStep[];
}

/** Source: tekton.dev/v1 WorkspaceBinding. */
export interface WorkspaceBinding {
  readonly name: string;
  readonly subPath?: string;
  readonly emptyDir?: Opaque;
  readonly secret?: Opaque;
  readonly configMap?: Opaque;
  readonly persistentVolumeClaim?: { readonly claimName: string };
  readonly volumeClaimTemplate?: Opaque;
}

/** Source: tekton.dev/v1 Param. */
export interface TektonParam {
  readonly name: string;
  readonly value: unknown;
}

/** Source: tekton.dev/v1 StepState. */
export interface StepState {
  readonly name?: string;
  readonly container?: string;
  readonly imageID?: string;
  readonly terminationReason?: string;
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: { readonly startedAt?: string };
  readonly terminated?: {
    readonly exitCode: number;
    readonly reason?: string;
    readonly message?: string;
    readonly startedAt?: string;
    readonly finishedAt?: string;
  };
}

/** Source: tekton.dev/v1 TaskRun. */
export interface TaskRun extends KubeObject {
  readonly spec: {
    readonly serviceAccountName?: string;
    readonly params?: readonly TektonParam[];
    readonly taskRef?: Opaque;
    readonly taskSpec?: TaskSpec;
    readonly podTemplate?: Opaque;
    readonly timeout?: string;
    readonly retries?: number;
    readonly workspaces?: readonly WorkspaceBinding[];
    readonly computeResources?: Opaque;
    readonly status?: 'TaskRunCancelled';
    readonly statusMessage?: string;
  };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly podName?: string;
    readonly startTime?: string;
    readonly completionTime?: string;
    readonly steps?: readonly StepState[];
    readonly results?: readonly { readonly name: string; readonly type?: string; readonly value: unknown }[];
  };
}

/** Source: tekton.dev/v1 PipelineTask. */
export interface PipelineTask {
  readonly name: string;
  readonly taskSpec?: TaskSpec;
  readonly taskRef?: Opaque;
  readonly runAfter?: readonly string[];
  readonly params?: readonly TektonParam[];
  readonly workspaces?: readonly { readonly name: string; readonly workspace?: string; readonly subPath?: string }[];
  readonly timeout?: string;
  readonly retries?: number;
}

/** Source: tekton.dev/v1 PipelineRun. */
export interface PipelineRun extends KubeObject {
  readonly spec: {
    readonly params?: readonly TektonParam[];
    readonly pipelineSpec?: {
      readonly params?: readonly { readonly name: string; readonly type?: string; readonly default?: unknown }[];
      readonly workspaces?: readonly { readonly name: string }[];
      readonly tasks?: readonly PipelineTask[];
      readonly results?: readonly { readonly name: string; readonly value: unknown }[];
    };
    readonly taskRunTemplate?: { readonly serviceAccountName?: string; readonly podTemplate?: Opaque };
    readonly taskRunSpecs?: readonly {
      readonly pipelineTaskName: string;
      readonly serviceAccountName?: string;
      readonly podTemplate?: Opaque;
    }[];
    readonly timeouts?: { readonly pipeline?: string; readonly tasks?: string; readonly finally?: string };
    readonly workspaces?: readonly WorkspaceBinding[];
    readonly status?: 'Cancelled' | 'CancelledRunFinally' | 'StoppedRunFinally' | 'PipelineRunPending';
  };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly startTime?: string;
    readonly completionTime?: string;
    readonly childReferences?: readonly {
      readonly apiVersion?: string;
      readonly kind?: string;
      readonly name: string;
      readonly pipelineTaskName?: string;
    }[];
    readonly results?: readonly { readonly name: string; readonly value: unknown }[];
  };
}

const tekton = { group: 'tekton.dev', version: 'v1', namespaced: true } as const;

export const taskRuns: Resource<TaskRun> = { ...tekton, kind: 'TaskRun', plural: 'taskruns' };
export const pipelineRuns: Resource<PipelineRun> = { ...tekton, kind: 'PipelineRun', plural: 'pipelineruns' };
