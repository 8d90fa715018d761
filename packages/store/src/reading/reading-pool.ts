import { Worker } from 'node:worker_threads';
import { AssayError } from '@assay/contract';
import type { ReadingAnswer, ReadingQuestion, ReadingTask, ReadReport } from './reading-thread.ts';
import type { SbomSource, SbomTarget } from './sbom-target.ts';

export interface ReadingPoolOptions {
  /** The file that calls `answerStoreThread` when it is not the main thread. */
  readonly program: URL;
  /** Threads. */
  readonly threads?: number;
  /** Documents that may wait at most; one more is refused. */
  readonly mostWaiting?: number;
  /** Milliseconds one document may take. */
  readonly timeoutMs?: number;
}

interface Job {
  readonly question: ReadingQuestion;
  readonly resolve: (answer: ReadReport | Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

/** MiB of one thread's heap. */
const heap = { maxOldGenerationSizeMb: 1024, maxYoungGenerationSizeMb: 32 };

/** Threads that read documents, so that a large one holds up nobody. A thread that runs away is ended; the document is refused, and the next gets a new one. */
export class ReadingPool {
  readonly #options: Required<ReadingPoolOptions>;
  readonly #idle: Worker[] = [];
  readonly #all = new Set<Worker>();
  readonly #waiting: Job[] = [];
  #isClosed = false;

  constructor(options: ReadingPoolOptions) {
    this.#options = { threads: 1, mostWaiting: 64, timeoutMs: 60_000, ...options };
  }

  /** Documents that wait or are read. */
  get load(): number {
    return this.#waiting.length + this.#all.size - this.#idle.length;
  }

  /** Reads a document. Throws what `readReport` throws, STORE_BUSY when too many wait, LIMIT_EXCEEDED, INTERRUPTED. */
  async read(bytes: Uint8Array): Promise<ReadReport> {
    const answer = await this.#ask({ is: 'read', bytes });
    if (answer instanceof Uint8Array) throw new Error('a document was asked for and an SBOM came');
    return answer;
  }

  /** Writes an SBOM. Throws as `read` does. */
  async write(source: SbomSource, target: SbomTarget): Promise<Uint8Array> {
    const answer = await this.#ask({ is: 'write', source, target });
    if (!(answer instanceof Uint8Array)) throw new Error('an SBOM was asked for and a document came');
    return answer;
  }

  #ask(question: ReadingQuestion): Promise<ReadReport | Uint8Array> {
    if (this.#isClosed) return Promise.reject(new AssayError('INTERRUPTED', 'the store is stopping'));
    if (this.#waiting.length >= this.#options.mostWaiting)
      return Promise.reject(new AssayError('STORE_BUSY', `${this.#waiting.length} documents wait to be read`));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ question, resolve, reject });
      this.#next();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(new AssayError('INTERRUPTED', 'the store is stopping'));
    await Promise.all([...this.#all].map((worker) => worker.terminate()));
  }

  #next(): void {
    if (this.#idle.length === 0 && this.#all.size >= this.#options.threads) return;
    const job = this.#waiting.shift();
    if (job === undefined) return;
    this.#run(this.#idle.pop() ?? this.#start(), job);
  }

  #start(): Worker {
    const task: ReadingTask = { task: 'reading' };
    const worker = new Worker(this.#options.program, { workerData: task, env: {}, resourceLimits: heap });
    this.#all.add(worker);
    worker.unref();
    return worker;
  }

  #run(worker: Worker, { question, resolve, reject }: Job): void {
    const { timeoutMs } = this.#options;
    const finish = (): void => {
      clearTimeout(timer);
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
    };
    /** Ends the thread and whatever it was doing. */
    const end = (error: AssayError): void => {
      finish();
      this.#all.delete(worker);
      worker.terminate().catch(() => undefined);
      reject(error);
      this.#next();
    };
    const timer = setTimeout(
      () => end(new AssayError('LIMIT_EXCEEDED', `the document was not read within ${timeoutMs} ms`)),
      timeoutMs,
    );
    const onMessage = (answer: ReadingAnswer): void => {
      finish();
      this.#idle.push(worker);
      if ('answer' in answer) resolve(answer.answer);
      else reject(new AssayError(answer.problem.code, answer.problem.detail));
      this.#next();
    };
    const onError = (error: Error): void => {
      const isMemory = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      end(
        isMemory
          ? new AssayError('LIMIT_EXCEEDED', 'the document takes more memory to read than it may')
          : new AssayError('INTERNAL', `reading a document failed: ${error.message}`, { cause: error }),
      );
    };
    const onExit = (): void => end(new AssayError('INTERRUPTED', 'the store is stopping'));
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.postMessage(question);
  }
}
