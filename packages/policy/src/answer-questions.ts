import type { MessagePort } from 'node:worker_threads';
import { AssayError, type ProblemCode } from '@assay/contract';
import { compile, jsonText, type PreparedQuery, parseJson, RegoError, RegoErrors, type Value } from '@assay/rego';
import type { PolicyLimits, PolicyQuestion } from './engine.ts';

/** What a thread is asked. */
export interface WorkerQuestion extends PolicyQuestion, Omit<PolicyLimits, 'inputBytes'> {
  /** Of the bundle. */
  readonly digest: string;
}

export type WorkerAnswer =
  | { readonly is: 'defined'; readonly text: string; readonly prints: readonly string[] }
  | { readonly is: 'undefined'; readonly prints: readonly string[] }
  | { readonly is: 'problem'; readonly code: ProblemCode; readonly detail: string };

/** Queries kept, compiled, in one thread. */
const mostKept = 50;

/** The inside of a thread: answers questions one after the other, for as long as the thread lives. */
export function answerQuestions(port: MessagePort): void {
  const kept = new Map<string, Promise<Kept>>();
  port.on('message', (question: WorkerQuestion) => {
    answer(question, kept).then(
      (told) => port.postMessage(told),
      (error: unknown) => {
        // Becomes the thread's own error: a defect, or memory that ran out.
        setImmediate(() => {
          throw error;
        });
      },
    );
  });
}

interface Kept {
  readonly query: PreparedQuery;
  readonly data: Readonly<Record<string, Value>>;
}

async function prepare({ bundle, query }: WorkerQuestion): Promise<Kept> {
  const compiled = await compile(new Map(Object.entries(bundle.modules)));
  const data = parseJson(JSON.stringify(bundle.data)) as Readonly<Record<string, Value>>; // an object stays one
  return { query: await compiled.prepare(query), data };
}

async function answer(question: WorkerQuestion, kept: Map<string, Promise<Kept>>): Promise<WorkerAnswer> {
  const began = performance.now();
  try {
    const key = `${question.digest} ${question.query}`;
    const preparing = kept.get(key) ?? prepare(question);
    keep(kept, key, preparing);
    const { query, data } = await preparing;
    const { results, prints } = query.evaluate(readInput(question.input), {
      data,
      now: BigInt(question.now) * 1_000_000n,
      deadline: began + question.timeoutMs,
      memory: question.memoryBytes,
    });
    const texts = prints.map(({ text }) => text);
    const value = results[0]?.expressions[0]?.value;
    if (value === undefined) return { is: 'undefined', prints: texts };
    const text = jsonText(value);
    if (text.length > question.answerBytes)
      return problem('LIMIT_EXCEEDED', `the answer has ${text.length} bytes; ${question.answerBytes} are allowed`);
    return { is: 'defined', text, prints: texts };
  } catch (error) {
    return problemOf(error);
  }
}

/** The last used stay. What does not compile is not kept. */
function keep(kept: Map<string, Promise<Kept>>, key: string, preparing: Promise<Kept>): void {
  kept.delete(key);
  kept.set(key, preparing);
  preparing.catch(() => kept.delete(key));
  const [oldest] = kept.keys();
  if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
}

function readInput(bytes: Uint8Array): Value {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AssayError('POLICY_FAILED', 'the input is not UTF-8', { cause });
  }
  try {
    return parseJson(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AssayError('POLICY_FAILED', `the input is no JSON: ${why}`, { cause });
  }
}

const problem = (code: ProblemCode, detail: string): WorkerAnswer => ({ is: 'problem', code, detail });

function problemOf(error: unknown): WorkerAnswer {
  if (error instanceof AssayError) return problem(error.code, error.detail);
  if (error instanceof RegoErrors) return problem('POLICY_INVALID', String(error.errors[0] ?? error.message));
  if (error instanceof RegoError) {
    const isLimit = error.code === 'eval_cancel_error' || error.code === 'limit_error';
    return problem(isLimit ? 'LIMIT_EXCEEDED' : 'POLICY_FAILED', String(error));
  }
  throw error;
}
