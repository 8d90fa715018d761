import { mkdirSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { AssayError } from '@assay/contract';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely';
import type { DatabaseOptions, Queries } from './database.ts';
import type { DatabaseAnswer, DatabaseQuestion, DatabaseTask } from './pglite-thread.ts';

/** An error of the database with its SQLSTATE. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly code: string | undefined;

  constructor(message: string, code: string | undefined) {
    super(message);
    this.code = code;
  }
}

/** The embedded database in a thread of its own, so that a long query does not hold the event loop. Throws STORE_UNREACHABLE. */
export async function openPglite(options: Extract<DatabaseOptions, { readonly is: 'pglite' }>): Promise<Queries> {
  const { folder, empty, program } = options;
  if (folder !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const task: DatabaseTask = {
    task: 'database',
    ...(folder === undefined ? {} : { folder }),
    ...(empty === undefined ? {} : { empty }),
  };
  const thread = new DatabaseThread(new Worker(program, { workerData: task, env: {} }));
  await thread.ready;
  return new Kysely<unknown>({ dialect: dialectOver(thread) });
}

interface Pending {
  readonly resolve: (answer: { readonly rows: readonly unknown[]; readonly affected: number }) => void;
  readonly reject: (error: Error) => void;
}

/** The main thread's side: questions out, answers in, matched by number. */
class DatabaseThread {
  readonly ready: Promise<unknown>;
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #next = 0;
  #ended: Error | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    this.ready = this.#wait();
    worker.on('message', (answer: DatabaseAnswer) => {
      const pending = this.#pending.get(answer.id);
      this.#pending.delete(answer.id);
      if ('error' in answer) pending?.reject(new DatabaseError(answer.error.message, answer.error.code));
      else pending?.resolve(answer);
    });
    worker.on('error', (error) => this.#end(error));
    worker.on('exit', () => this.#end(new Error('the thread of the embedded database has ended')));
  }

  ask(sql: string, parameters: readonly unknown[]): Promise<{ rows: readonly unknown[]; affected: number }> {
    return this.#send((id) => ({ id, sql, parameters }));
  }

  async close(): Promise<void> {
    if (this.#ended !== undefined) return;
    await this.#send((id) => ({ id, is: 'close' }));
    await this.#worker.terminate();
  }

  #send(make: (id: number) => DatabaseQuestion): Promise<{ rows: readonly unknown[]; affected: number }> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const question = make(this.#next);
    const answer = this.#wait();
    this.#worker.postMessage(question);
    return answer;
  }

  #wait(): Promise<{ rows: readonly unknown[]; affected: number }> {
    const id = this.#next++;
    return new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject }));
  }

  #end(error: Error): void {
    this.#ended ??= new AssayError('STORE_UNREACHABLE', `the embedded database stopped: ${error.message}`, {
      cause: error,
    });
    for (const { reject } of this.#pending.values()) reject(this.#ended);
    this.#pending.clear();
  }
}

/**
 * Kysely over the thread. Its own dialect for PGlite hands the one connection to everyone at once, so that a query beside a transaction becomes a
 * part of it; here whoever has the connection has it alone.
 */
function dialectOver(thread: DatabaseThread): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new OneConnection(thread),
    createIntrospector: (database) => new PostgresIntrospector(database),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}

class OneConnection implements Driver {
  readonly #thread: DatabaseThread;
  readonly #connection: DatabaseConnection;
  readonly #waiting: (() => void)[] = [];
  #isTaken = false;

  constructor(thread: DatabaseThread) {
    this.#thread = thread;
    this.#connection = {
      async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
        const { rows, affected } = await thread.ask(sql, parameters);
        return { rows: rows as R[], numAffectedRows: BigInt(affected) }; // the caller names the type of its rows
      },
      // biome-ignore lint/correctness/useYield: the interface wants a generator, and this database has no cursors
      async *streamQuery() {
        throw new Error('the embedded database does not stream');
      },
    };
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    if (this.#isTaken) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#isTaken = true;
    return this.#connection;
  }

  async releaseConnection(): Promise<void> {
    const next = this.#waiting.shift();
    if (next === undefined) this.#isTaken = false;
    else next();
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin'));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('rollback'));
  }

  destroy(): Promise<void> {
    return this.#thread.close();
  }
}
