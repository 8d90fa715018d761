import { spawnSync } from 'node:child_process';
import { root } from './cluster.ts';
import { deadPort, faultyPort } from './faulty-registry.ts';

type Environment = Readonly<Record<string, string>>;

/** Images of the tests, under `images-test` of the cluster's registry. */
const ofTests = ['assay-stub', 'assay-registry', 'assay-grype', 'assay-trivy', 'trivy-db'];

/** Pushes all images, installs the product, works, and takes the product away again. Throws where one of these fails. */
export async function withInstallation<T>(env: Environment, work: () => T | Promise<T>): Promise<T> {
  try {
    install(env);
    return await work();
  } finally {
    must(env, 'kubectl', 'delete', '-k', 'deploy/local', '--ignore-not-found', '--timeout=120s');
  }
}

function install(env: Environment): void {
  const { CLUSTER_REGISTRY: registry } = env;
  if (registry === undefined) throw new Error('../shared/cluster/up names no registry');
  const images = ['tools/images.ts', '--insecure', '--push'];
  const only = ofTests.flatMap((name) => ['--only', name]);
  must(env, process.execPath, ...images, `${registry}/images-test`, '--test-images', ...only);
  must(env, process.execPath, ...images, `${registry}/assay`);
  must(env, 'kubectl', 'apply', '-k', 'deploy/local');
  const controller = 'deployment/app-scanning-controller-manager';
  const [host] = registry.split(':');
  const plain = [registry, `${host}:${faultyPort}`, `${host}:${deadPort}`].join(',');
  must(env, 'kubectl', '-n', 'app-scanning-system', 'set', 'env', controller, `ASSAY_INSECURE_REGISTRIES=${plain}`);
  must(env, 'kubectl', '-n', 'app-scanning-system', 'rollout', 'status', controller, '--timeout=180s');
}

/** Runs a program to its end, its words on standard error. */
function must(env: Environment, program: string, ...args: string[]): void {
  const { status, signal } = spawnSync(program, args, { cwd: root, env, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status ?? signal}`);
}
