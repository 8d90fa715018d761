import type { CloudEvent } from '@assay/cloudevents';
import { type KubeObject, type Pod, pods, type Resource } from '@assay/kube';
import { containerEvents } from './events/container-events.ts';
import { buildEvents, commitEvents, taskRunEvents } from './events/record-events.ts';

/** A kind whose objects become events at once: what is kept of an object is only that. */
export interface ObservedKind {
  readonly resource: Resource;
  toEvents(object: KubeObject, location: string): readonly CloudEvent[];
}

function kind(group: string, version: string, name: string, plural: string): Resource {
  return { group, version, kind: name, plural, namespaced: true };
}

function source(group: string, version: string, name: string, plural: string): ObservedKind {
  return {
    resource: kind(group, version, name, plural),
    toEvents: (object, location) => commitEvents(object, plural, location),
  };
}

/** Everything observed but scans, whose reports must be fetched first. Kinds the cluster does not know are waited for. Source: spec/amr.md §2.4. */
export const observedKinds: readonly ObservedKind[] = [
  // The reflector lists what the resource names: pods.
  { resource: pods, toEvents: (object, location) => containerEvents(object as Pod, location) },
  source('source.toolkit.fluxcd.io', 'v1', 'GitRepository', 'gitrepositories'),
  source('source.toolkit.fluxcd.io', 'v1beta2', 'OCIRepository', 'ocirepositories'),
  source('source.apps.tanzu.vmware.com', 'v1alpha1', 'ImageRepository', 'imagerepositories'),
  source('source.apps.tanzu.vmware.com', 'v1alpha1', 'MavenArtifact', 'mavenartifacts'),
  { resource: kind('kpack.io', 'v1alpha2', 'Build', 'builds'), toEvents: buildEvents },
  { resource: kind('tekton.dev', 'v1', 'TaskRun', 'taskruns'), toEvents: taskRunEvents },
];
