import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { AssayError } from '@assay/contract';
import { parse } from 'yaml';

/** The environment as the process got it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Everything that can be set. deploy/base/observer/values.yaml documents the values. */
export interface ObserverConfig {
  readonly namespace: string;
  readonly podName: string;
  readonly kubeconfig?: string;
  readonly service: { readonly host?: string; readonly port?: string };
  readonly endpoint: string;
  readonly livenessPeriodMs: number;
  readonly resyncMs: number;
  readonly concurrentScans: number;
  readonly caPem?: string;
  readonly tokenFile?: string;
  readonly locationLabels: Readonly<Record<string, string>>;
  readonly insecureRegistries: readonly string[];
  readonly dockerConfigDir: string;
  /** Where files of results lie while they are on their way. */
  readonly scratch: string;
  readonly healthPort: number;
  readonly metricsPort: number;
  readonly isDebug: boolean;
}

const ownToken = '/var/run/secrets/kubernetes.io/serviceaccount/token';
const trustStore = '/truststore/ca.crt';

/** Reads the environment and the values file it names. The only reader of either. Throws OPTION_INVALID with the name of what is wrong. */
export function readConfig(env: Environment): ObserverConfig {
  const values = readValues(env.ASSAY_VALUES);
  const endpoint = text(values, 'cloudevent_handler.endpoint');
  if (!/^https?:\/\/[^\s]+$/.test(endpoint))
    throw invalid('cloudevent_handler.endpoint', 'a URL that begins with http:// or https://');
  const caPem = text(values, 'ca_cert_data') || readIfThere(trustStore);
  const usesToken = at(values, 'auth.kubernetes_service_accounts.enable') !== false;
  return {
    namespace: env.POD_NAMESPACE || 'amr-observer-system',
    podName: env.POD_NAME || 'amr-observer',
    ...(env.KUBECONFIG ? { kubeconfig: env.KUBECONFIG } : {}),
    service: {
      ...(env.KUBERNETES_SERVICE_HOST ? { host: env.KUBERNETES_SERVICE_HOST } : {}),
      ...(env.KUBERNETES_SERVICE_PORT ? { port: env.KUBERNETES_SERVICE_PORT } : {}),
    },
    endpoint,
    livenessPeriodMs: 1000 * number(values, 'cloudevent_handler.liveness_period_seconds', 10),
    resyncMs: duration(values, 'resync_period', '10h'),
    concurrentScans: number(values, 'max_concurrent_reconciles.image_vulnerability_scans', 1),
    ...(caPem === '' ? {} : { caPem }),
    ...(usesToken ? { tokenFile: env.ASSAY_TOKEN_FILE || ownToken } : {}),
    locationLabels: labels(values),
    insecureRegistries: (env.ASSAY_INSECURE_REGISTRIES ?? '').split(/[\s,]+/).filter((host) => host !== ''),
    dockerConfigDir: env.DOCKER_CONFIG || '/etc/assay/docker',
    scratch: env.TMPDIR || tmpdir(),
    healthPort: portOf(env, 'ASSAY_HEALTH_PORT', 8081),
    metricsPort: portOf(env, 'ASSAY_METRICS_PORT', 8080),
    isDebug: text(values, 'log_level').toUpperCase() === 'DEBUG',
  };
}

function portOf(env: Environment, name: string, fallback: number): number {
  const said = env[name] || String(fallback);
  const port = Number(said);
  if (!/^\d+$/.test(said) || port > 65_535) throw invalid(name, 'a port');
  return port;
}

function readValues(path: string | undefined): unknown {
  if (path === undefined || path === '') return {};
  try {
    return parse(readFileSync(path, 'utf8')) ?? {};
  } catch (cause) {
    throw new AssayError('OPTION_INVALID', `the values ${path} cannot be read`, {
      cause,
      hint: 'Correct the ConfigMap amr-observer-values.',
    });
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // the usual certificates are trusted in any case
  }
}

function at(values: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (inner, key) =>
        typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
          ? (inner as Readonly<Record<string, unknown>>)[key]
          : undefined,
      values,
    );
}

function text(values: unknown, path: string): string {
  const value = at(values, path) ?? '';
  if (typeof value === 'string') return value.trim();
  throw invalid(path, 'a text');
}

function number(values: unknown, path: string, usual: number): number {
  const value = at(values, path) ?? usual;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 1000) return value;
  throw invalid(path, 'a whole number from 1 to 1000');
}

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/** Go's form of a duration, whole units: `10h`, `90m`, `1h30m`. */
function duration(values: unknown, path: string, usual: string): number {
  const value = text(values, path) || usual;
  const parts = [...value.matchAll(/(\d+)([smh])/g)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== value)
    throw invalid(path, 'a duration such as 10h');
  return parts.reduce((sum, [, count, unit = 's']) => sum + Number(count) * (units[unit] ?? 0), 0);
}

/** `location` is YAML text with a list of labels. Source: spec/amr.md, observer values. */
function labels(values: unknown): Readonly<Record<string, string>> {
  const location = text(values, 'location');
  const listed = location === '' ? [] : (at(parse(location), 'labels') ?? []);
  if (!Array.isArray(listed)) throw invalid('location', 'YAML with labels: a list of key and value');
  return Object.fromEntries(listed.map((one: unknown) => [text(one, 'key'), text(one, 'value')]));
}

function invalid(path: string, wanted: string): AssayError {
  return new AssayError('OPTION_INVALID', `the value ${path} is not ${wanted}`, {
    hint: 'Correct the ConfigMap amr-observer-values.',
  });
}
