import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const root: string = dirname(dirname(fileURLToPath(import.meta.url)));

const shared = join(root, '../shared');
const up = join(shared, 'cluster/up');

/** What a program left. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A cluster with Tekton and our installation, its registry, and the real clients on the path. */
export interface Cluster {
  /** `host:port` of a plain http registry that pods and this machine reach by the same name. */
  readonly registry: string;
  /** Runs a program to its end and gives what it left, whatever its code. */
  run(program: string, args: readonly string[], input?: string): Promise<Outcome>;
  /** Runs a program that has to succeed and gives its words. Throws with its complaint. */
  ask(program: string, ...args: string[]): Promise<string>;
  /** `kubectl apply` of manifests that have to be taken. */
  apply(namespace: string, yaml: string): Promise<void>;
}

/** The environment of the cluster beside this checkout, and a path to kubectl, crane and oras. */
export function clusterEnvironment(): Readonly<Record<string, string>> {
  if (!existsSync(up)) throw new Error('the stories need the cluster of ../shared, which is not beside this checkout');
  const words = execFileSync('bash', ['-c', `out=$(bash ${up}) && eval "$out" && env -0`], { encoding: 'utf8' });
  const environment = Object.fromEntries(
    words
      .split('\0')
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const bin = execFileSync('bash', [join(shared, 'tools/install'), 'crane', 'oras'], { encoding: 'utf8' }).trim();
  return { ...environment, PATH: `${bin}:${environment.PATH}` };
}

/** Opens the cluster. Throws where there is none: a story never passes because nothing was there. */
export function openCluster(): Cluster {
  const env = clusterEnvironment();
  const registry = env.CLUSTER_REGISTRY;
  if (registry === undefined) throw new Error('../shared/cluster/up names no registry');
  const run = (program: string, args: readonly string[], input?: string) =>
    new Promise<Outcome>((resolve) => {
      const child = execFile(program, args, { cwd: root, env, maxBuffer: 1e8 }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, stdout, stderr }),
      );
      // A program that ends without reading its input breaks the pipe; its exit code says the rest.
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(input ?? '');
    });
  const must = async (program: string, args: readonly string[], input?: string) => {
    const { code, stdout, stderr } = await run(program, args, input);
    if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${stderr || stdout}`);
    return stdout.trim();
  };
  return {
    registry,
    run,
    ask: (program, ...args) => must(program, args),
    apply: async (namespace, yaml) => void (await must('kubectl', ['-n', namespace, 'apply', '-f', '-'], yaml)),
  };
}
