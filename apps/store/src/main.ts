import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { AssayError } from '@assay/contract';

if (isMainThread) {
  process.exitCode = await serveHere();
  process.exit();
} else if (parentPort !== null) {
  const { answerStoreThread, isStoreTask } = await import('@assay/store');
  if (isStoreTask(workerData)) await answerStoreThread(parentPort, workerData);
}

/** The store's process, to its exit code. */
async function serveHere(): Promise<number> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  const program = new URL(import.meta.url);
  try {
    const { readConfig } = await import('./config.ts');
    const [what, ...words] = process.argv.slice(2);
    if (what === 'key') {
      const { runKeys } = await import('./keys.ts');
      const { database } = readConfig({ ...process.env, ASSAY_PLAIN_HTTP: 'true' }, program);
      process.stdout.write(await runKeys(words, database));
      return 0;
    }
    const { serveStore } = await import('./serve.ts');
    await serveStore(readConfig(process.env, program), program, stop.signal);
    return 0;
  } catch (error) {
    const problem = error instanceof AssayError ? error : undefined;
    const words = problem === undefined ? String(error) : `${problem.message}. hint: ${problem.hint}`;
    process.stderr.write(`assay-store: ${words}\n`);
    return 1;
  }
}
