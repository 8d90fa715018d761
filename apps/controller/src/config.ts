import { readFileSync, statSync } from 'node:fs';
import { AssayError } from '@assay/contract';
import { type ControllerSettings, readValues } from '@assay/controller';
import { parse } from 'yaml';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What the deployment says of this process. */
export interface ProcessConfig {
  /** The pod's name; makes the identity of the lease. */
  readonly podName: string;
  readonly namespace: string;
  readonly valuesFile: string | undefined;
  readonly runnerImage: string;
  readonly insecureRegistries: readonly string[];
  readonly healthPort: number;
  readonly metricsPort: number;
  /** Outside a cluster. */
  readonly kubeconfig: string | undefined;
  readonly serviceHost: string | undefined;
  readonly servicePort: string | undefined;
}

/** The only reader of the environment. Throws VALUES_INVALID naming the variable. */
export function readConfig(env: Environment): ProcessConfig {
  const { ASSAY_RUNNER_IMAGE: runnerImage = '' } = env;
  if (runnerImage === '')
    throw new AssayError('VALUES_INVALID', 'ASSAY_RUNNER_IMAGE is not set: it names the image of our steps');
  return {
    podName: env.POD_NAME || env.HOSTNAME || 'controller',
    namespace: env.POD_NAMESPACE || 'app-scanning-system',
    valuesFile: env.ASSAY_VALUES || undefined,
    runnerImage,
    insecureRegistries: words(env.ASSAY_INSECURE_REGISTRIES),
    healthPort: portOf(env, 'ASSAY_HEALTH_PORT', 8081),
    metricsPort: portOf(env, 'ASSAY_METRICS_PORT', 8080),
    kubeconfig: env.KUBECONFIG || undefined,
    serviceHost: env.KUBERNETES_SERVICE_HOST || undefined,
    servicePort: env.KUBERNETES_SERVICE_PORT || undefined,
  };
}

const words = (text = ''): readonly string[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');

function portOf(env: Environment, name: string, fallback: number): number {
  const text = env[name] || String(fallback);
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new AssayError('VALUES_INVALID', `${name} is no port: ${text}`);
  return port;
}

/** Largest values file that is read, in bytes. A ConfigMap holds 1 MiB. */
const longestFile = 1024 * 1024;

/**
 * The values file, read again when it changes: the kubelet writes a changed ConfigMap into the pod. A change that is not valid is told and otherwise
 * ignored; the first one is thrown.
 */
export function watchValues(
  config: ProcessConfig,
  onInvalid: (error: unknown) => void,
): { current: () => ControllerSettings; look: () => void } {
  const { valuesFile, runnerImage, insecureRegistries } = config;
  const deployment = { runnerImage, insecureRegistries };
  let changedAt = 0;
  const read = (): ControllerSettings => {
    if (valuesFile === undefined) return readValues({}, deployment);
    const { mtimeMs, size } = statSync(valuesFile);
    changedAt = mtimeMs;
    if (size > longestFile) throw new AssayError('LIMIT_EXCEEDED', `${valuesFile} is larger than ${longestFile} bytes`);
    return readValues(parseValues(readFileSync(valuesFile, 'utf8')), deployment);
  };
  let settings = read();
  return {
    current: () => settings,
    look() {
      try {
        if (valuesFile !== undefined && statSync(valuesFile).mtimeMs !== changedAt) settings = read();
      } catch (error) {
        onInvalid(error);
      }
    },
  };
}

function parseValues(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100 }) ?? {};
  } catch (error) {
    throw new AssayError('VALUES_INVALID', 'the values are no YAML', { cause: error });
  }
}
