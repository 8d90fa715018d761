import type { MessagePort } from 'node:worker_threads';
import { answerDatabase, type DatabaseTask } from './database/pglite-thread.ts';
import type { ReadingTask } from './reading/reading-thread.ts';

/** What a thread of the store was started for. */
export type StoreTask = DatabaseTask | ReadingTask;

/** Whether a thread's data says that it is one of the store's. */
export function isStoreTask(data: unknown): data is StoreTask {
  return (
    typeof data === 'object' && data !== null && 'task' in data && (data.task === 'database' || data.task === 'reading')
  );
}

/** The side of the threads: an app's entry calls it when it is not the main thread. */
export async function answerStoreThread(port: MessagePort, task: StoreTask): Promise<void> {
  if (task.task === 'database') await answerDatabase(port, task);
  else (await import('./reading/reading-thread.ts')).answerReading(port);
}
