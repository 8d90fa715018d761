// The threads of a store in tests: the database, and the reading of documents.
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { answerStoreThread, isStoreTask } from '@assay/store';

if (!isMainThread && parentPort !== null && isStoreTask(workerData)) await answerStoreThread(parentPort, workerData);
