import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { AssayError } from '@assay/contract';
import { isObject, type JsonObject, member, parseObject } from '../document.ts';
import { readChunks } from '../read-chunks.ts';
import { readAll } from '../verified.ts';
import { askHelper } from './credential-helper.ts';
import type { CredentialOptions } from './options.ts';

/** What signs a person in. Never put into a message. */
export type Credentials =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** Exchanged for an access token at the token server. */
  | { readonly kind: 'identity'; readonly token: string }
  /** Sent to the registry as it is. */
  | { readonly kind: 'bearer'; readonly token: string };

export interface FoundCredentials {
  readonly credentials?: Credentials;
  /** Why a place could not be asked; said when the registry then refuses us. */
  readonly note?: string;
}

const fileLimit = 1024 * 1024;
const hubNames = ['docker.io', 'index.docker.io', 'registry-1.docker.io'];
/** The name under which `docker login` keeps Docker Hub. */
const hubServer = 'https://index.docker.io/v1/';

type FoundFile = { readonly config: JsonObject } | { readonly note: string } | undefined;

async function findFile(path: string): Promise<FoundFile> {
  // A pipe would block for ever without O_NONBLOCK.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => error);
  if (file instanceof Error) {
    const isMissing = 'code' in file && (file.code === 'ENOENT' || file.code === 'ENOTDIR');
    return isMissing ? undefined : { note: `${path} cannot be read` };
  }
  const handle = file as FileHandle; // open gives a handle or fails with an Error
  try {
    const { size } = await handle.stat();
    if (size > fileLimit) return { note: `${path} is longer than ${fileLimit} bytes` };
    const bytes = await readAll(readChunks(handle, { start: 0, length: size, name: path }), fileLimit);
    return { config: parseObject(bytes, path) };
  } catch (error) {
    // The cause may quote the file, which holds secrets: it is not passed on.
    return { note: error instanceof AssayError ? error.detail : `${path} cannot be read` };
  } finally {
    await handle.close();
  }
}

function namesOf(host: string): readonly string[] {
  return hubNames.includes(host) ? hubNames : [host];
}

/** A key of `auths`: a host, a URL as old Docker wrote it (`https://host/v1/`), or, in containers-auth.json(5), a host and part of a repository. */
function parseKey(key: string): { readonly host: string; readonly path: string } {
  const plain = key.replace(/^https?:\/\//, '');
  const slash = plain.indexOf('/');
  if (slash < 0) return { host: plain, path: '' };
  const path = plain.slice(slash + 1).replace(/\/+$/, '');
  const isUrl = plain !== key || path === 'v1' || path === 'v2';
  return { host: plain.slice(0, slash), path: isUrl ? '' : path };
}

/** How closely a key fits: the longest path wins; -1 when it is for something else. Hosts must be equal to the letter and the port. */
function fit(key: string, host: string, repository: string): number {
  const { host: keyHost, path } = parseKey(key);
  if (!namesOf(host).includes(keyHost)) return -1;
  if (path === '') return 0;
  return repository === path || repository.startsWith(`${path}/`) ? path.length : -1;
}

function decodeAuth(text: string): Credentials | undefined {
  const plain = Buffer.from(text, 'base64').toString('utf8');
  const colon = plain.indexOf(':');
  if (colon <= 0) return undefined;
  // Some writers end the password with NUL.
  return { kind: 'password', username: plain.slice(0, colon), password: plain.slice(colon + 1).replace(/\0+$/, '') };
}

function readEntry(entry: JsonObject): Credentials | undefined {
  const text = (key: string) => {
    const value = member(entry, key);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const registryToken = text('registrytoken');
  if (registryToken !== undefined) return { kind: 'bearer', token: registryToken };
  const identityToken = text('identitytoken');
  if (identityToken !== undefined) return { kind: 'identity', token: identityToken };
  const [username, password, auth] = [text('username'), text('password'), text('auth')];
  if (username !== undefined && password !== undefined) return { kind: 'password', username, password };
  return auth === undefined ? undefined : decodeAuth(auth);
}

function fromAuths(config: JsonObject, host: string, repository: string): Credentials | undefined {
  const auths = member(config, 'auths');
  if (!isObject(auths)) return undefined;
  let found: Credentials | undefined;
  let best = -1;
  for (const [key, entry] of Object.entries(auths)) {
    const now = fit(key, host, repository);
    const credentials = now > best && isObject(entry) ? readEntry(entry) : undefined;
    if (credentials !== undefined) [found, best] = [credentials, now];
  }
  return found;
}

function helperFor(config: JsonObject, host: string): string | undefined {
  const helpers = member(config, 'credHelpers');
  if (isObject(helpers)) {
    for (const [key, helper] of Object.entries(helpers)) {
      if (typeof helper === 'string' && helper !== '' && fit(key, host, '') === 0) return helper;
    }
  }
  const store = member(config, 'credsStore');
  return typeof store === 'string' && store !== '' ? store : undefined;
}

async function fromConfig(
  config: JsonObject,
  host: string,
  repository: string,
  path: string | undefined,
): Promise<FoundCredentials> {
  const helper = helperFor(config, host);
  let note: string | undefined;
  if (helper !== undefined) {
    const answer = await askHelper(helper, hubNames.includes(host) ? hubServer : host, path);
    if ('credentials' in answer) return answer;
    // A helper that is gone must not keep people from public images.
    if ('failed' in answer) note = answer.failed;
  }
  const credentials = fromAuths(config, host, repository);
  return { ...(credentials !== undefined && { credentials }), ...(note !== undefined && { note }) };
}

/** The credentials for a registry, by its exact host: containers' auth files first, then Docker's config. Missing files hold none; broken ones are noted. */
export async function findCredentials(
  options: CredentialOptions,
  host: string,
  repository: string,
): Promise<FoundCredentials> {
  const files = [...(options.authFiles ?? [])];
  if (options.dockerConfigDir !== undefined) files.push(join(options.dockerConfigDir, 'config.json'));
  const notes: string[] = [];
  for (const path of files) {
    const file = await findFile(path);
    if (file === undefined) continue;
    const found = 'note' in file ? file : await fromConfig(file.config, host, repository, options.credentialHelperPath);
    if ('credentials' in found) return found;
    if (found.note !== undefined) notes.push(found.note);
  }
  return notes.length === 0 ? {} : { note: notes.join('; ') };
}
