import type { Fetch } from '../../world.ts';

/** Source: the Scan 2.0 contract, `spec.activeKeychains[]`. */
export const keychainNames = ['acr', 'ecr', 'gcr', 'ghcr'] as const;
export type KeychainName = (typeof keychainNames)[number];

/** Whether the text names a keychain. */
export function isKeychainName(text: string): text is KeychainName {
  return keychainNames.some((name) => name === text);
}

/** What a keychain may use. */
export interface KeychainWorld {
  readonly fetch: Fetch;
  readonly signal: AbortSignal;
  /** The pod's environment, as far as cloud providers speak there. */
  readonly cloud: Readonly<Record<string, string>>;
  now(): Date;
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** What signs in to one registry. Never put into a message. */
export interface RegistryLogin {
  readonly host: string;
  readonly username: string;
  readonly password: string;
}

/** One provider's way to exchange the pod's identity for registry logins. */
export interface Keychain {
  readonly name: KeychainName;
  /** Hosts it knows without being told. */
  readonly usualHosts: readonly string[];
  /** Whether a registry is one of this provider's. */
  serves(host: string): boolean;
  /** Signs in to a registry it serves. Throws KEYCHAIN_FAILED with a sentence that holds no secret. */
  logIn(host: string, world: KeychainWorld): Promise<RegistryLogin>;
}
