import { AssayError } from '@assay/contract';
import { type Log, runObserver } from './compose.ts';
import { readConfig } from './config.ts';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => stop.abort(new Error(`stopped by ${signal}`)));

let isDebug = false;
const log: Log = (level, message, facts = {}) => {
  if (level === 'debug' && !isDebug) return;
  process.stdout.write(`${JSON.stringify({ level, ts: new Date().toISOString(), msg: message, ...facts })}\n`);
};

try {
  const config = readConfig(process.env);
  isDebug = config.isDebug;
  await runObserver(config, log, stop.signal);
  log('info', 'Stopped');
} catch (error) {
  if (stop.signal.aborted) log('info', 'Stopped');
  else {
    const known = error instanceof AssayError;
    process.stdout.write(
      `${JSON.stringify({ level: 'error', ts: new Date().toISOString(), msg: 'Cannot go on', code: known ? error.code : 'INTERNAL', why: known ? error.detail : String(error), ...(known ? { hint: error.hint } : {}) })}\n`,
    );
    process.exitCode = 1;
  }
}
process.exit();
