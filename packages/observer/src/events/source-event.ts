import type { CloudEvent } from '@assay/cloudevents';
import type { KubeObject } from '@assay/kube';

/** Groups every artifact of one workload. Source: spec/amr.md §2.6. */
export const correlationKey = 'apps.tanzu.vmware.com/correlationid';

/** The value of the annotation; empty when nobody set it. */
export function correlationOf(object: KubeObject): string {
  return object.metadata.annotations?.[correlationKey] ?? '';
}

/** `/apis/<group>/<version>/namespaces/<namespace>/<resource>/<name>`. Source: spec/amr.md §3.2, `subject`. */
export function subjectOf(object: KubeObject, plural: string): string {
  const { namespace = '', name = '' } = object.metadata;
  const group = object.apiVersion.includes('/') ? `/apis/${object.apiVersion}` : `/api/${object.apiVersion}`;
  return `${group}/namespaces/${namespace}/${plural}/${name}`;
}

/** An event about an object, from the cluster whose location reference is `location`. */
export function jsonEvent(event: Omit<CloudEvent, 'datacontenttype'>): CloudEvent {
  return { ...event, datacontenttype: 'application/json' };
}

/** Repository and digest of an image reference. `undefined` when it names no digest: a record without one points nowhere. */
export function splitImage(reference: string): { readonly url: string; readonly digest: string } | undefined {
  const match = /^(?:[a-z][a-z-]*:\/\/)?(.+?)@(sha256:[0-9a-f]{64})$/.exec(reference);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  // A tag beside a digest says nothing about the image.
  return { url: match[1].replace(/:[\w][\w.-]{0,127}$/, ''), digest: match[2] };
}
