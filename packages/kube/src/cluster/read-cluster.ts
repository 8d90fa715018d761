import { readFile } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { AssayError } from '@assay/contract';
import type { KubeConfig } from '@kubernetes/client-node';
import { UndiciTransport } from '../transport/undici-transport.ts';
import type { Cluster, ClusterOptions } from './cluster.ts';
import { CredentialSource, type Credentials, firstLine } from './credentials.ts';

/** Where a pod finds its namespace. Source: Kubernetes documentation, "Accessing the Kubernetes API from a Pod". */
const namespaceFile = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

const noCredentials: Credentials = { headers: {}, tls: {}, proxy: undefined, fingerprint: '' };

/**
 * Reads how to reach a cluster, in the order of kubectl: `server`, the kubeconfig files, this user's `~/.kube/config`, the pod's service account.
 * Nothing is asked of the server yet. Throws KUBE_CONFIG_INVALID.
 */
export async function readCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const { server, namespace, credentials } =
    options.server === undefined ? await fromConfig(options) : fromServer(options.server);
  const transport = new UndiciTransport({
    server,
    credentials,
    userAgent: options.userAgent ?? 'assay',
    connectMs: options.timeouts?.connect ?? 10_000,
    requestMs: options.timeouts?.request ?? 30_000,
    streamStartMs: options.timeouts?.streamStart ?? 30_000,
  });
  return { server: server.href.replace(/\/$/, ''), namespace, transport, close: () => transport.close() };
}

interface Found {
  readonly server: URL;
  readonly namespace: string;
  readonly credentials: (renew: boolean) => Promise<Credentials>;
}

function fromServer(server: string): Found {
  return { server: serverUrl(server), namespace: 'default', credentials: () => Promise.resolve(noCredentials) };
}

async function fromConfig(options: ClusterOptions): Promise<Found> {
  const source = new CredentialSource(() => loadConfig(options), Date.now);
  const config = await source.config();
  const cluster = config.getCurrentCluster();
  if (cluster === null || !cluster.server) {
    const context = config.getCurrentContext();
    const what = context ? `the context ${JSON.stringify(context)} names no cluster` : 'no context is chosen';
    throw new AssayError('KUBE_CONFIG_INVALID', `${what}; there are: ${contextNames(config)}`);
  }
  if (cluster.proxyUrl !== undefined && !/^https?:/.test(cluster.proxyUrl ?? 'http:')) {
    throw new AssayError('KUBE_CONFIG_INVALID', `the proxy ${cluster.proxyUrl} is not an http proxy`);
  }
  const namespace = config.getContextObject(config.getCurrentContext())?.namespace ?? (await podNamespace(config));
  return {
    server: serverUrl(cluster.server),
    namespace: namespace || 'default',
    credentials: (renew) => source.read(renew),
  };
}

/** The library is loaded late: it costs half a second and 70 MB, and commands without a cluster must not pay that. */
async function loadConfig(options: ClusterOptions): Promise<KubeConfig> {
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
    if (config.getContextObject(options.context) === null)
      throw new AssayError(
        'KUBE_CONFIG_INVALID',
        `there is no context ${JSON.stringify(options.context)}; there are: ${contextNames(config)}`,
      );
    config.setCurrentContext(options.context);
  }
  allowPlainHttp(config);
  return config;
}

/** The first file wins, as kubectl merges; the library's own merge refuses a name that is in both. */
function mergeInto(config: KubeConfig, file: string, more: KubeConfig): void {
  more.loadFromFile(file);
  const names = <T extends { readonly name: string }>(all: readonly T[]): ReadonlySet<string> =>
    new Set(all.map((one) => one.name));
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

async function podNamespace(config: KubeConfig): Promise<string | undefined> {
  if (config.getCurrentUser()?.authProvider?.name !== 'tokenFile') return undefined;
  return readFile(namespaceFile, 'utf8').then(
    (text) => text.trim(),
    () => undefined,
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

function serverUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new AssayError('KUBE_CONFIG_INVALID', `the server ${JSON.stringify(text)} is not an http or https URL`);
  return url;
}
