import { enableCompileCache } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';

// The compiled form of the bundle is kept beside it: a start costs half. A folder that cannot be written is no failure.
if (import.meta.url.endsWith('.js')) enableCompileCache(join(dirname(fileURLToPath(import.meta.url)), 'compiled'));

if (isMainThread) await runMain();
else if (parentPort !== null) {
  const { answerStoreThread, isStoreTask } = await import('@assay/store');
  if (isStoreTask(workerData)) await answerStoreThread(parentPort, workerData);
}

/** The command line, to the end of the process. */
async function runMain(): Promise<void> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // The first asks everything to stop and clean up, the second does not wait for it.
      if (stop.signal.aborted) process.exit(1);
      stop.abort(new Error(`stopped by ${signal}`));
    });
  }
  const { runHere } = await import('./compose.ts');
  process.exitCode = await runHere(process.argv.slice(2), process.env, stop.signal);
  // Sockets kept alive and a standard input nobody ends must not hold the answer back.
  process.exit();
}
