import { AssayError, type ProblemCode, problems } from '@assay/contract';
import { toProblem } from '@assay/store';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { toAnswer } from '../server/problem-answer.ts';
import type { StoreLog } from '../server/store-log.ts';

/** What a failure says. Source: RFC 9457; `code` and `hint` are ours. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail: string;
  readonly hint: string;
  /** The id of the request, to be found in the log. */
  readonly instance: string;
}

/** Answers with a failure as a problem, and logs what is ours. */
export function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply, log: StoreLog): void {
  const { status, message, retryAfter, isOurs } = toAnswer(error);
  if (isOurs)
    log.error('Request failed', {
      ...{ error: error instanceof Error ? error.message : String(error), request: request.id },
      ...{ method: request.method, endpoint: request.url },
      'data#0': error instanceof Error ? (error.stack ?? '') : '',
    });
  const { code, detail, hint } = wordsOf(error, status, message);
  const problem: Problem = {
    type: `urn:assay:problem:${code}`,
    title: problems[code].cause,
    ...{ status, code, detail, hint, instance: request.id },
  };
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
  reply.code(status).header('content-type', 'application/problem+json; charset=utf-8').send(JSON.stringify(problem));
}

/** What a defect of ours says about its cause is for the log. */
function wordsOf(error: unknown, status: number, message: string): Pick<Problem, 'code' | 'detail' | 'hint'> {
  const problem = toProblem(error);
  if (problem instanceof AssayError && status !== 500) {
    const { code, detail, hint } = problem;
    return { code, detail, hint };
  }
  const code = status === 500 ? 'INTERNAL' : status === 413 ? 'LIMIT_EXCEEDED' : 'REQUEST_INVALID';
  const fault = status === 400 ? faultOf(error) : undefined;
  return { code, detail: fault ?? message, hint: problems[code].hint };
}

/** What a schema has against a request, by the name of the value. */
function faultOf(error: unknown): string | undefined {
  if (!(error instanceof Error && 'validation' in error)) return undefined;
  return error.message
    .replace(/^(?:querystring|params)\//, '')
    .replace(/^(?:querystring|params) /, 'the request ')
    .slice(0, 300);
}
