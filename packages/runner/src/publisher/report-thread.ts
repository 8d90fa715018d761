import type { MessagePort } from 'node:worker_threads';
import { AssayError } from '@assay/contract';
import { answerTask, askThread } from '@assay/sbom';
import { type ReportReading, type ReportTask, readReportHere } from './read-report.ts';

/**
 * Reads a report in a thread of its own: the event loop goes on, and what the document took is given back at its end.
 * Throws what `readReportHere` throws.
 */
export async function readInThread(program: URL, task: ReportTask, signal: AbortSignal): Promise<ReportReading> {
  try {
    return await askThread<ReportReading>(program, task, signal);
  } catch (error) {
    if (error instanceof AssayError && error.code === 'LIMIT_EXCEEDED') return { is: 'invalid', why: error.detail };
    throw error;
  }
}

/** The other side: reads what this thread was started for. */
export async function answerReport(port: MessagePort, task: unknown): Promise<void> {
  await answerTask(port, () => readReportHere(task as ReportTask, new AbortController().signal)); // only `readInThread` starts such threads
}
