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
      troubles: containers.flatMap((container) => troubleOf(container, pod)),
    },
  };
}

/** Waiting for anything but its turn, or ended with an error. */
function troubleOf({ name, state }: ContainerStatus, pod: Pod): readonly ContainerTrouble[] {
  const { waiting, terminated } = state ?? {};
  if (waiting?.reason !== undefined && waiting.reason !== 'PodInitializing' && waiting.reason !== 'ContainerCreating')
    return [{ container: name, reason: waiting.reason, message: cut(waiting.message) }];
  if (terminated === undefined || terminated.exitCode === 0) return [];
  const { reason = '', message, exitCode, finishedAt = '' } = terminated;
  const endedAt = Date.parse(finishedAt);
  const madeFor = madeForOf(name, pod);
  return [
    {
      container: name,
      reason,
      message: cut(message),
      exitCode,
      ...(Number.isNaN(endedAt) ? {} : { endedAt }),
      ...(madeFor === undefined ? {} : { madeFor }),
    },
  ];
}

/** Of a step without a command Tekton looks up what each platform of its image starts, and hands it to its starter as a JSON object by platform. */
function madeForOf(container: string, { spec }: Pod): string | undefined {
  const env = spec?.containers?.find(({ name }) => name === container)?.env;
  const text = env?.find(({ name }) => name === 'TEKTON_PLATFORM_COMMANDS')?.value ?? '';
  const platforms = [...text.slice(0, 10_000).matchAll(/"([a-z0-9]+\/[a-z0-9]+(?:\/[a-z0-9]+)?)":\[/g)].map(
    (found) => found[1],
  );
  return platforms.length === 0 ? undefined : cut(platforms.join(', '));
}

const cut = (text: string | undefined): string => (text ?? '').slice(0, longestText);
