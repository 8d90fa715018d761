import { delimiter } from 'node:path';
import { AssayError } from '@assay/contract';
import type { KubeConfig } from '@kubernetes/client-node';
import { type Credentials, credentialsFrom, firstLine, type TlsMaterial } from './credentials.ts';

/** A plug-in that asks a person or a network gets this long. Milliseconds. */
const pluginMs = 60_000;

export interface KubeconfigOptions {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
}

/**
 * Reads kubeconfig files as kubectl does. The library is loaded here, late: it costs half a second and 80 MB, and who needs no cluster must not pay that.
 * Throws KUBE_CONFIG_INVALID.
 */
export async function loadKubeconfig(options: KubeconfigOptions): Promise<KubeConfig> {
  const { KubeConfig: Config } = await import('@kubernetes/client-node');
  const config = new Config();
  try {
    const files = (options.kubeconfig ?? '').split(delimiter).filter((file) => file !== '');
    if (files.length === 0) config.loadFromDefault();
    for (const [index, file] of files.entries()) {
      if (index === 0) config.loadFromFile(file);
      else mergeInto(config, file, new Config());
    }
  } catch (error) {
    throw new AssayError('KUBE_CONFIG_INVALID', `the kubeconfig cannot be read: ${firstLine(error)}`, { cause: error });
  }
  if (options.context !== undefined) {
    if (config.getContextObject(options.context) === null) {
      const detail = `there is no context ${JSON.stringify(options.context)}; there are: ${contextNames(config)}`;
      throw new AssayError('KUBE_CONFIG_INVALID', detail);
    }
    config.setCurrentContext(options.context);
  }
  allowPlainHttp(config);
  return config;
}

/** The URL of the current context's cluster. */
export function serverOf(config: KubeConfig): string {
  const cluster = config.getCurrentCluster();
  if (cluster?.server) {
    if (cluster.proxyUrl && !/^https?:/.test(cluster.proxyUrl))
      throw new AssayError('KUBE_CONFIG_INVALID', `the proxy ${cluster.proxyUrl} is not an http proxy`);
    return cluster.server;
  }
  const context = config.getCurrentContext();
  const what = context ? `the context ${JSON.stringify(context)} names no cluster` : 'no context is chosen';
  throw new AssayError('KUBE_CONFIG_INVALID', `${what}; there are: ${contextNames(config)}`);
}

interface HttpsOptions extends TlsMaterial {
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly auth?: string;
}

/** What the library would put on a request now: it reads files anew and runs plug-ins when what they gave has expired. */
export async function kubeconfigCredentials(config: KubeConfig): Promise<Credentials> {
  const options: HttpsOptions = {};
  await withTime(config.applyToHTTPSOptions(options));
  const { ca, cert, key, servername, rejectUnauthorized } = options;
  const tls: TlsMaterial = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(servername === undefined ? {} : { servername }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
  };
  return credentialsFrom(headersOf(options), tls, config.getCurrentCluster()?.proxyUrl ?? undefined);
}

/** The first file wins, as kubectl merges; the library's own merge refuses a name that is in both. */
function mergeInto(config: KubeConfig, file: string, more: KubeConfig): void {
  more.loadFromFile(file);
  const names = (all: readonly { readonly name: string }[]): ReadonlySet<string> => new Set(all.map((one) => one.name));
  const [clusters, users, contexts] = [names(config.clusters), names(config.users), names(config.contexts)];
  config.loadFromOptions({
    clusters: [...config.clusters, ...more.clusters.filter((one) => !clusters.has(one.name))],
    users: [...config.users, ...more.users.filter((one) => !users.has(one.name))],
    contexts: [...config.contexts, ...more.contexts.filter((one) => !contexts.has(one.name))],
    currentContext: config.currentContext || more.currentContext,
  });
}

/** The library refuses plain http (kubectl proxy) unless certificates are not checked; over http there is none to check. */
function allowPlainHttp(config: KubeConfig): void {
  config.clusters = config.clusters.map((one) =>
    one.server?.startsWith('http://') ? { ...one, skipTLSVerify: true } : one,
  );
}

function contextNames(config: KubeConfig): string {
  return (
    config
      .getContexts()
      .map((one) => one.name)
      .join(', ') || 'none'
  );
}

/** Header values without the line feed that token files end with. */
function headersOf(options: HttpsOptions): Readonly<Record<string, string>> {
  const basic =
    options.auth === undefined ? {} : { authorization: `Basic ${Buffer.from(options.auth).toString('base64')}` };
  const given = Object.entries(options.headers ?? {}).map(([name, value]) => [
    name.toLowerCase(),
    String(value).trim(),
  ]);
  return { ...basic, ...Object.fromEntries(given) };
}

async function withTime(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const detail = `the credential plug-in gave nothing within ${pluginMs / 1000} s`;
    timer = setTimeout(() => reject(new AssayError('KUBE_CONFIG_INVALID', detail)), pluginMs);
  });
  try {
    await Promise.race([work, late]);
  } catch (error) {
    if (error instanceof AssayError) throw error;
    throw new AssayError('KUBE_CONFIG_INVALID', `no credentials for the cluster: ${firstLine(error)}`, {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}
