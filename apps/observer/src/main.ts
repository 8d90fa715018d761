import { isMainThread, parentPort, workerData } from 'node:worker_threads';

if (isMainThread) {
  const { observeHere } = await import('./observe-here.ts');
  process.exitCode = await observeHere(process.env, new URL(import.meta.url));
  process.exit();
} else if (parentPort !== null) {
  const { answerReport } = await import('@assay/observer');
  await answerReport(parentPort, workerData);
}
