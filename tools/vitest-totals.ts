import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './source-files.ts';

/** What a run of vitest came to. */
export interface Totals {
  readonly passed: number;
  /** At least 1 where the run failed, though no test did: a suite that cannot be read must not look like a success. */
  readonly failed: number;
}

/** Runs vitest over some projects, its words for people on this process's output, and counts. `args` are vitest's own. */
export function runVitest(projects: readonly string[], args: readonly string[], env = process.env): Totals {
  const folder = mkdtempSync(join(tmpdir(), 'assay-tests-'));
  const results = join(folder, 'results.json');
  try {
    const words = [
      'run',
      ...projects.map((project) => `--project=${project}`),
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${results}`,
      ...args,
    ];
    const run = spawnSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), ...words], {
      cwd: root,
      stdio: 'inherit',
      env: process.stdout.isTTY ? env : { ...env, NO_COLOR: '1' },
    });
    return count(run.status === 0, readResults(results));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The one plain line a run ends with, and the exit code that goes with it. */
export function tellTotals({ passed, failed }: Totals): void {
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}

interface Results {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly success: boolean;
}

function readResults(file: string): Results | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Results; // vitest's own shape
  } catch {
    return undefined; // a missing file is a failed run
  }
}

function count(endedWell: boolean, results: Results | undefined): Totals {
  const passed = results?.numPassedTests ?? 0;
  if (endedWell && results?.success === true && passed > 0) return { passed, failed: 0 };
  return { passed, failed: Math.max(1, results?.numFailedTests ?? 1) };
}
