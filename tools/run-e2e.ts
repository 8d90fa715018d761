// Builds and pushes the images, installs the product on the cluster of ../shared, runs the stories of e2e/, takes the product away
// again, and ends with one plain line: "N passed, N failed".
//   npm run e2e [-- vitest arguments]
import { spawnSync } from 'node:child_process';
import { clusterEnvironment } from '../e2e/cluster.ts';
import { root } from './source-files.ts';
import { runVitest, tellTotals } from './vitest-totals.ts';

const env = clusterEnvironment();
const registry = env.CLUSTER_REGISTRY;
if (registry === undefined) throw new Error('../shared/cluster/up names no registry');

/** Runs a program to its end, its words on standard error. Throws where it fails: no story can be told then. */
function must(program: string, ...args: string[]): void {
  const { status, signal } = spawnSync(program, args, { cwd: root, env, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status ?? signal}`);
}

function prepare(): void {
  const images = ['tools/images.ts', '--insecure', '--push'];
  const ofTests = ['assay-stub', 'assay-registry', 'assay-grype', 'assay-trivy', 'trivy-db'];
  const only = ofTests.flatMap((name) => ['--only', name]);
  must(process.execPath, ...images, `${registry}/images-test`, '--test-images', ...only);
  must(process.execPath, ...images, `${registry}/assay`);
  must('kubectl', 'apply', '-k', 'deploy/local');
  const controller = 'deployment/app-scanning-controller-manager';
  must('kubectl', '-n', 'app-scanning-system', 'rollout', 'status', controller, '--timeout=180s');
}

try {
  prepare();
  tellTotals(runVitest(['e2e'], ['--no-file-parallelism', ...process.argv.slice(2)], env));
} finally {
  must('kubectl', 'delete', '-k', 'deploy/local', '--ignore-not-found', '--timeout=120s');
}
