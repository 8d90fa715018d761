import type { CloudEvent } from '@assay/cloudevents';
import { jsonEvent } from './source-event.ts';

/** Names the cluster to the store; sent at every start. Source: spec/amr.md §3.3. `now` in milliseconds gives the decimal id. */
export function locationEvent(location: string, labels: Readonly<Record<string, string>>, now: number): CloudEvent {
  return jsonEvent({
    id: `${now}000000`,
    source: location,
    type: 'vmware.tanzu.apps.location.created.v1',
    data: { reference: location, labels: Object.entries(labels).map(([key, value]) => ({ key, value })) },
  });
}
