import type { Digest } from '@assay/contract';
import type { Descriptor, ReferrerSource } from '../content-source.ts';

/** Time as the client sees it; tests bring their own. Milliseconds. */
export interface Clock {
  now(): number;
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** Where credentials are looked for. Nothing is read from the environment here; apps pass what they found. */
export interface CredentialOptions {
  /** Used as they are, for the reference's own registry only; nothing else is then looked up. */
  readonly credentials?: { readonly username: string; readonly password: string };
  /** Folder of Docker's `config.json`: `$DOCKER_CONFIG`, else `~/.docker`. */
  readonly dockerConfigDir?: string;
  /** Files in the format of containers-auth.json(5), asked before Docker's: `$REGISTRY_AUTH_FILE`, `$XDG_RUNTIME_DIR/containers/auth.json`, `~/.config/containers/auth.json`. Missing ones are fine. */
  readonly authFiles?: readonly string[];
  /** Folders to search for `docker-credential-NAME`, separated as in PATH. The process's own PATH when absent. */
  readonly credentialHelperPath?: string;
}

export interface RegistryOptions extends CredentialOptions {
  /** Hosts (`name` or `name:port`) that may speak plain http or show a certificate nobody vouches for. Loopback hosts may always speak plain http. */
  readonly insecureRegistries?: readonly string[];
  /** For a registry (`docker.io`), hosts to ask first, in order; each may end with a path put before the repository. Reading only. */
  readonly mirrors?: ReadonlyMap<string, readonly string[]>;
  /** Certificates in PEM to trust besides the usual ones. */
  readonly caPem?: string;
  /** Proxies, as HTTP_PROXY, HTTPS_PROXY and NO_PROXY say them (networks such as 10.0.0.0/8 included). Loopback is never proxied. */
  readonly proxy?: { readonly httpProxy?: string; readonly httpsProxy?: string; readonly noProxy?: string };
  /** Attempts after the first. Default 3. */
  readonly retries?: number;
  /** Longest silence before an answer or between two parts of it, in milliseconds, while a retry remains. Default 8000. */
  readonly patienceMs?: number;
  /** The same for the last attempt. Default 1500. */
  readonly lastPatienceMs?: number;
  /** Longest time to connect, TLS included, in milliseconds; bounded by the patience of the attempt too. Default 5000. */
  readonly connectTimeoutMs?: number;
  /** Longest one document (manifest, token, list) may take with all its retries, in milliseconds. Default 60 000. */
  readonly deadlineMs?: number;
  /** The same for one blob. Default one hour. */
  readonly blobDeadlineMs?: number;
  readonly userAgent?: string;
  readonly clock?: Clock;
}

/** Content to push that can be read more than once, since a registry may ask again. */
export interface PushContent {
  readonly digest: Digest;
  readonly size: number;
  open(): AsyncIterable<Uint8Array>;
}

export interface PushBlobOptions {
  /** A repository of the same registry that has the blob: tried first, costs no transfer. */
  readonly mountFrom?: string;
  /** Sends parts of this many bytes instead of one piece. */
  readonly chunkBytes?: number;
  readonly signal?: AbortSignal;
}

/** One repository of a registry: read, written, listed. */
export interface RegistryRepository extends ReferrerSource {
  /** Whether the registry has the blob. */
  hasBlob(digest: Digest, signal?: AbortSignal): Promise<boolean>;
  /** Puts a blob, unless it is there. Says whether bytes were sent. */
  pushBlob(content: PushContent, options?: PushBlobOptions): Promise<'present' | 'mounted' | 'sent'>;
  /** Puts a manifest or index exactly as given, under its digest or a tag. One with a `subject` is listed among its referrers when this returns, whatever the registry knows of referrers. */
  pushManifest(
    bytes: Uint8Array,
    mediaType: string,
    options?: { readonly tag?: string; readonly signal?: AbortSignal },
  ): Promise<Descriptor>;
  deleteManifest(digest: Digest, signal?: AbortSignal): Promise<void>;
  /** The tags, in the registry's order. */
  tags(signal?: AbortSignal): AsyncIterable<string>;
}
