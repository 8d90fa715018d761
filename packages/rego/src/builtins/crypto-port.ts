/** What the crypto and token built-ins need of the platform. The package's `./node` entry gives one over `node:crypto`. */
export interface CryptoPort {
  /** Digest of `bytes`. */
  hash(algorithm: 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512', bytes: Uint8Array): Uint8Array;
  /** Keyed digest of `bytes`. */
  hmac(algorithm: 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512', key: Uint8Array, bytes: Uint8Array): Uint8Array;
}
