import type { Json, JsonObject } from './json.ts';

/** One entry of `details.causes` in a Status. */
export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string;
}

interface Details {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly Cause[];
  readonly retryAfterSeconds?: number;
}

/** What an error is about: the resource's plural name (or the kind, for Invalid) and its group. */
export interface Subject {
  readonly group: string;
  readonly resource: string;
}

/** A refusal with the exact shape of `meta/v1 Status`. Thrown by the verbs, rendered by the server. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: number;
  readonly reason: string;
  readonly details: Details | undefined;

  constructor(code: number, reason: string, message: string, details?: Details) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  /** The Status object as the API writes it. */
  status(): JsonObject {
    const status: JsonObject = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      reason: this.reason,
    };
    if (this.details !== undefined) {
      const { causes, ...rest } = this.details;
      const details: JsonObject = {};
      for (const [key, value] of Object.entries(rest)) if (value !== undefined && value !== '') details[key] = value;
      if (causes !== undefined && causes.length > 0) details.causes = causes.map((c) => ({ ...c }));
      status.details = details;
    }
    status.code = this.code;
    return status;
  }
}

function qualified(subject: Subject): string {
  return subject.group === '' ? subject.resource : `${subject.resource}.${subject.group}`;
}

function about(subject: Subject, name: string): Details {
  return { name, group: subject.group, kind: subject.resource };
}

export function notFound(subject: Subject, name: string): ApiError {
  return new ApiError(404, 'NotFound', `${qualified(subject)} "${name}" not found`, about(subject, name));
}

/** The path names nothing this server has. */
export function noSuchResource(): ApiError {
  return new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function alreadyExists(subject: Subject, name: string): ApiError {
  return new ApiError(409, 'AlreadyExists', `${qualified(subject)} "${name}" already exists`, about(subject, name));
}

export function conflict(subject: Subject, name: string, why: string): ApiError {
  const message = `Operation cannot be fulfilled on ${qualified(subject)} "${name}": ${why}`;
  return new ApiError(409, 'Conflict', message, about(subject, name));
}

/** The sentence the API uses when the resourceVersion of an update is not the stored one. */
export const modified = 'the object has been modified; please apply your changes to the latest version and try again';

export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message);
}

export function expired(message: string): ApiError {
  return new ApiError(410, 'Expired', message);
}

export function forbidden(subject: Subject, name: string, why: string, causes: readonly Cause[] = []): ApiError {
  const what = name === '' ? qualified(subject) : `${qualified(subject)} "${name}"`;
  return new ApiError(403, 'Forbidden', `${what} is forbidden: ${why}`, { ...about(subject, name), causes });
}

export function methodNotAllowed(subject: Subject): ApiError {
  return new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {
    group: subject.group,
    kind: subject.resource,
  });
}

export function unsupportedMediaType(got: string, supported: readonly string[]): ApiError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${supported.join(', ')}`;
  return new ApiError(415, 'UnsupportedMediaType', got === '' ? message : message);
}

/** The list or watch asks for a version this server has not reached. */
export function tooLargeVersion(asked: number, current: number): ApiError {
  return new ApiError(504, 'Timeout', `Timeout: Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

/** A refused object: every field error as a cause. */
export function invalid(kind: string, group: string, name: string, errors: readonly FieldError[]): ApiError {
  const causes = errors.map((e) => ({ reason: e.reason, message: e.body, field: e.field }));
  const lines = [...new Set(errors.map((e) => `${e.field}: ${e.body}`))];
  const text = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`;
  const what = group === '' ? kind : `${kind}.${group}`;
  return new ApiError(422, 'Invalid', `${what} "${name}" is invalid: ${text}`, { name, group, kind, causes });
}

/** A failure of one field. `field` is a path such as `spec.steps[0].name`; `body` is the message without the path. */
export interface FieldError {
  readonly field: string;
  readonly reason: string;
  readonly body: string;
}

function shown(value: Json | undefined): string {
  if (value === undefined) return 'null';
  if (typeof value === 'string') return JSON.stringify(value);
  return JSON.stringify(value);
}

/** Constructors of field errors, one per reason of `field.Error`. */
export const fieldError = {
  required: (field: string, detail = ''): FieldError => ({
    field,
    reason: 'FieldValueRequired',
    body: detail === '' ? 'Required value' : `Required value: ${detail}`,
  }),
  invalid: (field: string, value: Json | undefined, detail: string): FieldError => ({
    field,
    reason: 'FieldValueInvalid',
    body: `Invalid value: ${shown(value)}: ${detail}`,
  }),
  typeInvalid: (field: string, value: Json | undefined, detail: string): FieldError => ({
    field,
    reason: 'FieldValueTypeInvalid',
    body: `Invalid value: ${shown(value)}: ${detail}`,
  }),
  notSupported: (field: string, value: Json, allowed: readonly Json[]): FieldError => ({
    field,
    reason: 'FieldValueNotSupported',
    body: `Unsupported value: ${shown(value)}: supported values: ${allowed.map(shown).join(', ')}`,
  }),
  duplicate: (field: string, value: Json): FieldError => ({
    field,
    reason: 'FieldValueDuplicate',
    body: `Duplicate value: ${shown(value)}`,
  }),
  forbidden: (field: string, detail: string): FieldError => ({
    field,
    reason: 'FieldValueForbidden',
    body: `Forbidden: ${detail}`,
  }),
  tooLong: (field: string, max: number): FieldError => ({
    field,
    reason: 'FieldValueTooLong',
    body: `Too long: may not be more than ${max} bytes`,
  }),
  tooMany: (field: string, actual: number, max: number): FieldError => ({
    field,
    reason: 'FieldValueTooMany',
    body: `Too many: ${actual}: must have at most ${max} items`,
  }),
};
