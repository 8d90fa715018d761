import { microTime } from '../lease/micro-time.ts';
import type { KubeObject } from '../object.ts';
import type { Event, ObjectReference } from '../resources/core.ts';
import type { Happening } from './event-recorder.ts';

/** Bytes of a note and characters of a reason, as the API allows. Source: events.k8s.io/v1 Event. */
const longestNote = 1024;
const longestReason = 128;

/** The reporter of all events of one process. */
export interface Reporter {
  readonly reportingController: string;
  readonly reportingInstance: string;
}

/** What makes two happenings the same one again. */
export function seriesKey({ regarding, related, type, reason, action = reason, note }: Happening): string {
  const { namespace = '', name = '', uid = '' } = regarding.metadata;
  const of = related === undefined ? '' : (related.metadata.uid ?? related.metadata.name ?? '');
  return JSON.stringify([regarding.kind, namespace, name, uid, of, type, reason, action, note]);
}

/** The Event of a first happening. `unique` makes its name. */
export function eventOf(happening: Happening, reporter: Reporter, now: number, unique: string): Event {
  const { regarding, related, type, reason, action = reason, note } = happening;
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: {
      // Events of cluster-scoped objects live in `default`, where kubectl describe looks.
      namespace: regarding.metadata.namespace ?? 'default',
      name: `${nameStem(regarding.metadata.name ?? '')}.${unique}`,
    },
    eventTime: microTime(now),
    reportingController: reporter.reportingController,
    reportingInstance: reporter.reportingInstance.slice(0, longestReason),
    action: action.slice(0, longestReason),
    reason: reason.slice(0, longestReason),
    type,
    regarding: referenceTo(regarding),
    ...(related === undefined ? {} : { related: referenceTo(related) }),
    note: cutNote(note),
  };
}

/** A note of at most 1024 bytes; what is cut ends in an ellipsis, and no character is split. */
export function cutNote(note: string): string {
  if (Buffer.byteLength(note) <= longestNote) return note;
  let bytes = 0;
  let cut = '';
  for (const character of note) {
    bytes += Buffer.byteLength(character);
    if (bytes > longestNote - 3) break;
    cut += character;
  }
  return `${cut}…`;
}

function referenceTo({ apiVersion, kind, metadata }: KubeObject): ObjectReference {
  const { namespace, name, uid, resourceVersion } = metadata;
  return {
    apiVersion,
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}

/** A start of a name that the API accepts for an Event, whatever its object is called (roles may hold a colon). */
function nameStem(name: string): string {
  const clean = name
    .toLowerCase()
    .replace(/[^a-z0-9.-]/g, '-')
    .slice(0, 200)
    .replace(/^[.-]+|[.-]+$/g, '');
  return clean.replace(/\.[.-]*/g, '.').replace(/-+\./g, '.') || 'object';
}
