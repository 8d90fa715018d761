import { AssayError, type ProblemCode } from '@assay/contract';
import { toProblem } from '@assay/store';

/** What a failure is answered with. */
export interface ProblemAnswer {
  readonly status: number;
  readonly message: string;
  /** Seconds after which it may go through. */
  readonly retryAfter?: number;
  /** Ours, to be logged; the client's are not our failures. */
  readonly isOurs: boolean;
}

/** Statuses by code; what is not here is a failure of ours. Source: spec/store.md §4.5. */
const statuses: Partial<Readonly<Record<ProblemCode, number>>> = {
  REQUEST_INVALID: 400,
  REPORT_UID_INVALID: 400,
  REPORT_EXISTS: 400,
  ENTITY_INVALID: 400,
  SBOM_MISMATCH: 400,
  SBOM_UNKNOWN: 400,
  SBOM_INVALID: 400,
  SBOM_VERSION: 400,
  EVENT_INVALID: 400,
  NOT_STORED: 404,
  LIMIT_EXCEEDED: 413,
  EVENT_UNPROCESSED: 500,
  STORE_BUSY: 429,
  INTERRUPTED: 503,
  STORE_UNREACHABLE: 503,
  STORE_SLOW: 504,
};

/** Of Fastify's own errors, those that a request causes. */
const ofFramework: Readonly<Record<string, string>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'the body is larger than this store takes',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'the body is not as long as Content-Length says',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'the media type of Content-Type is none that is taken here',
  FST_ERR_BAD_URL: 'the path is not a valid URL path',
  FST_REQ_FILE_TOO_LARGE: 'the file is larger than this store takes',
  FST_FILES_LIMIT: 'the form has more than one file',
  FST_FIELDS_LIMIT: 'the form has too many fields',
  FST_PARTS_LIMIT: 'the form has too many parts',
  FST_INVALID_MULTIPART_CONTENT_TYPE: 'the form has no boundary',
};

/** Says a failure in the words of the API. What is a defect of ours says nothing about its cause. */
export function toAnswer(error: unknown): ProblemAnswer {
  const problem = toProblem(error);
  if (problem instanceof AssayError) {
    const status = statuses[problem.code] ?? 500;
    const hint = status === 400 || status === 413 ? problem.hint : '';
    return {
      status,
      message: status === 500 && problem.code !== 'EVENT_UNPROCESSED' ? 'internal error' : sentence(problem, hint),
      ...(status === 429 || status === 503 ? { retryAfter: 5 } : {}),
      isOurs: status >= 500,
    };
  }
  const code = errorCode(problem);
  if (code?.startsWith('FST_') === true && isOfRequest(problem)) {
    const message = Object.hasOwn(ofFramework, code) ? ofFramework[code] : 'the request cannot be read';
    return { status: /TOO_LARGE/.test(code) ? 413 : 400, message: message ?? '', isOurs: false };
  }
  return { status: 500, message: 'internal error', isOurs: true };
}

/** Texts that are a part of the contract stay as they are; the others get their next step. */
function sentence({ code, detail }: AssayError, hint: string): string {
  const isContract = code === 'REPORT_EXISTS' || code === 'NOT_STORED';
  return isContract || hint === '' ? detail : `${detail}. ${hint}`;
}

/** Whether the framework blames the request. */
function isOfRequest(error: unknown): boolean {
  return (
    error instanceof Error &&
    'statusCode' in error &&
    typeof error.statusCode === 'number' &&
    error.statusCode >= 400 &&
    error.statusCode < 500
  );
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
