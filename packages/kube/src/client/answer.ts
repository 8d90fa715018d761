import type { ProblemCode } from '@assay/contract';
import type { ApiResponse } from '../transport/transport.ts';
import { type FieldCause, KubeError } from './kube-error.ts';

/** Longest wait a server can ask for. Milliseconds. */
const longestRetryAfter = 10 * 60_000;

/** The parts of a meta/v1 Status that we use. */
interface ServerStatus {
  readonly reason: string;
  readonly message: string;
  readonly retryAfterSeconds: number | undefined;
  readonly causes: readonly FieldCause[];
}

/** The failure an answer means. `what` is the call in words, as `create pods in demo`. */
export function answerError(answer: Omit<ApiResponse, 'json'> & { readonly json?: unknown }, what: string): KubeError {
  const status = statusOf(answer.json);
  const reason = status?.reason || defaultReason(answer.status);
  const missing = isKindMissing(answer);
  const code = missing ? 'KUBE_KIND_MISSING' : codeOf(answer.status);
  const retryAfter = retryAfterOf(answer.headers['retry-after'], status?.retryAfterSeconds);
  const said =
    status?.message || (missing ? 'the server does not know this kind' : `the server answered ${answer.status}`);
  return new KubeError(code, `${what}: ${said.slice(0, 2000)}`, {
    status: answer.status,
    reason: missing ? 'KindMissing' : reason,
    retryable: isRetryable(answer.status) && reason !== 'AlreadyExists',
    retryAfter,
    causes: status?.causes ?? [],
  });
}

/** The server's Status, when that is what it said. */
export function statusOf(json: unknown): ServerStatus | undefined {
  if (!isRecord(json) || json.kind !== 'Status') return undefined;
  const details = isRecord(json.details) ? json.details : {};
  const causes = Array.isArray(details.causes) ? details.causes.filter(isRecord) : [];
  const seconds = details.retryAfterSeconds;
  return {
    reason: textOf(json.reason),
    message: textOf(json.message),
    retryAfterSeconds: typeof seconds === 'number' ? seconds : undefined,
    causes: causes.map((one) => ({
      field: textOf(one.field),
      message: textOf(one.message),
      reason: textOf(one.reason),
    })),
  };
}

/** A path the server does not serve answers 404 without naming an object. A group that is being torn down answers with an empty name too. */
export function isKindMissing(answer: { readonly status: number; readonly json?: unknown }): boolean {
  if (answer.status !== 404) return false;
  if (!isRecord(answer.json) || answer.json.kind !== 'Status') return true;
  const { details } = answer.json;
  return !(isRecord(details) && textOf(details.name) !== '');
}

/** Milliseconds to wait, of the header (seconds or a date) or the Status. A zero is not taken literally: that would be a hot loop. */
export function retryAfterOf(header: string | undefined, seconds: number | undefined): number | undefined {
  const text = header?.trim() ?? '';
  const inSeconds = /^\d{1,9}$/.test(text) ? Number(text) : seconds;
  if (inSeconds === undefined || !(inSeconds > 0)) return undefined;
  return Math.min(inSeconds * 1000, longestRetryAfter);
}

function codeOf(status: number): ProblemCode {
  switch (status) {
    case 400:
    case 413:
    case 415:
    case 422:
      return 'KUBE_INVALID';
    case 401:
    case 403:
      return 'KUBE_DENIED';
    case 404:
      return 'KUBE_NOT_FOUND';
    case 409:
    case 412:
      return 'KUBE_CONFLICT';
    case 410:
      return 'KUBE_EXPIRED';
    default:
      return isRetryable(status) ? 'KUBE_BUSY' : 'KUBE_PROTOCOL';
  }
}

function isRetryable(status: number): boolean {
  return status === 408 || status === 409 || status === 410 || status === 429 || (status >= 500 && status !== 501);
}

function defaultReason(status: number): string {
  return (
    { 401: 'Unauthorized', 403: 'Forbidden', 404: 'NotFound', 409: 'Conflict', 410: 'Expired', 429: 'TooManyRequests' }[
      status
    ] ?? `Http${status}`
  );
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A JSON object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
