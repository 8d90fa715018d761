import { createHash } from 'node:crypto';
import type { CloudEvent } from '@assay/cloudevents';
import { AssayError } from '@assay/contract';
import { changeGroup, type Store, type Upload } from '@assay/store';

/** Puts a report that came as an event into the store. Source: spec/amr.md §3.4. Throws EVENT_INVALID, and what storing throws. */
export async function storeReport(store: Store, event: CloudEvent, raw: string | undefined): Promise<void> {
  const attribute = (name: string): string => String(event.extensions?.[name] ?? '');
  const image = attribute('image');
  const at = image.lastIndexOf('@');
  if (at <= 0) throw new AssayError('EVENT_INVALID', 'the attribute image is no image with a digest');
  // Before anything is stored: a report must not stay behind without its group.
  if (Buffer.byteLength(attribute('workloaduid')) > 500)
    throw new AssayError('EVENT_INVALID', 'the attribute workloaduid has more than 500 bytes');
  await store.intake.submit({
    kind: 'image',
    bytes: bytesOf(event, raw),
    claims: claimsOf(event),
    subject: { name: image.slice(0, at), version: image.slice(at + 1) },
    uid: uidOf(event),
    originalLocation: attribute('scanresults'),
    filePath: attribute('file'),
  });
  await groupReport(store, event);
}

function uidOf(event: CloudEvent): string {
  return createHash('sha256')
    .update(event.source + event.id)
    .digest('hex');
}

/** Puts the report of an event, and its image with it, into the group of its workload; again is the same. */
export async function groupReport(store: Store, event: CloudEvent): Promise<void> {
  const attribute = (name: string): string => String(event.extensions?.[name] ?? '');
  const uid = attribute('workloaduid');
  if (uid === '') return;
  const labels = { name: attribute('workloadname'), namespace: attribute('workloadnamespace') };
  await changeGroup(store.queries, {
    uid,
    labels: Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== '')),
    reportUid: uidOf(event),
  });
}

/** Which reader the media type chooses. */
function claimsOf({ datacontenttype = '' }: CloudEvent): Upload['claims'] {
  const type = datacontenttype.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/vnd.cyclonedx+xml') return { standard: 'cyclonedx', encoding: 'xml' };
  if (type === 'application/vnd.cyclonedx+json') return { standard: 'cyclonedx', encoding: 'json' };
  if (type === 'application/spdx+json') return { standard: 'spdx', encoding: 'json' };
  if (type === 'text/spdx') return { standard: 'spdx', encoding: 'tag-value' };
  throw new AssayError('EVENT_INVALID', `datacontenttype ${JSON.stringify(type.slice(0, 80))} is no kind of report`);
}

/** The document byte by byte: text as it is; an object as it stood in the message. */
function bytesOf({ data }: CloudEvent, raw: string | undefined): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  if (data instanceof Uint8Array) return data;
  if (typeof data !== 'object' || data === null)
    throw new AssayError('EVENT_INVALID', 'the event has no report for data');
  if (raw !== undefined) return Buffer.from(raw);
  try {
    return Buffer.from(JSON.stringify(data));
  } catch (cause) {
    throw new AssayError('LIMIT_EXCEEDED', 'the report nests too deep', { cause });
  }
}
