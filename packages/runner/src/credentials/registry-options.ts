import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RegistryOptions } from '@assay/oci';
import { unwritable, writeWhole } from '../file-system.ts';
import type { StepSettings } from '../settings.ts';
import type { StepLog } from '../world.ts';
import { parsePem } from '../write-certs.ts';
import { mergeDockerConfigs, printDockerConfig, readFolder } from './docker-config.ts';

/**
 * How the publisher reaches registries. Folders of credentials, where the pod names any, are the publisher's own and the only ones used:
 * in a pod shared with the scanner, the rest is the scanner's. Throws CERTIFICATES_INVALID, OUTPUT_UNWRITABLE.
 */
export async function registryOptions(settings: StepSettings, scratch: string, log: StepLog): Promise<RegistryOptions> {
  const { trustedCerts, insecureRegistries, proxy, userAgent } = settings;
  return {
    ...(await credentialsOf(settings, scratch, log)),
    ...(trustedCerts.trim() === '' ? {} : { caPem: parsePem(trustedCerts).join('') }),
    insecureRegistries,
    proxy,
    userAgent,
  };
}

async function credentialsOf(settings: StepSettings, scratch: string, log: StepLog): Promise<RegistryOptions> {
  const { credentialFolders, helperFolder, home } = settings;
  if (credentialFolders.length === 0)
    return { authFiles: [join(helperFolder, 'config.json'), join(home, '.docker', 'config.json')] };
  const configs = (await Promise.all(credentialFolders.map((folder) => readFolder(folder, log)))).flat();
  const folder = join(scratch, 'credentials');
  await mkdir(folder, { mode: 0o700 }).catch((cause: unknown) => {
    throw unwritable(folder, cause);
  });
  await writeWhole(join(folder, 'config.json'), printDockerConfig(mergeDockerConfigs(configs)), 0o600);
  return { dockerConfigDir: folder };
}
