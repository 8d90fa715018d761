import { Worker } from 'node:worker_threads';
import { AssayError, type ProblemCode } from '@assay/contract';
import { parseJson } from '@assay/rego';
import type { WorkerAnswer, WorkerQuestion } from './answer-questions.ts';
import { digestOf } from './bundle-digest.ts';
import {
  checkInput,
  type PolicyAnswer,
  type PolicyEngine,
  type PolicyLimits,
  type PolicyQuestion,
  usualLimits,
} from './engine.ts';

export interface WorkerEngineOptions {
  /** A file that calls `answerQuestions` when it is not the main thread. */
  readonly program: URL;
  /** Threads at the same time. Default 2. */
  readonly threads?: number;
  readonly limits?: Partial<PolicyLimits>;
}

interface Waiting {
  readonly question: PolicyQuestion;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (answer: PolicyAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/** How much longer than its own deadline an evaluation may take before its thread is ended. Milliseconds. */
const grace = 500;

/**
 * Our own engine in threads of its own. Each thread keeps the policies it has compiled, by digest; one that runs away is ended, and the next question
 * gets a new one.
 */
export function createWorkerEngine(options: WorkerEngineOptions): PolicyEngine {
  return new WorkerEngine(options);
}

class WorkerEngine implements PolicyEngine {
  readonly #program: URL;
  readonly #limits: PolicyLimits;
  readonly #threads: number;
  readonly #idle: Worker[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #all = new Set<Worker>();
  #isClosed = false;

  constructor({ program, threads = 2, limits = {} }: WorkerEngineOptions) {
    this.#program = program;
    this.#threads = threads;
    this.#limits = { ...usualLimits, ...limits };
  }

  async ask(question: PolicyQuestion, signal?: AbortSignal): Promise<PolicyAnswer> {
    if (this.#isClosed) throw new AssayError('INTERRUPTED', 'the policy engine is closed');
    checkInput(question, this.#limits);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ question, signal, resolve, reject });
      this.#next();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { reject } of this.#waiting.splice(0))
      reject(new AssayError('INTERRUPTED', 'the policy engine is closed'));
    await Promise.all([...this.#all].map((worker) => worker.terminate()));
  }

  #next(): void {
    const hasRoom = this.#idle.length > 0 || this.#all.size < this.#threads;
    const waiting = hasRoom ? this.#waiting.shift() : undefined;
    if (waiting === undefined) return;
    const worker = this.#idle.pop() ?? this.#start();
    this.#run(worker, waiting).then(
      (answer) => {
        this.#idle.push(worker);
        waiting.resolve(answer);
        this.#next();
      },
      (error: unknown) => {
        if (this.#all.has(worker)) this.#idle.push(worker);
        waiting.reject(error);
        this.#next();
      },
    );
  }

  #start(): Worker {
    const megabytes = Math.ceil((this.#limits.memoryBytes + 4 * this.#limits.inputBytes) / 1024 / 1024);
    const worker = new Worker(this.#program, { env: {}, resourceLimits: { maxOldGenerationSizeMb: megabytes } });
    worker.unref();
    this.#all.add(worker);
    worker.once('exit', () => {
      this.#all.delete(worker);
      const at = this.#idle.indexOf(worker);
      if (at >= 0) this.#idle.splice(at, 1);
    });
    return worker;
  }

  #run(worker: Worker, { question, signal }: Waiting): Promise<PolicyAnswer> {
    const { timeoutMs } = this.#limits;
    return new Promise((resolve, reject) => {
      // Ended for good: whatever it was doing, the thread is gone, and nothing of it is left.
      const end = (code: ProblemCode, why: string): void => {
        finish();
        this.#all.delete(worker);
        worker.terminate().catch(() => undefined);
        reject(new AssayError(code, why));
      };
      const timer = setTimeout(
        () => end('LIMIT_EXCEEDED', `the policy did not answer within ${timeoutMs} ms`),
        timeoutMs + grace,
      );
      const onAbort = (): void => end('INTERRUPTED', 'the question to the policy was taken back');
      const onError = (error: Error): void => {
        const isMemory = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
        end(
          isMemory ? 'LIMIT_EXCEEDED' : 'INTERNAL',
          isMemory ? 'the policy takes more memory than it may' : `the policy's thread failed: ${error.message}`,
        );
      };
      const onExit = (): void => end('INTERNAL', 'the policy’s thread has ended');
      const onMessage = (answer: WorkerAnswer): void => {
        finish();
        if (answer.is === 'problem') reject(new AssayError(answer.code, answer.detail));
        else if (answer.is === 'undefined') resolve({ is: 'undefined', prints: answer.prints });
        else resolve({ is: 'defined', value: parseJson(answer.text), prints: answer.prints });
      };
      const finish = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        worker.unref();
      };
      if (signal?.aborted === true) return end('INTERRUPTED', 'the question to the policy was taken back');
      signal?.addEventListener('abort', onAbort);
      worker.on('message', onMessage).on('error', onError).on('exit', onExit);
      worker.ref();
      this.#send(worker, question);
      return undefined;
    });
  }

  #send(worker: Worker, { bundle, query, input, now }: PolicyQuestion): void {
    const { timeoutMs, memoryBytes, answerBytes } = this.#limits;
    // A view of a part of a larger buffer is copied: handing over takes the whole buffer along.
    const whole = input.byteOffset === 0 && input.byteLength === input.buffer.byteLength ? input : input.slice();
    const question: WorkerQuestion = {
      digest: digestOf(bundle),
      bundle,
      query,
      input: whole,
      now,
      timeoutMs,
      memoryBytes,
      answerBytes,
    };
    worker.postMessage(question, whole.buffer instanceof ArrayBuffer ? [whole.buffer] : []);
  }
}
