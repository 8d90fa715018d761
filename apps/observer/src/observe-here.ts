import { AssayError } from '@assay/contract';
import { type Log, runObserver } from './compose.ts';
import { type Environment, readConfig } from './config.ts';

/** Runs the observer with this process's signals and standard output, to the exit code. `program` is this app's entry. */
export async function observeHere(env: Environment, program: URL): Promise<number> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
  let isDebug = false;
  const say = (line: Readonly<Record<string, unknown>>): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
  const log: Log = (level, message, facts = {}) => {
    if (level !== 'debug' || isDebug) say({ level, ts: new Date().toISOString(), msg: message, ...facts });
  };
  try {
    const config = readConfig(env);
    isDebug = config.isDebug;
    await runObserver(config, log, stop.signal, program);
    log('info', 'Stopped');
    return 0;
  } catch (error) {
    if (stop.signal.aborted) {
      log('info', 'Stopped');
      return 0;
    }
    const facts =
      error instanceof AssayError
        ? { code: error.code, why: error.detail, hint: error.hint }
        : { code: 'INTERNAL', why: String(error) };
    say({ level: 'error', ts: new Date().toISOString(), msg: 'Cannot go on', ...facts });
    return 1;
  }
}
