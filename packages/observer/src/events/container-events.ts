import type { CloudEvent } from '@assay/cloudevents';
import type { ContainerStatus, Pod } from '@assay/kube';
import { correlationOf, jsonEvent, splitImage, subjectOf } from './source-event.ts';

/**
 * One event per container that runs or has ended. A container whose image has no digest yet gives none: it will have one once the node pulled it.
 * The id names the container's own run, so that a pod seen again sends nothing new. Source: spec/amr.md §2.4, §3.6.
 */
export function containerEvents(pod: Pod, location: string): readonly CloudEvent[] {
  return (pod.status?.containerStatuses ?? []).flatMap((status) => {
    const state = stateOf(status);
    const image = splitImage(status.imageID ?? '') ?? splitImage(status.image ?? '');
    if (state === undefined || image === undefined) return [];
    const { namespace = '', uid = '' } = pod.metadata;
    return [
      jsonEvent({
        id: `${uid}-${status.name}-${status.restartCount ?? 0}-${state.name}`,
        source: location,
        type: `vmware.tanzu.apps.container.${state.name}.v1`,
        subject: subjectOf(pod, 'pods'),
        ...(state.at === undefined ? {} : { time: state.at }),
        data: {
          correlationId: correlationOf(pod),
          ...(state.at === undefined ? {} : { timestamp: state.at }),
          imageUrl: image.url,
          imageDigest: image.digest,
          name: status.name,
          namespace,
          state: state.name,
        },
      }),
    ];
  });
}

function stateOf({
  state,
}: ContainerStatus): { readonly name: 'running' | 'terminated'; readonly at?: string } | undefined {
  if (state?.running !== undefined) return { name: 'running', ...at(state.running.startedAt) };
  if (state?.terminated !== undefined) return { name: 'terminated', ...at(state.terminated.finishedAt) };
  return undefined;
}

function at(time: string | undefined): { readonly at?: string } {
  return time === undefined ? {} : { at: time };
}
