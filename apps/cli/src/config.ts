import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import type { Settings } from '@assay/local';

/** The environment as the process got it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What colours and widths depend on. */
export interface DisplayWishes {
  /** `NO_COLOR` and `FORCE_COLOR`; `undefined` lets the terminal decide. Source: no-color.org, force-color.org. */
  readonly color: boolean | undefined;
  readonly columns: number | undefined;
}

/** What the build wrote beside the program. */
export interface Installation {
  readonly version: string;
  readonly starterData: string;
}

/** Reads every setting there is. The only reader of the environment in this app. docs/reference/environment.md lists the names. */
export function readSettings(env: Environment, installed: Installation): Settings {
  return {
    home: findHome(env),
    ...(env.ASSAY_DB ? { data: env.ASSAY_DB } : {}),
    ...(env.ASSAY_DB_URL ? { dataUrl: env.ASSAY_DB_URL } : {}),
    ...(env.SSL_CERT_FILE ? { caFile: env.SSL_CERT_FILE } : {}),
    starterData: installed.starterData,
    registry: readRegistry(env, installed.version),
    searchPath: env.PATH ?? '',
    childEnvironment: Object.fromEntries(
      Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined),
    ),
    tool: { name: 'assay', version: installed.version },
  };
}

/** Who asks the store. Source: spec/insight.md §2. */
export function readStoreUser(env: Environment): { readonly userHome: string; readonly storeToken?: string } {
  const token = env.METADATA_STORE_ACCESS_TOKEN;
  return { userHome: env.HOME || homedir(), ...(token ? { storeToken: token } : {}) };
}

/** NO_COLOR wins over FORCE_COLOR; an empty value is no value. */
export function readDisplay(env: Environment): DisplayWishes {
  const columns = /^\d{1,4}$/.test(env.COLUMNS ?? '') ? Number(env.COLUMNS) : undefined;
  const color = env.NO_COLOR
    ? false
    : env.FORCE_COLOR
      ? env.FORCE_COLOR !== '0'
      : env.TERM === 'dumb'
        ? false
        : undefined;
  return { color, columns };
}

/** `ASSAY_HOME`, else the place the XDG base directory specification gives. */
function findHome(env: Environment): string {
  if (env.ASSAY_HOME) return resolve(env.ASSAY_HOME);
  // A relative XDG path is to be ignored, says the specification.
  if (env.XDG_DATA_HOME && isAbsolute(env.XDG_DATA_HOME)) return join(env.XDG_DATA_HOME, 'assay');
  return join(env.HOME || homedir(), '.local', 'share', 'assay');
}

function readRegistry(env: Environment, version: string): Settings['registry'] {
  const httpProxy = env.HTTP_PROXY || env.http_proxy;
  const httpsProxy = env.HTTPS_PROXY || env.https_proxy;
  const noProxy = env.NO_PROXY || env.no_proxy;
  const home = env.HOME || homedir();
  return {
    userAgent: `assay/${version}`,
    dockerConfigDir: env.DOCKER_CONFIG || join(home, '.docker'),
    authFiles: [
      ...(env.REGISTRY_AUTH_FILE ? [env.REGISTRY_AUTH_FILE] : []),
      ...(env.XDG_RUNTIME_DIR ? [join(env.XDG_RUNTIME_DIR, 'containers', 'auth.json')] : []),
      join(env.XDG_CONFIG_HOME || join(home, '.config'), 'containers', 'auth.json'),
    ],
    insecureRegistries: list(env.ASSAY_INSECURE_REGISTRIES),
    mirrors: readMirrors(env.ASSAY_REGISTRY_MIRRORS),
    proxy: {
      ...(httpProxy ? { httpProxy } : {}),
      ...(httpsProxy ? { httpsProxy } : {}),
      ...(noProxy ? { noProxy } : {}),
    },
  };
}

function list(text: string | undefined): readonly string[] {
  return (text ?? '').split(/[\s,]+/).filter((part) => part !== '');
}

/** `docker.io=mirror.example/hub,docker.io=other.example`: hosts to ask before the registry itself, in order. */
function readMirrors(text: string | undefined): ReadonlyMap<string, readonly string[]> {
  const mirrors = new Map<string, string[]>();
  for (const pair of list(text)) {
    const equals = pair.indexOf('=');
    if (equals <= 0) continue;
    const registry = pair.slice(0, equals);
    mirrors.set(registry, [...(mirrors.get(registry) ?? []), pair.slice(equals + 1)]);
  }
  return mirrors;
}
