import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { AssayError } from '@assay/contract';
import {
  type CredentialFolder,
  certsFile,
  isKeychainName,
  type KeychainName,
  keychainNames,
  stepVariables as names,
  type StepSettings,
  usualLimits,
} from '@assay/runner';

/** The environment as the process got it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Words that begin the names by which cloud providers tell a pod who it is. */
const cloudNames = /^(?:AWS|AZURE|GOOGLE|GCE|GITHUB)_[A-Z0-9_]+$/;

/**
 * Reads every setting there is: the only reader of the environment in this app. Names are in `stepVariables` of @assay/pipeline.
 * Throws OPTION_INVALID.
 */
export function readSettings(env: Environment, version: string): StepSettings {
  const workspace = '/workspace';
  return {
    workspace,
    owner: { uid: 65534, gid: 65534 },
    resultsPath: absolute(env, names.resultsPath) ?? `${workspace}/scan-results`,
    helperFolder: absolute(env, 'DOCKER_CONFIG') ?? '/cred-helper',
    home: absolute(env, 'HOME') ?? '/home/app-scanning',
    tektonCredentials: '/tekton/creds',
    tektonSecrets: '/tekton/creds-secrets',
    trustedCerts: env[names.trustedCerts] ?? '',
    trustedFiles: (env.SSL_CERT_DIR ?? '/cred-helper')
      .split(':')
      .filter(isAbsolute)
      .map((dir) => join(dir, certsFile)),
    keychains: list(env[names.keychains]).map(toKeychain),
    registries: list(env[names.registries]),
    credentialFolders: list(env[names.credentialFolders]).map(toFolder),
    cloud: Object.fromEntries(
      Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined && cloudNames.test(pair[0])),
    ),
    image: (env[names.image] ?? '').trim(),
    location: (env[names.location] ?? '').trim(),
    copyFrom: (env[names.copyFrom] ?? '').trim(),
    scannerName: (env[names.scannerName] ?? '').trim().slice(0, 200),
    attach: env[names.attach]?.toLowerCase() !== 'false',
    limits: {
      ...usualLimits,
      fileBytes: count(env, names.fileLimit) ?? usualLimits.fileBytes,
      totalBytes: count(env, names.totalLimit) ?? usualLimits.totalBytes,
    },
    insecureRegistries: list(env[names.insecureRegistries]),
    proxy: readProxy(env),
    scratch: absolute(env, 'TMPDIR') ?? tmpdir(),
    files: readFiles(env),
    userAgent: `assay/${version}`,
  };
}

function readFiles(env: Environment): StepSettings['files'] {
  const named = {
    scanResult: absolute(env, names.scanResultFile),
    scannedImage: absolute(env, names.scannedImageFile),
    reportCount: absolute(env, names.reportCountFile),
    ignoredCount: absolute(env, names.ignoredCountFile),
    failure: absolute(env, names.failureFile),
    termination: absolute(env, names.terminationFile) ?? '/tekton/termination',
  };
  return Object.fromEntries(Object.entries(named).filter(([, path]) => path !== undefined));
}

function readProxy(env: Environment): StepSettings['proxy'] {
  const httpProxy = env.HTTP_PROXY || env.http_proxy;
  const httpsProxy = env.HTTPS_PROXY || env.https_proxy;
  const noProxy = env.NO_PROXY || env.no_proxy;
  return { ...(httpProxy && { httpProxy }), ...(httpsProxy && { httpsProxy }), ...(noProxy && { noProxy }) };
}

function list(text: string | undefined): readonly string[] {
  return (text ?? '').split(/[\s,]+/).filter((part) => part !== '');
}

function toKeychain(name: string): KeychainName {
  if (isKeychainName(name)) return name;
  throw new AssayError('OPTION_INVALID', `${quote(name)} is no keychain; there are ${keychainNames.join(', ')}`);
}

function toFolder(text: string): CredentialFolder {
  const equals = text.indexOf('=');
  const path = text.slice(equals + 1);
  if (!isAbsolute(path))
    throw new AssayError(
      'OPTION_INVALID',
      `${names.credentialFolders} names ${quote(path)}, which is no absolute path`,
    );
  return equals < 0 ? { path } : { host: text.slice(0, equals), path };
}

/** A path; an empty value is no value. */
function absolute(env: Environment, name: string): string | undefined {
  const path = env[name];
  if (!path) return undefined;
  if (isAbsolute(path)) return path;
  throw new AssayError('OPTION_INVALID', `${name} is ${quote(path)}, which is no absolute path`);
}

function count(env: Environment, name: string): number | undefined {
  const text = env[name];
  if (!text) return undefined;
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new AssayError('OPTION_INVALID', `${name} is ${quote(text)}, which is no number of bytes`);
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
