import type { MessagePort } from 'node:worker_threads';
import { readEmptyDatabase } from './empty-database.ts';

/** What the main thread asks of the thread that has the database. */
export type DatabaseQuestion =
  | { readonly id: number; readonly sql: string; readonly parameters: readonly unknown[] }
  | { readonly id: number; readonly is: 'close' };

/** What comes back. An error keeps its SQLSTATE, by which it is told whether to try again. */
export type DatabaseAnswer =
  | { readonly id: number; readonly rows: readonly unknown[]; readonly affected: number }
  | { readonly id: number; readonly error: { readonly message: string; readonly code?: string } };

/** How the thread is started. */
export interface DatabaseTask {
  readonly task: 'database';
  readonly folder?: string;
  /** A file of `makeEmptyDatabase`. */
  readonly empty?: string;
}

/** The thread's side: opens the database, says that it is ready (id 0), and answers one question after the other. */
export async function answerDatabase(port: MessagePort, { folder, empty }: DatabaseTask): Promise<void> {
  const { PGlite } = await import('@electric-sql/pglite');
  let database: InstanceType<typeof PGlite>;
  try {
    const loadDataDir = await readEmptyDatabase(empty, folder);
    database = await PGlite.create({
      ...(folder === undefined ? {} : { dataDir: folder }),
      ...(loadDataDir === undefined ? {} : { loadDataDir }),
    });
  } catch (error) {
    port.postMessage(toError(0, error));
    return;
  }
  let last: Promise<unknown> = Promise.resolve();
  port.on('message', (question: DatabaseQuestion) => {
    last = last.then(async () => {
      port.postMessage(await answer(question));
      if ('is' in question) port.close();
    });
  });
  port.postMessage({ id: 0, rows: [], affected: 0 } satisfies DatabaseAnswer);

  async function answer(question: DatabaseQuestion): Promise<DatabaseAnswer> {
    try {
      if ('is' in question) {
        await database.close();
        return { id: question.id, rows: [], affected: 0 };
      }
      const { rows, affectedRows } = await database.query(question.sql, [...question.parameters]);
      return { id: question.id, rows, affected: affectedRows ?? 0 };
    } catch (error) {
      return toError(question.id, error);
    }
  }
}

function toError(id: number, error: unknown): DatabaseAnswer {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { id, error: { message, ...(code === undefined ? {} : { code }) } };
}
