// Runs every test of this repository, but for those that need a cluster (npm run e2e), and ends with one plain line: "N passed, N failed".
//   npm test [-- vitest arguments]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './source-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'assay-tests-'));
const results = join(folder, 'results.json');
const projects = ['--project=unit', '--project=suite'];
const args = [
  'run',
  ...projects,
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${results}`,
  ...process.argv.slice(2),
];
const run = spawnSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), ...args], {
  cwd: root,
  stdio: 'inherit',
  env: process.stdout.isTTY ? process.env : { ...process.env, NO_COLOR: '1' },
});

interface Totals {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numFailedTestSuites: number;
  readonly success: boolean;
}

function readTotals(): Totals | undefined {
  try {
    return JSON.parse(readFileSync(results, 'utf8')) as Totals; // vitest's own shape; a missing file is a failed run
  } catch {
    return undefined;
  }
}

const totals = readTotals();
rmSync(folder, { recursive: true, force: true });
const ok = run.status === 0 && totals?.success === true;
// A suite that could not even be read has no failed test; it must not look like a success.
const failed = ok ? 0 : Math.max(1, totals?.numFailedTests ?? 1);
process.stdout.write(`\n${totals?.numPassedTests ?? 0} passed, ${failed} failed\n`);
process.exitCode = ok ? 0 : 1;
