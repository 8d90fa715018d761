// A thread of the policy engine in tests.
import { parentPort } from 'node:worker_threads';
import { answerQuestions } from '@assay/policy';

if (parentPort !== null) answerQuestions(parentPort);
