import { existsSync, readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { AssayError } from '@assay/contract';
import {
  findTrusted,
  type ReportReader,
  readInThread,
  readReportHere,
  runStep,
  type StepLog,
  type StepSettings,
  type StepWorld,
} from '@assay/runner';
import { type Environment, readSettings } from './config.ts';

/** Documents up to this many bytes are read in a few milliseconds; a thread would take longer to start. */
const shortDocument = 128 * 1024;

/** Runs one step with this process's own environment, to the exit code. `program` is this app's entry, which a second thread runs too. */
export async function runHere(
  words: readonly string[],
  env: Environment,
  signal: AbortSignal,
  program: URL,
): Promise<number> {
  if (words[0] === 'sleep') return sleepUntilStopped(signal);
  const log = jsonLog((line) => process.stdout.write(line));
  try {
    const settings = readSettings(env, findVersion(program));
    await trust(settings);
    return await runStep(words[0] ?? '', settings, makeWorld(log, signal, program));
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    log.error('the step cannot begin', { code: error.code, message: error.detail, hint: error.hint });
    return 1;
  }
}

/** The sidecar of the three-task engine: does nothing until Tekton stops it. */
function sleepUntilStopped(signal: AbortSignal): Promise<number> {
  return new Promise((resolve) => {
    const timer = setInterval(() => undefined, 2 ** 30);
    signal.addEventListener('abort', () => {
      clearInterval(timer);
      resolve(0);
    });
  });
}

function makeWorld(log: StepLog, signal: AbortSignal, program: URL): StepWorld {
  const readReport: ReportReader = async (task, stop) => {
    const { size } = await stat(task.path);
    return size <= shortDocument ? readReportHere(task, stop) : readInThread(program, task, stop);
  };
  return {
    log,
    signal,
    fetch: (url, init) => fetch(url, init),
    readReport,
    now: () => new Date(),
    sleep: async (milliseconds, stop) => {
      await delay(milliseconds, undefined, { signal: stop });
    },
  };
}

/** Log lines in JSON, with the time and a static message. */
function jsonLog(write: (line: string) => void): StepLog {
  const say =
    (level: string) =>
    (message: string, facts = {}) =>
      write(`${JSON.stringify({ time: new Date().toISOString(), level, msg: message, ...facts })}\n`);
  return { info: say('info'), warn: say('warn'), error: say('error'), line: (text) => write(`${text}\n`) };
}

/** Providers behind an authority of the user's own are trusted too. What is wrong with the certificates is for `write-certs` to say. */
async function trust(settings: StepSettings): Promise<void> {
  const pem = await findTrusted(settings).catch(() => '');
  if (pem === '') return;
  const { getCACertificates, setDefaultCACertificates } = await import('node:tls');
  setDefaultCACertificates([...getCACertificates('default'), pem]);
}

/** The bundle lies beside its package.json; unbuilt sources find the root's. */
function findVersion(program: URL): string {
  const here = dirname(fileURLToPath(program));
  const manifest = [join(here, 'package.json'), join(here, '../package.json')].find((path) => existsSync(path));
  const { version } = JSON.parse(manifest === undefined ? '{"version":"0"}' : readFileSync(manifest, 'utf8')) as {
    version: string;
  };
  return version;
}
