import { AssayError } from '@assay/contract';
import { type ImageVulnerabilityScan, isKubeError, type KubeClient, secrets, serviceAccounts } from '@assay/kube';
import type { RegistryOptions } from '@assay/oci';

/** How a scan's results may be read, or which right is missing. */
export type PullAccess = { readonly registry: RegistryOptions } | { readonly missingGrant: readonly string[] };

/** Username and password for the host of a reference, out of docker-registry secrets. */
type Logins = ReadonlyMap<string, { readonly username: string; readonly password: string }>;

/**
 * The credentials of the scan's publisher, where `get` on its secrets was granted; else the observer's own. A secret that may not be read is named,
 * so that whoever reads the event knows what to grant. Secrets are read one by one, never listed.
 */
export async function findPullAccess(
  client: KubeClient,
  scan: ImageVulnerabilityScan,
  host: string,
  own: RegistryOptions,
  signal: AbortSignal,
): Promise<PullAccess> {
  const namespace = scan.metadata.namespace ?? '';
  const name = scan.spec.serviceAccountNames?.publisher ?? 'default';
  const account = await client.get(serviceAccounts, { namespace, name }, { signal }).catch(forbidden);
  const names = [
    ...new Set([...(account?.secrets ?? []), ...(account?.imagePullSecrets ?? [])].flatMap((one) => one.name ?? [])),
  ];
  const refused: string[] = [];
  for (const secret of names) {
    const found = await client.get(secrets, { namespace, name: secret }, { signal }).catch((error: unknown) => {
      if (!isForbidden(error)) throw error;
      refused.push(secret);
      return undefined;
    });
    const login = readLogins(found?.data).get(hostKey(host));
    if (login !== undefined) return { registry: { ...own, credentials: login } };
  }
  return refused.length > 0 ? { missingGrant: refused } : { registry: own };
}

function forbidden(error: unknown): undefined {
  if (isForbidden(error)) return undefined;
  throw error;
}

function isForbidden(error: unknown): boolean {
  return isKubeError(error) && error.status === 403;
}

/** Source: Kubernetes, "Pull an Image from a Private Registry": `.dockerconfigjson`; docker's config.json, `auths`. */
function readLogins(data: Readonly<Record<string, string>> | undefined): Logins {
  const logins = new Map<string, { username: string; password: string }>();
  const encoded = data?.['.dockerconfigjson'];
  if (encoded === undefined) return logins;
  let config: unknown;
  try {
    config = JSON.parse(Buffer.from(encoded, 'base64').toString('utf8'));
  } catch (cause) {
    throw new AssayError('REGISTRY_DENIED', 'a granted pull secret is not a docker configuration', { cause });
  }
  const auths = typeof config === 'object' && config !== null && 'auths' in config ? config.auths : undefined;
  if (typeof auths !== 'object' || auths === null) return logins;
  for (const [host, entry] of Object.entries(auths)) {
    const login = readLogin(entry);
    if (login !== undefined) logins.set(hostKey(host), login);
  }
  return logins;
}

function readLogin(entry: unknown): { readonly username: string; readonly password: string } | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  if ('auth' in entry && typeof entry.auth === 'string' && entry.auth !== '') {
    const [username = '', ...rest] = Buffer.from(entry.auth, 'base64').toString('utf8').split(':');
    return { username, password: rest.join(':') };
  }
  const { username, password } = { username: '', password: '', ...entry };
  return username === '' ? undefined : { username: String(username), password: String(password) };
}

/** Docker Hub has three names. */
function hostKey(host: string): string {
  const bare = host.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  return bare === 'index.docker.io' || bare === 'registry-1.docker.io' ? 'docker.io' : bare;
}
