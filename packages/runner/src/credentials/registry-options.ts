import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AssayError } from '@assay/contract';
import type { RegistryOptions } from '@assay/oci';
import { unwritable, writeWhole } from '../file-system.ts';
import type { StepSettings } from '../settings.ts';
import type { StepLog } from '../world.ts';
import { findTrusted } from '../write-certs.ts';
import { hostsOf, mergeDockerConfigs, printDockerConfig, readFolder } from './docker-config.ts';

/**
 * How the publisher reaches registries. Folders of credentials, where the pod names any, are the publisher's own and the only ones used;
 * else it is the config in the helper folder and nothing else: in a pod shared with the scanner, the rest is the scanner's.
 * Throws CREDENTIALS_UNUSABLE, CERTIFICATES_INVALID, OUTPUT_UNWRITABLE.
 */
export async function registryOptions(settings: StepSettings, scratch: string, log: StepLog): Promise<RegistryOptions> {
  const { insecureRegistries, proxy, userAgent } = settings;
  const caPem = await findTrusted(settings);
  const dockerConfigDir = await configFolder(settings, scratch, log);
  return { dockerConfigDir, ...(caPem === '' ? {} : { caPem }), insecureRegistries, proxy, userAgent };
}

async function configFolder(settings: StepSettings, scratch: string, log: StepLog): Promise<string> {
  const { credentialFolders, helperFolder } = settings;
  if (credentialFolders.length === 0) return helperFolder;
  const configs = (await Promise.all(credentialFolders.map((folder) => readFolder(folder, log)))).flat();
  const merged = mergeDockerConfigs(configs);
  if (hostsOf(merged).length === 0)
    throw new AssayError('CREDENTIALS_UNUSABLE', "none of the publisher's secrets holds credentials for registries");
  const folder = join(scratch, 'credentials');
  await mkdir(folder, { mode: 0o700 }).catch((cause: unknown) => {
    throw unwritable(folder, cause);
  });
  await writeWhole(join(folder, 'config.json'), printDockerConfig(merged), 0o600);
  return folder;
}
