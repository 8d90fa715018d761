import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { InsightError } from '../world.ts';

/** Which store is asked. Source: spec/insight.md §2. */
export interface Target {
  readonly endpoint: string;
  /** Absolute path of a file of certificates to trust besides the system's. */
  readonly caCert?: string;
  readonly accessToken?: string;
}

/** Where the configuration lies. */
export function targetFile(home: string): string {
  return join(home, '.insight', 'config.yaml');
}

/** Checks an endpoint. Throws InsightError in the product's words. */
export function checkEndpoint(endpoint: string): string {
  if (!/^https?:\/\//.test(endpoint) || !URL.canParse(endpoint))
    throw new InsightError("endpoint require 'http://' or 'https://' prefix");
  const { username, password, search, hash } = new URL(endpoint);
  // An endpoint stands in errors and logs, so no secret may be in it.
  if (`${username}${password}${search}${hash}` !== '')
    throw new InsightError('endpoint takes no user, password, query or fragment');
  return endpoint.replace(/\/+$/, '');
}

/** Writes the configuration whole or not at all, for its owner alone: it may hold a token. */
export async function writeTarget(home: string, { endpoint, caCert, accessToken }: Target): Promise<string> {
  const path = targetFile(home);
  const text = stringify({
    endpoint: checkEndpoint(endpoint),
    ...(caCert === undefined ? {} : { 'ca-cert': resolve(caCert) }),
    ...(accessToken === undefined ? {} : { 'access-token': accessToken }),
  });
  const part = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(part, text, { mode: 0o600, flag: 'wx' });
    await rename(part, path);
  } catch (cause) {
    await rm(part, { force: true });
    throw new InsightError(`${path} cannot be written`, { cause });
  }
  return path;
}

/** Reads the configuration; `local` is taken when there is none. Throws InsightError when no target is set or the file is damaged. */
export async function readTarget(home: string, local?: Target): Promise<Target> {
  const path = targetFile(home);
  const text = await readText(path);
  if (text === undefined && local !== undefined) return local;
  if (text === undefined) throw new InsightError('no target is set: run "insight config set-target <endpoint>" first');
  const values = parsed(text, path);
  const endpoint = values.endpoint;
  if (typeof endpoint !== 'string')
    throw new InsightError(`${path} names no endpoint: run "insight config set-target <endpoint>"`);
  const { 'ca-cert': caCert, 'access-token': accessToken } = values;
  return {
    endpoint: checkEndpoint(endpoint),
    ...(typeof caCert === 'string' && caCert !== '' ? { caCert } : {}),
    ...(typeof accessToken === 'string' && accessToken !== '' ? { accessToken } : {}),
  };
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new InsightError(`${path} cannot be read`, { cause });
  }
}

function parsed(text: string, path: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = parse(text);
  } catch (cause) {
    throw new InsightError(`${path} is no YAML`, { cause });
  }
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
