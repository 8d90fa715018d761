import { AssayError } from '@assay/contract';
import { UndiciTransport } from '../transport/undici-transport.ts';
import type { Cluster, ClusterOptions } from './cluster.ts';
import { keepFresh, noCredentials, type ReadCredentials } from './credentials.ts';
import { kubeconfigCredentials, loadKubeconfig, serverOf } from './kubeconfig.ts';
import {
  hasServiceAccount,
  serviceAccountCredentials,
  serviceAccountFolder,
  serviceAccountNamespace,
} from './service-account.ts';

/**
 * Reads how to reach a cluster: `server`, else the kubeconfig files, else the service account of this pod, else what kubectl would take (`~/.kube/config`).
 * Nothing is asked of the server yet. Throws KUBE_CONFIG_INVALID.
 */
export async function readCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const { server, namespace, credentials } = await find(options);
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
  readonly credentials: ReadCredentials;
}

async function find(options: ClusterOptions): Promise<Found> {
  if (options.server !== undefined) {
    const none = Promise.resolve(noCredentials);
    return { server: serverUrl(options.server), namespace: 'default', credentials: () => none };
  }
  const folder = options.serviceAccountFolder ?? serviceAccountFolder;
  const wantsFiles = options.kubeconfig !== undefined || options.context !== undefined;
  return !wantsFiles && (await hasServiceAccount(folder)) ? inCluster(folder, options) : fromKubeconfig(options);
}

async function inCluster(folder: string, options: ClusterOptions): Promise<Found> {
  const { host = 'kubernetes.default.svc', port = '443' } = options.service ?? {};
  const name = host.includes(':') ? `[${host}]` : host;
  const credentials = keepFresh(() => serviceAccountCredentials(folder), Date.now);
  await credentials(false);
  return {
    server: serverUrl(`https://${name}:${port}`),
    namespace: (await serviceAccountNamespace(folder)) ?? 'default',
    credentials,
  };
}

async function fromKubeconfig(options: ClusterOptions): Promise<Found> {
  let config = await loadKubeconfig(options);
  const credentials = keepFresh(async (renew) => {
    if (renew) config = await loadKubeconfig(options);
    return kubeconfigCredentials(config);
  }, Date.now);
  const namespace = config.getContextObject(config.getCurrentContext())?.namespace;
  return { server: serverUrl(serverOf(config)), namespace: namespace || 'default', credentials };
}

function serverUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new AssayError('KUBE_CONFIG_INVALID', `the server ${JSON.stringify(text)} is not an http or https URL`);
  return url;
}
