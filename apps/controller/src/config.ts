import { readFileSync } from 'node:fs';
import { AssayError } from '@assay/contract';
import { type ControllerSettings, readValues } from '@assay/controller';
import { parse } from 'yaml';

/** The environment as the process got it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Everything that can be set. deploy/base/controller/values.yaml documents the values. */
export interface ControllerConfig {
  readonly namespace: string;
  readonly podName: string;
  readonly kubeconfig?: string;
  readonly service: { readonly host?: string; readonly port?: string };
  readonly settings: ControllerSettings;
  readonly healthPort: number;
  readonly metricsPort: number;
}

/** Reads the environment and the values file it names. The only reader of either. Throws OPTION_INVALID, VALUES_INVALID. */
export function readConfig(env: Environment): ControllerConfig {
  const runnerImage = env.ASSAY_RUNNER_IMAGE ?? '';
  if (!/@sha256:[0-9a-f]{64}$/.test(runnerImage)) {
    throw new AssayError('OPTION_INVALID', 'ASSAY_RUNNER_IMAGE names no image by its digest', {
      hint: 'Install with the manifests that npm run images writes.',
    });
  }
  return {
    namespace: env.POD_NAMESPACE || 'app-scanning-system',
    podName: env.POD_NAME || 'app-scanning-controller-manager',
    ...(env.KUBECONFIG ? { kubeconfig: env.KUBECONFIG } : {}),
    service: {
      ...(env.KUBERNETES_SERVICE_HOST ? { host: env.KUBERNETES_SERVICE_HOST } : {}),
      ...(env.KUBERNETES_SERVICE_PORT ? { port: env.KUBERNETES_SERVICE_PORT } : {}),
    },
    settings: readValues(readDocument(env.ASSAY_VALUES), {
      runnerImage,
      insecureRegistries: (env.ASSAY_INSECURE_REGISTRIES ?? '').split(/[\s,]+/).filter((host) => host !== ''),
    }),
    healthPort: 8081,
    metricsPort: 8080,
  };
}

function readDocument(path: string | undefined): unknown {
  if (path === undefined || path === '') return {};
  try {
    return parse(readFileSync(path, 'utf8')) ?? {};
  } catch (cause) {
    throw new AssayError('OPTION_INVALID', `the values ${path} cannot be read`, {
      cause,
      hint: 'Correct the ConfigMap app-scanning-values.',
    });
  }
}
