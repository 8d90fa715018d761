import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { AssayError, type ReadDocument, type Scanner, type ScanPlan, type ScanRequest } from '@assay/contract';
import type { Settings, Watch } from './settings.ts';

const maxReportBytes = 512 * 1024 * 1024;
const keptWords = 4096;

/**
 * Runs another scanner found on PATH and reads what it wrote: the same contract as in a cluster, with a process in place of a pod.
 * Throws SCANNER_NOT_FOUND, SCANNER_FAILED with its last words, REPORT_UNREADABLE, LIMIT_EXCEEDED.
 */
export async function runScanner(
  scanner: Scanner,
  request: ScanRequest,
  settings: Settings,
  watch: Watch,
): Promise<ReadDocument> {
  const plan = scanner.plan(request);
  const program = await findProgram(plan.program, settings.searchPath);
  if (program === undefined) throw new AssayError('SCANNER_NOT_FOUND', `there is no program ${plan.program} on PATH`);
  watch.progress({ what: `running ${scanner.id}` });
  const workspace = await mkdtemp(join(tmpdir(), 'assay-scan-'));
  try {
    const written = await runPlan(program, plan, workspace, settings, watch.signal);
    return await scanner.read(
      plan.reportFile === undefined ? written : await readReport(join(workspace, plan.reportFile), scanner.id),
    );
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
}

async function readReport(path: string, id: string): Promise<Uint8Array> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new AssayError('REPORT_UNREADABLE', `${id} wrote no report`);
  if (found.size > maxReportBytes)
    throw new AssayError(
      'LIMIT_EXCEEDED',
      `the report of ${id} has ${found.size} bytes, more than the limit of ${maxReportBytes}`,
    );
  return readFile(path);
}

async function findProgram(name: string, searchPath: string): Promise<string | undefined> {
  for (const folder of searchPath.split(delimiter)) {
    if (folder === '') continue;
    const path = join(folder, name);
    const isProgram = await access(path, constants.X_OK).then(
      async () => (await stat(path)).isFile(),
      () => false,
    );
    if (isProgram) return path;
  }
  return undefined;
}

/** The program's standard output. Its standard error is kept for the message, the end of it. */
function runPlan(
  program: string,
  plan: ScanPlan,
  workspace: string,
  settings: Settings,
  signal: AbortSignal,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...plan.args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...settings.childEnvironment, ASSAY_WORKSPACE: workspace, ...plan.env },
      signal,
      killSignal: 'SIGTERM',
    });
    const out: Buffer[] = [];
    let size = 0;
    let words = '';
    let refused: AssayError | undefined;
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxReportBytes) out.push(chunk);
      else if (refused === undefined) {
        refused = new AssayError(
          'LIMIT_EXCEEDED',
          `${plan.program} wrote more than the limit of ${maxReportBytes} bytes`,
        );
        child.kill();
      }
    });
    child.stderr.on('data', (chunk: Buffer) => {
      words = (words + chunk.toString('utf8')).slice(-keptWords);
    });
    child.on('error', (cause) => {
      reject(
        signal.aborted
          ? signal.reason
          : new AssayError('SCANNER_FAILED', `${plan.program} cannot be started`, { cause }),
      );
    });
    child.on('close', (code, killedBy) => {
      if (signal.aborted) reject(signal.reason);
      else if (refused !== undefined) reject(refused);
      else if (code !== null && plan.okExitCodes.includes(code)) resolve(Buffer.concat(out));
      else
        reject(
          new AssayError(
            'SCANNER_FAILED',
            `${plan.program} ended with ${killedBy ?? `code ${code}`}: ${lastWords(words)}`,
          ),
        );
    });
  });
}

/** The last line that says something, without colours. */
function lastWords(words: string): string {
  const lines = words
    .replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return (lines.at(-1) ?? 'it said nothing').slice(0, 500);
}
