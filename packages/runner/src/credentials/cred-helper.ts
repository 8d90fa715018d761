import { join } from 'node:path';
import { AssayError } from '@assay/contract';
import { parseReference } from '@assay/oci';
import { writeWhole } from '../file-system.ts';
import type { StepSettings } from '../settings.ts';
import type { StepWorld } from '../world.ts';
import {
  configOf,
  type DockerConfig,
  foldersBelow,
  hostsOf,
  mergeDockerConfigs,
  printDockerConfig,
  readConfigFile,
  readFolder,
} from './docker-config.ts';
import { keychains } from './keychains/index.ts';
import type { Keychain, RegistryLogin } from './keychains/keychain.ts';

/**
 * Writes the one docker config that the scanner reads: what the user gave first, then what the active keychains know about registries
 * the user gave nothing for. A keychain that fails is said and no failure: the image may be public. Source: the Scan 2.0 contract,
 * "Mounts" and open question 18. Throws OUTPUT_UNWRITABLE.
 */
export async function helpWithCredentials(settings: StepSettings, world: StepWorld): Promise<void> {
  const given = mergeDockerConfigs(await readGiven(settings, world));
  const logins = await askKeychains(settings, new Set(hostsOf(given)), world);
  const merged = mergeDockerConfigs([given, ...logins.map(configOf)]);
  await writeWhole(join(settings.helperFolder, 'config.json'), printDockerConfig(merged), 0o600);
  world.log.info('credentials are in place', {
    registries: hostsOf(merged),
    keychains: settings.keychains,
    fromKeychains: logins.map(({ host }) => host),
  });
}

/** Everything the user gave, the most particular first. */
async function readGiven(settings: StepSettings, { log }: StepWorld): Promise<readonly DockerConfig[]> {
  const { credentialFolders, home, tektonCredentials, tektonSecrets } = settings;
  const configs: DockerConfig[] = [];
  for (const folder of credentialFolders) configs.push(...(await readFolder(folder, log)));
  for (const folder of [home, tektonCredentials]) {
    const config = await readConfigFile(join(folder, '.docker', 'config.json'), log);
    if (config !== undefined) configs.push(config);
  }
  for (const path of await foldersBelow(tektonSecrets)) configs.push(...(await readFolder({ path }, log)));
  return configs;
}

async function askKeychains(
  settings: StepSettings,
  given: ReadonlySet<string>,
  world: StepWorld,
): Promise<readonly RegistryLogin[]> {
  const wanted = [...settings.registries, ...[settings.image, settings.location].flatMap(registryOf)];
  const asked = keychains
    .filter(({ name }) => settings.keychains.includes(name))
    .flatMap((keychain) =>
      [...new Set([...keychain.usualHosts, ...wanted.filter((host) => keychain.serves(host))])]
        .filter((host) => !given.has(host))
        .map((host) => ask(keychain, host, settings, world)),
    );
  return (await Promise.all(asked)).flat();
}

async function ask(
  keychain: Keychain,
  host: string,
  { cloud }: StepSettings,
  { fetch, signal, now, sleep, log }: StepWorld,
): Promise<readonly RegistryLogin[]> {
  try {
    return [await keychain.logIn(host, { fetch, signal, now, sleep, cloud })];
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    log.warn('a keychain gives no credentials', { keychain: keychain.name, registry: host, why: error.detail });
    return [];
  }
}

function registryOf(reference: string): readonly string[] {
  if (reference === '') return [];
  try {
    return [parseReference(reference).registry];
  } catch {
    // Who needs the reference itself will say what is wrong with it.
    return [];
  }
}
