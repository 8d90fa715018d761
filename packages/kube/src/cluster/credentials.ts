import { createHash } from 'node:crypto';

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
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsMaterial;
  /** URL of an HTTP proxy. */
  readonly proxy: string | undefined;
  /** Changes when connections must be made anew. */
  readonly fingerprint: string;
}

/** Gives the credentials of now. With `renew`, nothing that was kept is used: the server refused it. */
export type ReadCredentials = (renew: boolean) => Promise<Credentials>;

/** For servers that ask for none. */
export const noCredentials: Credentials = credentialsFrom({}, {}, undefined);

/** Credentials with their fingerprint. A new token needs no new connection, a new certificate does. */
export function credentialsFrom(
  headers: Credentials['headers'],
  tls: TlsMaterial,
  proxy: string | undefined,
): Credentials {
  const hash = createHash('sha256');
  for (const part of [tls.ca, tls.cert, tls.key, tls.servername, String(tls.rejectUnauthorized), proxy]) {
    hash.update(part ?? '').update('\0');
  }
  return { headers, tls, proxy, fingerprint: hash.digest('hex') };
}

/** Credentials are asked for again after this: short, for files change and tokens expire; asking is cheap while nothing did. Milliseconds. */
const freshMs = 10_000;

/** Keeps credentials for a short while; calls at the same time share one reading. A failure is not kept. */
export function keepFresh(read: ReadCredentials, now: () => number): ReadCredentials {
  let kept: { readonly until: number; readonly credentials: Promise<Credentials> } | undefined;
  return (renew) => {
    if (!renew && kept !== undefined && now() < kept.until) return kept.credentials;
    const mine = { until: now() + freshMs, credentials: read(renew) };
    kept = mine;
    mine.credentials.catch(() => {
      if (kept === mine) kept = undefined;
    });
    return mine.credentials;
  };
}

/** The first line of what a plug-in or file system said. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split('\n', 1)[0]?.slice(0, 300) ?? '';
}
