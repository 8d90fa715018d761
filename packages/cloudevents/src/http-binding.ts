import { type AttributeValue, type CloudEvent, invalid, isAttributeName, isJsonType, shown, toEvent } from './event.ts';
import {
  batchType,
  decodeBatch,
  decodeStructured,
  encodeBatch,
  encodeStructured,
  structuredType,
} from './json-format.ts';

/** The part of an HTTP message that carries events. Source: CloudEvents HTTP protocol binding 1.0.2. */
export interface HttpMessage {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** The structured mode: everything in the body. */
export function toStructuredMessage(event: CloudEvent): HttpMessage {
  return { headers: { 'content-type': `${structuredType}; charset=utf-8` }, body: encodeStructured(event) };
}

/** Several events in one message. */
export function toBatchMessage(events: readonly CloudEvent[]): HttpMessage {
  return { headers: { 'content-type': `${batchType}; charset=utf-8` }, body: encodeBatch(events) };
}

/** The binary mode: attributes as headers, the data as the body. */
export function toBinaryMessage(event: CloudEvent): HttpMessage {
  const { data, extensions, datacontenttype, ...attributes } = event;
  const all: Readonly<Record<string, AttributeValue | undefined>> = {
    specversion: '1.0',
    ...attributes,
    ...extensions,
  };
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(all)) {
    if (value !== undefined) headers[`ce-${name}`] = encodeHeader(String(value));
  }
  if (data !== undefined)
    headers['content-type'] =
      datacontenttype ?? (data instanceof Uint8Array ? 'application/octet-stream' : 'application/json');
  return { headers, body: toBody(data, datacontenttype) };
}

function toBody(data: unknown, mediaType: string | undefined): string | Uint8Array {
  if (data === undefined) return '';
  if (data instanceof Uint8Array) return data;
  return typeof data === 'string' && !isJsonType(mediaType) ? data : JSON.stringify(data);
}

/** Reads the events of a message in any of the three modes, told by its headers. Throws EVENT_INVALID. */
export function readMessage(message: HttpMessage): readonly CloudEvent[] {
  const type = (message.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === batchType) return decodeBatch(textOf(message.body));
  if (type === structuredType) return [decodeStructured(textOf(message.body))];
  if (type.startsWith('application/cloudevents')) throw invalid(`events in the format ${shown(type)} are not read`);
  return [fromBinary(message)];
}

function fromBinary({ headers, body }: HttpMessage): CloudEvent {
  const attributes: Record<string, unknown> = Object.create(null);
  for (const [header, value] of Object.entries(headers)) {
    const name = header.toLowerCase().startsWith('ce-') ? header.slice(3).toLowerCase() : '';
    if (isAttributeName(name)) attributes[name] = decodeHeader(value);
  }
  if (attributes.specversion === undefined)
    throw invalid('the message carries no event: it has neither an event’s content type nor ce- headers');
  const mediaType = headers['content-type'];
  if (mediaType !== undefined) attributes.datacontenttype = mediaType;
  return toEvent(attributes, body.length === 0 ? undefined : { value: fromBody(body, mediaType) });
}

function fromBody(body: string | Uint8Array, mediaType: string | undefined): unknown {
  if (isJsonType(mediaType)) {
    try {
      return JSON.parse(textOf(body));
    } catch (cause) {
      throw invalid('the data is not the JSON its content type promises', cause);
    }
  }
  return /^text\/|[/+]xml\b/.test(mediaType ?? '')
    ? textOf(body)
    : typeof body === 'string'
      ? new TextEncoder().encode(body)
      : body;
}

function textOf(body: string | Uint8Array): string {
  if (typeof body === 'string') return body;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (cause) {
    throw invalid('the event is not UTF-8 text', cause);
  }
}

/** Printable ASCII but blank, quote and percent stay; the rest is percent-encoded UTF-8. Source: HTTP binding, section 3.1.3.2. */
function encodeHeader(value: string): string {
  return [...value.toWellFormed()]
    .map((character) => (/^[\x21\x23\x24\x26-\x7e]$/.test(character) ? character : percentEncoded(character)))
    .join('');
}

function percentEncoded(character: string): string {
  return [...new TextEncoder().encode(character)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
}

/** The reverse; quoted values of old producers are unquoted first. A bad escape is refused. */
function decodeHeader(value: string): string {
  const bare = /^".*"$/.test(value) ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value;
  try {
    // Node hands headers over as Latin-1: raw UTF-8 of producers that do not encode is put together again.
    const text = /[\u0080-\u00ff]/.test(bare) ? Buffer.from(bare, 'latin1').toString('utf8') : bare;
    return decodeURIComponent(text);
  } catch (cause) {
    throw invalid(`the header value ${shown(value)} has a percent sign that begins no escape`, cause);
  }
}
