import { isMainThread, parentPort, workerData } from 'node:worker_threads';

if (isMainThread) {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // The first asks everything to stop and clean up, the second does not wait for it.
      if (stop.signal.aborted) process.exit(1);
      stop.abort(new Error(`stopped by ${signal}`));
    });
  }
  const { runHere } = await import('./compose.ts');
  process.exitCode = await runHere(process.argv.slice(2), process.env, stop.signal, new URL(import.meta.url));
  // Sockets kept alive must not hold the pod back.
  process.exit();
} else if (parentPort !== null) {
  const { answerReport } = await import('@assay/runner');
  await answerReport(parentPort, workerData);
}
