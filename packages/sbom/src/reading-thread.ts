import { type MessagePort, Worker } from 'node:worker_threads';
import { AssayError, type ProblemCode, problems } from '@assay/contract';

/** What the thread says at its end. */
type Answer<A> = { readonly answer: A } | { readonly problem: { readonly code: ProblemCode; readonly detail: string } };

/** MiB. New objects get little room, since most of a document's stay: that costs a little time and saves much memory. */
const limits = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 2048 };

/**
 * Has a task about a document done in a thread of its own: the event loop goes on, and what the document took is given back at the end. `program` is a
 * file that calls `answerTask` when it is not the main thread. Throws what the task throws, INTERRUPTED, and LIMIT_EXCEEDED when memory is short.
 */
export async function askThread<A>(program: URL, task: unknown, signal: AbortSignal): Promise<A> {
  const thread = new Worker(program, { workerData: task, resourceLimits: limits, env: {} });
  const stop = () => void thread.terminate();
  signal.addEventListener('abort', stop);
  try {
    const said = await new Promise<Answer<A>>((resolve, reject) => {
      thread.once('message', resolve);
      thread.once('error', reject);
      thread.once('exit', () => reject(new AssayError('INTERRUPTED', 'reading the report was stopped')));
    });
    if ('answer' in said) return said.answer;
    throw new AssayError(said.problem.code, said.problem.detail);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY')
      throw new AssayError('LIMIT_EXCEEDED', 'it takes more memory to read than there is');
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    await thread.terminate();
  }
}

/** The other side: does the task this thread was started for and says what came of it. */
export async function answerTask(port: MessagePort, work: () => Promise<unknown>): Promise<void> {
  try {
    port.postMessage({ answer: await work() });
  } catch (error) {
    if (!(error instanceof AssayError && Object.hasOwn(problems, error.code))) throw error;
    port.postMessage({ problem: { code: error.code, detail: error.detail } });
  }
}
