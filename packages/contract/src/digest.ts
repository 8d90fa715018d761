import { AssayError } from './problem.ts';

declare const brand: unique symbol;

/** The content address of some bytes: `algorithm:hex`, lower case. Only `parseDigest` makes one. Source: OCI image-spec, descriptor.md "Digests". */
export type Digest = `${'sha256' | 'sha512'}:${string}` & { readonly [brand]: 'Digest' };

const pattern = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/** Whether the text is a digest this product can verify. */
export function isDigest(text: string): text is Digest {
  return pattern.test(text);
}

/** Reads a digest from outside. Throws DIGEST_INVALID. */
export function parseDigest(text: string): Digest {
  if (!isDigest(text)) throw new AssayError('DIGEST_INVALID', `not a digest: ${JSON.stringify(text.slice(0, 100))}`);
  return text;
}

/** The algorithm and the hex digits of a digest. */
export function digestParts(digest: Digest): { readonly algorithm: 'sha256' | 'sha512'; readonly hex: string } {
  const colon = digest.indexOf(':');
  return { algorithm: digest.startsWith('sha512') ? 'sha512' : 'sha256', hex: digest.slice(colon + 1) };
}
