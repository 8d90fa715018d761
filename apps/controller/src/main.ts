import { AssayError } from '@assay/contract';
import { type Log, runController } from './compose.ts';
import { readConfig } from './config.ts';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => stop.abort(new Error(`stopped by ${signal}`)));

const log: Log = (level, message, facts = {}) => {
  process.stdout.write(`${JSON.stringify({ level, ts: new Date().toISOString(), msg: message, ...facts })}\n`);
};

try {
  await runController(readConfig(process.env), log, stop.signal);
  log('info', 'Stopped');
} catch (error) {
  const known = error instanceof AssayError;
  log('warn', 'Cannot go on', {
    code: known ? error.code : 'INTERNAL',
    why: known ? error.detail : String(error),
    ...(known ? { hint: error.hint } : {}),
  });
  process.exitCode = 1;
}
process.exit();
