import { type CloudEvent, coreAttributes, invalid, isJsonType, shown, toEvent } from './event.ts';

/** Media types. Source: CloudEvents JSON format 1.0.2, sections 3 and 4. */
export const structuredType = 'application/cloudevents+json';
export const batchType = 'application/cloudevents-batch+json';

/** Events of one batch that are taken. */
const maxBatch = 10_000;

/** One event as JSON. Bytes go into `data_base64`. */
export function encodeStructured(event: CloudEvent): string {
  return JSON.stringify(toJson(event));
}

/** Several events as one JSON list. */
export function encodeBatch(events: readonly CloudEvent[]): string {
  return JSON.stringify(events.map(toJson));
}

function toJson({ data, extensions, ...attributes }: CloudEvent): Readonly<Record<string, unknown>> {
  for (const name of Object.keys(extensions ?? {})) {
    if (coreAttributes.has(name)) throw invalid(`the extension ${shown(name)} has the name of an attribute`);
  }
  const head = { specversion: '1.0', ...attributes, ...extensions };
  if (data === undefined) return head;
  return data instanceof Uint8Array
    ? { ...head, data_base64: Buffer.from(data).toString('base64') }
    : { ...head, data };
}

/** Reads one event from JSON text. Throws EVENT_INVALID. */
export function decodeStructured(text: string): CloudEvent {
  return fromJson(parse(text));
}

/** Reads a batch. Throws EVENT_INVALID with the place of the first event that is none. */
export function decodeBatch(text: string): readonly CloudEvent[] {
  const value = parse(text);
  if (!Array.isArray(value)) throw invalid('a batch is a list of events');
  if (value.length > maxBatch) throw invalid(`a batch of ${value.length} events is over the limit of ${maxBatch}`);
  return value.map((one: unknown, index) => {
    try {
      return fromJson(one);
    } catch (cause) {
      throw invalid(
        `event ${index}: ${cause instanceof Error ? cause.message.replace(/^EVENT_INVALID: /, '') : ''}`,
        cause,
      );
    }
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid('the event is not JSON', cause);
  }
}

function fromJson(value: unknown): CloudEvent {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(`an event is an object, not ${shown(value)}`);
  const attributes = value as Readonly<Record<string, unknown>>; // an object: its members are looked at one by one
  const hasData = Object.hasOwn(attributes, 'data') && attributes.data !== null;
  const encoded = Object.hasOwn(attributes, 'data_base64') ? attributes.data_base64 : undefined;
  if (encoded === undefined || encoded === null)
    return toEvent(attributes, hasData ? { value: attributes.data } : undefined);
  if (hasData) throw invalid('data and data_base64 exclude each other');
  return toEvent(attributes, { value: decodeBase64(encoded, attributes.datacontenttype) });
}

/** Bytes; read as what the media type says where that is JSON. */
function decodeBase64(text: unknown, mediaType: unknown): unknown {
  if (typeof text !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0)
    throw invalid('data_base64 is not base64');
  const bytes = new Uint8Array(Buffer.from(text, 'base64'));
  if (typeof mediaType !== 'string' || !isJsonType(mediaType)) return bytes;
  return parse(Buffer.from(bytes).toString('utf8'));
}
