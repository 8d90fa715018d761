import type { ContainerStatus, Pod } from '@assay/kube';
import { type ContainerTrouble, type PodFacts, runMarks } from '@assay/pipeline';

/** What is kept of a pod of a scan. */
export interface KeptPod {
  readonly scanKey: string;
  readonly namespace: string;
  /** The run it is a pod of. */
  readonly run: string;
  /** Whether it may still take room on a node. */
  readonly isActive: boolean;
  readonly facts: PodFacts;
}

const longestText = 600;

export function projectPod(pod: Pod): KeptPod {
  const { name = '', namespace = '', labels = {} } = pod.metadata;
  const { phase = 'Unknown', reason = '', message, conditions = [] } = pod.status ?? {};
  const condition = (type: string) => conditions.find((one) => one.type === type);
  const scheduled = condition('PodScheduled');
  const disruption = condition('DisruptionTarget');
  const containers = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  return {
    scanKey: `${namespace}/${labels[runMarks.scan] ?? ''}`,
    namespace,
    run: labels['tekton.dev/pipelineRun'] ?? labels['tekton.dev/taskRun'] ?? '',
    isActive: phase !== 'Succeeded' && phase !== 'Failed',
    facts: {
      name,
      phase,
      reason,
      message: cut(message),
      disruption: disruption?.status === 'True' ? (disruption.reason ?? '') : '',
      unschedulable: scheduled?.status === 'False' ? cut(scheduled.message ?? scheduled.reason) : '',
      troubles: containers.flatMap(troubleOf),
    },
  };
}

/** Waiting for anything but its turn, or ended with an error. */
function troubleOf({ name, state }: ContainerStatus): readonly ContainerTrouble[] {
  const { waiting, terminated } = state ?? {};
  if (waiting?.reason !== undefined && waiting.reason !== 'PodInitializing' && waiting.reason !== 'ContainerCreating')
    return [{ container: name, reason: waiting.reason, message: cut(waiting.message) }];
  if (terminated === undefined || terminated.exitCode === 0) return [];
  return [
    {
      container: name,
      reason: terminated.reason ?? '',
      message: cut(terminated.message),
      exitCode: terminated.exitCode,
    },
  ];
}

const cut = (text: string | undefined): string => (text ?? '').slice(0, longestText);
