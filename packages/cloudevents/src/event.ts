import { AssayError } from '@assay/contract';

/** The value of an attribute. Source: CloudEvents 1.0.2, "Type System": Integer is signed, 32 bits. */
export type AttributeValue = string | boolean | number;

/** One event. Source: CloudEvents 1.0.2, "Context Attributes". */
export interface CloudEvent {
  readonly id: string;
  /** A URI reference. Together with `id` it is unique. */
  readonly source: string;
  readonly type: string;
  readonly subject?: string;
  /** RFC 3339. */
  readonly time?: string;
  readonly datacontenttype?: string;
  readonly dataschema?: string;
  /** Extension attributes, at the top level of the JSON form. */
  readonly extensions?: Readonly<Record<string, AttributeValue>>;
  /** JSON data; text where `datacontenttype` is no JSON; bytes otherwise. Absent when the event has none. */
  readonly data?: unknown;
}

/** Names of the attributes that are no extensions. */
export const coreAttributes: ReadonlySet<string> = new Set([
  'specversion',
  'id',
  'source',
  'type',
  'subject',
  'time',
  'datacontenttype',
  'dataschema',
  'data',
  'data_base64',
]);

/** Source: CloudEvents 1.0.2, "Attribute Naming Convention": lower-case letters and digits; 20 are recommended, more are met. */
export function isAttributeName(text: string): boolean {
  return /^[a-z0-9]{1,64}$/.test(text);
}

/** Whether data of this media type is written as JSON. Source: CloudEvents JSON format 1.0.2, section 3.1. */
export function isJsonType(mediaType: string | undefined): boolean {
  const type = (mediaType ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? '';
  return /^(?:application|text)\/(?:.+\+)?json$/.test(type);
}

/** Attributes as they came, checked. Throws EVENT_INVALID. */
export function toEvent(
  attributes: Readonly<Record<string, unknown>>,
  data: { readonly value: unknown } | undefined,
): CloudEvent {
  const version = attributes.specversion;
  if (version !== '1.0') throw invalid(`specversion is ${shown(version)}, not "1.0"`);
  const event = {
    id: required(attributes, 'id'),
    source: required(attributes, 'source'),
    type: required(attributes, 'type'),
    ...optional(attributes, 'subject'),
    ...optional(attributes, 'time'),
    ...optional(attributes, 'datacontenttype'),
    ...optional(attributes, 'dataschema'),
  };
  if ('time' in event && Number.isNaN(Date.parse(String(event.time))))
    throw invalid(`time is ${shown(event.time)}, not a moment`);
  const extensions = Object.entries(attributes).flatMap(([name, value]) => toExtension(name, value));
  return {
    ...event,
    ...(extensions.length === 0 ? {} : { extensions: Object.fromEntries(extensions) }),
    ...(data === undefined ? {} : { data: data.value }),
  };
}

function required(attributes: Readonly<Record<string, unknown>>, name: string): string {
  const value = attributes[name];
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(`${name} is ${value === undefined ? 'missing' : shown(value)}; a text is wanted`);
}

function optional(attributes: Readonly<Record<string, unknown>>, name: string): Readonly<Record<string, string>> {
  const value = attributes[name];
  if (value === undefined || value === null) return {};
  if (typeof value === 'string' && value !== '') return { [name]: value };
  throw invalid(`${name} is ${shown(value)}; a text is wanted`);
}

/** Producers send attributes with names that may not be (`contentType`): they mean nothing to us. An attribute that is null is not there. */
function toExtension(name: string, value: unknown): readonly (readonly [string, AttributeValue])[] {
  if (coreAttributes.has(name) || !isAttributeName(name)) return [];
  if (typeof value === 'string' || typeof value === 'boolean') return [[name, value]];
  return typeof value === 'number' && Number.isInteger(value) ? [[name, value]] : [];
}

/** An event that breaks the specification. */
export function invalid(detail: string, cause?: unknown): AssayError {
  return new AssayError('EVENT_INVALID', detail, cause === undefined ? {} : { cause });
}

export function shown(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 80);
}
