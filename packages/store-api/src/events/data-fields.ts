import type { CloudEvent } from '@assay/cloudevents';
import { AssayError } from '@assay/contract';
import { storable } from '@assay/store';

/** Members of an event's data, whatever they are. */
export type Data = Readonly<Record<string, unknown>>;

/** The data of an event as an object. Throws EVENT_INVALID. */
export function dataOf({ data, type }: CloudEvent): Data {
  if (typeof data === 'object' && data !== null && !Array.isArray(data)) return { ...data };
  throw new AssayError('EVENT_INVALID', `the data of ${type} is no object`);
}

/** UTF-8 bytes of a text: longer ones cannot be keys of an index. */
const mostBytes = 2_000;

/** Cut to what an index holds, between characters. */
function cut(text: string): string {
  const bytes = Buffer.from(text);
  return bytes.length <= mostBytes
    ? text
    : bytes
        .subarray(0, mostBytes)
        .toString('utf8')
        .replace(/\ufffd$/, '');
}

/** A text, `''` when it is absent. */
export function textOf(data: Data, name: string): string {
  const value = data[name];
  return typeof value === 'string' ? cut(storable(value)) : typeof value === 'number' ? String(value) : '';
}

/** An object, empty when it is absent. */
export function objectOf(data: Data, name: string): Data {
  const value = data[name];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

export function objectsOf(data: Data, name: string): readonly Data[] {
  const value = data[name];
  return Array.isArray(value) ? value.filter((each) => typeof each === 'object' && each !== null) : [];
}

/** A moment as RFC 3339: of the data, else of the event, else now. Throws EVENT_INVALID for one that is none. */
export function timeOf(data: Data, event: CloudEvent, now: Date): string {
  const text = textOf(data, 'timestamp') || (event.time ?? now.toISOString());
  const moment = new Date(text);
  if (Number.isNaN(moment.getTime()) || moment.getUTCFullYear() < 1 || moment.getUTCFullYear() > 9999)
    throw new AssayError('EVENT_INVALID', `timestamp is ${JSON.stringify(text.slice(0, 60))}, not a moment`);
  return moment.toISOString();
}
