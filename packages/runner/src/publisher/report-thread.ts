import { type MessagePort, Worker } from 'node:worker_threads';
import { AssayError, type ProblemCode, problems } from '@assay/contract';
import { type ReportReading, type ReportTask, readReportHere } from './read-report.ts';

/** What the thread answers. */
type Answer =
  | { readonly reading: ReportReading }
  | { readonly problem: { readonly code: ProblemCode; readonly detail: string } };

/** MiB. New objects get little room, since most of a document's stay: that costs a little time and saves much memory. */
const limits = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 2048 };

/**
 * Reads a report in a thread of its own: the event loop goes on, and what the document took is given back at its end.
 * Throws what `readReportHere` throws.
 */
export async function readInThread(program: URL, task: ReportTask, signal: AbortSignal): Promise<ReportReading> {
  const thread = new Worker(program, { workerData: task, resourceLimits: limits, env: {} });
  const stop = () => void thread.terminate();
  signal.addEventListener('abort', stop);
  try {
    const answer = await new Promise<Answer>((resolve, reject) => {
      thread.once('message', resolve);
      thread.once('error', reject);
      thread.once('exit', () => reject(new AssayError('INTERRUPTED', 'reading the report was stopped')));
    });
    if ('reading' in answer) return answer.reading;
    throw new AssayError(answer.problem.code, answer.problem.detail);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY')
      return { is: 'invalid', why: 'it takes more memory to read than there is' };
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    await thread.terminate();
  }
}

/** The other side: reads what this thread was started for. */
export async function answerReport(port: MessagePort, task: unknown): Promise<void> {
  port.postMessage(await answer(task as ReportTask)); // only `readInThread` starts such threads
}

async function answer(task: ReportTask): Promise<Answer> {
  try {
    return { reading: await readReportHere(task, new AbortController().signal) };
  } catch (error) {
    if (error instanceof AssayError && Object.hasOwn(problems, error.code))
      return { problem: { code: error.code, detail: error.detail } };
    throw error;
  }
}
