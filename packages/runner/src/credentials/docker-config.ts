import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../file-system.ts';
import type { CredentialFolder } from '../settings.ts';
import type { StepLog } from '../world.ts';
import type { RegistryLogin } from './keychains/keychain.ts';

/** One entry of `auths`: the members that sign in, as text. */
type AuthEntry = Readonly<Record<string, string>>;

/** What a docker config says about registries. Source: docker/cli, config file `config.json`. */
export interface DockerConfig {
  /** By the key as it was written. */
  readonly auths: ReadonlyMap<string, AuthEntry>;
  /** Names of helper programs by registry. */
  readonly credHelpers: ReadonlyMap<string, string>;
}

const members = ['auth', 'username', 'password', 'email', 'identitytoken', 'registrytoken'];
const fileLimit = 1024 * 1024;
const entryLimit = 10_000;

/** The registry a key of `auths` is for, so that `https://host/v1/` and `host` are one. */
export function hostOfKey(key: string): string {
  const plain = key.replace(/^https?:\/\//, '').replace(/\/(?:v[12]\/?)?$/, '');
  return ['index.docker.io', 'registry-1.docker.io'].includes(plain) ? 'docker.io' : plain;
}

/** Reads a docker config: `config.json`, `.dockerconfigjson`, or with `isOld` a `.dockercfg`, which is the list alone. Undefined when it is none. */
export function parseDockerConfig(text: string, isOld = false): DockerConfig | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The cause would quote the file, which holds secrets.
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const auths = isOld ? value : value.auths;
  const helpers = isOld ? undefined : value.credHelpers;
  return {
    auths: new Map(
      Object.entries(isObject(auths) ? auths : {})
        .slice(0, entryLimit)
        .flatMap(([key, entry]) => (isObject(entry) ? [[key, toEntry(entry)] as const] : []))
        .filter(([, entry]) => Object.keys(entry).length > 0),
    ),
    credHelpers: new Map(
      Object.entries(isObject(helpers) ? helpers : {}).filter(
        (pair): pair is [string, string] => typeof pair[1] === 'string',
      ),
    ),
  };
}

/** Clients want `auth`; some writers give name and password only. */
function toEntry(entry: Readonly<Record<string, unknown>>): AuthEntry {
  const kept = Object.fromEntries(
    members.flatMap((name) => {
      const value = Object.hasOwn(entry, name) ? entry[name] : undefined;
      return typeof value === 'string' && value !== '' ? [[name, value]] : [];
    }),
  );
  const { auth, username, password } = kept;
  if (auth !== undefined || username === undefined || password === undefined) return kept;
  return { ...kept, auth: toAuth(username, password) };
}

function toAuth(username: string, password: string): string {
  return Buffer.from(`${username}:${password}`).toString('base64');
}

/** A login as a config of one entry. */
export function configOf({ host, username, password }: RegistryLogin): DockerConfig {
  return { auths: new Map([[host, { auth: toAuth(username, password) }]]), credHelpers: new Map() };
}

/** One config of many: for each registry the first one that knows it wins. */
export function mergeDockerConfigs(configs: readonly DockerConfig[]): DockerConfig {
  const auths = new Map<string, AuthEntry>();
  const credHelpers = new Map<string, string>();
  const seen = new Set<string>();
  for (const config of configs) {
    const known = new Set(seen);
    for (const [key, entry] of config.auths) {
      const host = hostOfKey(key);
      // Two spellings within one config are its writer's business.
      if (known.has(host)) continue;
      seen.add(host);
      auths.set(key, entry);
    }
    for (const [key, helper] of config.credHelpers) {
      const host = hostOfKey(key);
      if (known.has(host)) continue;
      seen.add(host);
      credHelpers.set(key, helper);
    }
  }
  return { auths, credHelpers };
}

/** Registries a config signs in to, sorted. */
export function hostsOf({ auths, credHelpers }: DockerConfig): readonly string[] {
  return [...new Set([...auths.keys(), ...credHelpers.keys()].map(hostOfKey))].sort();
}

/** The config as text of a `config.json`. */
export function printDockerConfig({ auths, credHelpers }: DockerConfig): string {
  const helpers = credHelpers.size > 0 ? { credHelpers: Object.fromEntries(credHelpers) } : {};
  return `${JSON.stringify({ auths: Object.fromEntries(auths), ...helpers }, undefined, 2)}\n`;
}

/** The configs below a folder where Tekton or a volume lays a secret: any of the three spellings, and name with password where the host is known. */
export async function readFolder({ path, host }: CredentialFolder, log: StepLog): Promise<readonly DockerConfig[]> {
  const found: DockerConfig[] = [];
  for (const name of ['.dockerconfigjson', '.docker/config.json', 'config.json']) {
    const config = await readConfigFile(join(path, name), log);
    if (config !== undefined) found.push(config);
  }
  const old = await readConfigFile(join(path, '.dockercfg'), log, true);
  if (old !== undefined) found.push(old);
  if (host === undefined) return found;
  const [username, password] = [await readText(join(path, 'username')), await readText(join(path, 'password'))];
  if (username !== undefined && password !== undefined)
    found.push(configOf({ host, username: username.replace(/\r?\n$/, ''), password: password.replace(/\r?\n$/, '') }));
  return found;
}

/** A config file; undefined where there is none. One that cannot be read is said, without its content. */
export async function readConfigFile(path: string, log: StepLog, isOld = false): Promise<DockerConfig | undefined> {
  let text: string | undefined;
  try {
    text = await readText(path);
  } catch (error) {
    log.warn('a file of credentials cannot be read', { file: path, why: systemCode(error) || 'it is too long' });
    return undefined;
  }
  if (text === undefined) return undefined;
  const config = parseDockerConfig(text, isOld);
  if (config === undefined) log.warn('a file of credentials is not a docker config', { file: path });
  return config;
}

/** The names of folders below one, in order; none when it is not there. */
export async function foldersBelow(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .filter((entry) => !entry.name.startsWith('..'))
    .map((entry) => join(path, entry.name))
    .sort();
}

async function readText(path: string): Promise<string | undefined> {
  try {
    // Volumes of secrets are made of links, so links are followed; a pipe would block.
    const found = await lstat(path);
    if (!found.isFile() && !found.isSymbolicLink()) return undefined;
    if (found.size > fileLimit) throw new RangeError('too long');
    return await readFile(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error))) return undefined;
    throw error;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
