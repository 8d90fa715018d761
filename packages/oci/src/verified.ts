import { createHash, type Hash } from 'node:crypto';
import { AssayError, type Digest, digestParts, parseDigest } from '@assay/contract';
import type { Descriptor } from './content-source.ts';

/** The digest of bytes in hand. */
export function digestOf(bytes: Uint8Array, algorithm: 'sha256' | 'sha512' = 'sha256'): Digest {
  return parseDigest(`${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`);
}

/** A running digest: feed it with `hash.update`, end it with `toDigest`. */
export function hashFor(digest: Digest): Hash {
  return createHash(digestParts(digest).algorithm);
}

/** Throws unless the bytes seen are those the descriptor promises: CONTENT_TRUNCATED when too few, else CONTENT_MISMATCH. */
export function checkContent(what: Pick<Descriptor, 'digest' | 'size'>, size: number, hash: Hash): void {
  if (size < what.size) throw truncated(what, size);
  const { algorithm, hex } = digestParts(what.digest);
  const got = hash.digest('hex');
  if (got !== hex)
    throw new AssayError('CONTENT_MISMATCH', `the bytes of ${what.digest} have the digest ${algorithm}:${got}`);
}

function truncated(what: Pick<Descriptor, 'digest' | 'size'>, size: number): AssayError {
  return new AssayError('CONTENT_TRUNCATED', `${what.digest} ends after ${size} of ${what.size} bytes`);
}

/**
 * Passes bytes through untouched and throws before the end unless they are the ones the descriptor names.
 * Headers of a registry are not consulted: they are the thing under suspicion. Throws CONTENT_MISMATCH, CONTENT_TRUNCATED.
 */
export async function* verified(
  bytes: AsyncIterable<Uint8Array>,
  what: Pick<Descriptor, 'digest' | 'size'>,
): AsyncGenerator<Uint8Array> {
  const hash = hashFor(what.digest);
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.byteLength;
    if (size > what.size)
      throw new AssayError('CONTENT_MISMATCH', `${what.digest} is longer than its ${what.size} bytes`);
    hash.update(chunk);
    yield chunk;
  }
  checkContent(what, size, hash);
}

/** All the bytes in one piece, at most `limit` of them. Throws LIMIT_EXCEEDED. */
export async function readAll(bytes: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.byteLength;
    if (size > limit) throw new AssayError('LIMIT_EXCEEDED', `the content is longer than ${limit} bytes`);
    chunks.push(chunk);
  }
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, size);
}
