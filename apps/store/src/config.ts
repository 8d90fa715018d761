import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { AssayError } from '@assay/contract';
import type { DatabaseOptions } from '@assay/store';
import { type LogLevel, logLevels } from '@assay/store-api';
import { parse } from 'yaml';
import { tlsRules } from './tls-rules.ts';

/** The environment as the process got it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Everything that can be set. Keys of the values file are those of spec/store.md §8. */
export interface StoreConfig {
  readonly database: DatabaseOptions;
  /** For the log: never the password. */
  readonly databaseShown: { readonly connections: number };
  readonly host: string;
  readonly port: number;
  /** Where events are taken over plain HTTP, as the old handler's service did; absent takes them on the main port only. */
  readonly eventsPort?: number;
  /** Files of the certificate; absent is plain HTTP. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string; readonly rules: ReturnType<typeof tlsRules> };
  readonly kubernetes:
    | { readonly kubeconfig?: string; readonly service: { readonly host?: string; readonly port?: string } }
    | undefined;
  /** A file with a token that may write, where no cluster says who may. */
  readonly tokenFile?: string;
  readonly logLevel: LogLevel;
  readonly hostname: string;
  readonly maxDocumentBytes?: number;
}

/** Reads the environment and the values file it names. The only reader of either. Throws VALUES_INVALID with the name of what is wrong. */
export function readConfig(env: Environment, program: URL): StoreConfig {
  const values = readValues(env.ASSAY_VALUES);
  const connections = whole(values, 'db_max_open_conns', 10);
  const kubernetes = kubernetesOf(env);
  const tls = tlsOf(env, values);
  const eventsPort =
    env.ASSAY_EVENTS_PORT === undefined ? undefined : portOf('ASSAY_EVENTS_PORT', env.ASSAY_EVENTS_PORT);
  return {
    database: databaseOf(env, values, connections, program),
    databaseShown: { connections },
    host: text(values, 'auth_proxy_host') || '0.0.0.0',
    port: whole(values, 'auth_proxy_port', 8443),
    ...(eventsPort === undefined ? {} : { eventsPort }),
    ...(tls === undefined ? {} : { tls }),
    kubernetes,
    ...(env.ASSAY_TOKEN_FILE ? { tokenFile: env.ASSAY_TOKEN_FILE } : {}),
    logLevel: levelOf(text(values, 'log_level') || 'default'),
    hostname: env.POD_NAME || hostname(),
  };
}

/** `DATABASE_URL`, else the parts of the values, else the embedded database in `ASSAY_DATA`. */
function databaseOf(env: Environment, values: Values, connections: number, program: URL): DatabaseOptions {
  const caPem = text(values, 'db_ca_certificate');
  const shared = { is: 'postgresql', connections, ...(caPem === '' ? {} : { caPem }) } as const;
  if (env.DATABASE_URL) {
    if (!/^postgres(?:ql)?:\/\//.test(env.DATABASE_URL))
      throw invalid('DATABASE_URL', 'a URL that begins with postgres://');
    return { ...shared, url: env.DATABASE_URL };
  }
  const host = text(values, 'db_host');
  if (host !== '') {
    const [user, name] = [
      text(values, 'db_user') || 'metadata-store-user',
      text(values, 'db_name') || 'metadata-store',
    ];
    const password = env.DB_PASSWORD || text(values, 'db_password');
    const mode = text(values, 'db_sslmode') || 'verify-full';
    if (!['verify-full', 'verify-ca', 'disable'].includes(mode))
      throw invalid('db_sslmode', 'verify-full or verify-ca');
    const port = text(values, 'db_port') || '5432';
    const credentials = [user, ...(password === '' ? [] : [password])].map(encodeURIComponent).join(':');
    return { ...shared, url: `postgres://${credentials}@${host}:${port}/${encodeURIComponent(name)}?sslmode=${mode}` };
  }
  if (env.ASSAY_DATA) return { is: 'pglite', folder: env.ASSAY_DATA, program };
  throw invalid(
    'DATABASE_URL',
    'set: the address of a PostgreSQL, or ASSAY_DATA with a folder for the embedded database',
  );
}

/** In a cluster its own service account; elsewhere the file that KUBECONFIG names; else nobody is asked. */
function kubernetesOf(env: Environment): StoreConfig['kubernetes'] {
  if (env.KUBECONFIG) return { kubeconfig: env.KUBECONFIG, service: {} };
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  return host ? { service: { host, ...(port ? { port } : {}) } } : undefined;
}

/** Without certificates it does not start, unless plain HTTP is asked for by name. Source: spec/store.md §6. */
function tlsOf(env: Environment, values: Values): StoreConfig['tls'] {
  const { ASSAY_TLS_CERT_FILE: certFile, ASSAY_TLS_KEY_FILE: keyFile } = env;
  if (certFile && keyFile) {
    const rules = tlsRules(text(values, 'tls.server.minTLSVersion'), list(values, 'tls.server.rfcCiphers'));
    return { certFile, keyFile, rules };
  }
  if (env.ASSAY_PLAIN_HTTP === 'true') return undefined;
  throw invalid('ASSAY_TLS_CERT_FILE and ASSAY_TLS_KEY_FILE', 'set; ASSAY_PLAIN_HTTP=true serves without TLS');
}

function levelOf(word: string): LogLevel {
  const level = logLevels.find((each) => each === word);
  if (level === undefined) throw invalid('log_level', `one of ${logLevels.join(', ')}`);
  return level;
}

type Values = Readonly<Record<string, unknown>>;

function readValues(path: string | undefined): Values {
  if (!path) return {};
  try {
    const value: unknown = parse(readFileSync(path, 'utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch (cause) {
    throw new AssayError('VALUES_INVALID', `${path} cannot be read`, { cause });
  }
}

function at(values: Values, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, key)
          ? Object.entries(value).find(([name]) => name === key)?.[1]
          : undefined,
      values,
    );
}

/** A text; numbers and booleans are taken by their words, since the product's own values mix them. */
function text(values: Values, path: string): string {
  const value = at(values, path);
  if (value === undefined || value === null) return '';
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw invalid(path, 'a text');
}

function list(values: Values, path: string): readonly string[] {
  const value = at(values, path);
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
  throw invalid(path, 'a list of texts');
}

function whole(values: Values, path: string, usual: number): number {
  const word = text(values, path);
  return word === '' ? usual : portOf(path, word);
}

function portOf(name: string, word: string): number {
  const value = /^\d{1,5}$/.test(word) ? Number(word) : Number.NaN;
  if (value >= 0 && value <= 65_535) return value;
  throw invalid(name, 'a whole number up to 65535');
}

function invalid(name: string, wanted: string): AssayError {
  return new AssayError('VALUES_INVALID', `${name} is not ${wanted}`);
}
