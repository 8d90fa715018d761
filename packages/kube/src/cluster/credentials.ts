import { createHash } from 'node:crypto';
import { AssayError } from '@assay/contract';
import type { KubeConfig } from '@kubernetes/client-node';

/** What a TLS connection needs. */
export interface TlsMaterial {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** Who we are to the API server, now. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsMaterial;
  /** URL of an HTTP proxy. */
  readonly proxy: string | undefined;
  /** Changes when connections must be made anew. */
  readonly fingerprint: string;
}

/** Credentials are asked for again after this: short, for files may change and tokens expire; asking is cheap while nothing did. Milliseconds. */
const freshMs = 10_000;
/** A plug-in that asks a person or a network gets this long. Milliseconds. */
const pluginMs = 60_000;

/** Credentials out of a KubeConfig: files are read anew, plug-ins run when what they gave expires. */
export class CredentialSource {
  readonly #load: () => Promise<KubeConfig>;
  readonly #now: () => number;
  #config: Promise<KubeConfig> | undefined;
  #kept: { readonly until: number; readonly credentials: Promise<Credentials> } | undefined;

  constructor(load: () => Promise<KubeConfig>, now: () => number) {
    this.#load = load;
    this.#now = now;
  }

  config(): Promise<KubeConfig> {
    this.#config ??= this.#load();
    return this.#config;
  }

  /** The credentials of now. With `renew`, everything is read anew: the server refused what was kept. */
  read(renew: boolean): Promise<Credentials> {
    if (renew) {
      this.#config = undefined;
      this.#kept = undefined;
    }
    const kept = this.#kept;
    if (kept !== undefined && this.#now() < kept.until) return kept.credentials;
    const credentials = this.config().then(credentialsOf);
    this.#kept = { until: this.#now() + freshMs, credentials };
    credentials.catch(() => {
      this.#config = undefined;
      this.#kept = undefined;
    });
    return credentials;
  }
}

interface HttpsOptions extends TlsMaterial {
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly auth?: string;
}

async function credentialsOf(config: KubeConfig): Promise<Credentials> {
  const options: HttpsOptions = {};
  await withTime(config.applyToHTTPSOptions(options));
  const tls: TlsMaterial = {
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...(options.cert === undefined ? {} : { cert: options.cert }),
    ...(options.key === undefined ? {} : { key: options.key }),
    ...(options.servername === undefined ? {} : { servername: options.servername }),
    ...(options.rejectUnauthorized === undefined ? {} : { rejectUnauthorized: options.rejectUnauthorized }),
  };
  const proxy = config.getCurrentCluster()?.proxyUrl;
  return { headers: headersOf(options), tls, proxy, fingerprint: fingerprintOf(tls, proxy) };
}

/** Header values without the line feed that token files end with. */
function headersOf(options: HttpsOptions): Readonly<Record<string, string>> {
  const basic =
    options.auth === undefined ? {} : { authorization: `Basic ${Buffer.from(options.auth).toString('base64')}` };
  const given = Object.entries(options.headers ?? {}).map(([name, value]) => [
    name.toLowerCase(),
    String(value).trim(),
  ]);
  return { ...basic, ...Object.fromEntries(given) };
}

function fingerprintOf(tls: TlsMaterial, proxy: string | undefined): string {
  const hash = createHash('sha256');
  for (const part of [tls.ca, tls.cert, tls.key, tls.servername, String(tls.rejectUnauthorized), proxy]) {
    hash.update(part ?? '').update('\0');
  }
  return hash.digest('hex');
}

async function withTime(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new AssayError('KUBE_CONFIG_INVALID', `the credential plug-in gave nothing within ${pluginMs / 1000} s`),
        ),
      pluginMs,
    );
  });
  try {
    await Promise.race([work, late]);
  } catch (error) {
    if (error instanceof AssayError) throw error;
    throw new AssayError('KUBE_CONFIG_INVALID', `no credentials for the cluster: ${firstLine(error)}`, {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}

/** The first line of what a plug-in or file system said. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split('\n', 1)[0]?.slice(0, 300) ?? '';
}
