import { createHash } from 'node:crypto';
import { AssayError, type Digest, digestParts } from '@assay/contract';
import { type ContentSource, type Descriptor, verified } from '@assay/oci';
import { decompress } from './decompress.ts';
import type { ImageLimits } from './limits.ts';
import type { TarReader } from './tar-stream.ts';

export interface ReadLayerOptions {
  readonly signal: AbortSignal;
  /** Digest of the uncompressed layer, when it is to be verified as well. */
  readonly diffId?: Digest;
  /** Called with the number of compressed bytes of every piece read. */
  readonly onRead?: (bytes: number) => void;
}

/**
 * Streams one layer through a tar reader, verified. Every failure names the layer. Throws CONTENT_MISMATCH, CONTENT_TRUNCATED for bytes that are not
 * those promised, which outrank LAYER_INVALID for bytes that make no sense; LAYER_UNSUPPORTED, LIMIT_EXCEEDED; and what the source throws.
 */
export async function readLayer(
  source: ContentSource,
  layer: Descriptor,
  tar: TarReader,
  limits: ImageLimits,
  options: ReadLayerOptions,
): Promise<void> {
  if (layer.mediaType.endsWith('+encrypted'))
    throw new AssayError('LAYER_UNSUPPORTED', `layer ${layer.digest} is encrypted`);
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const input = counted(verified(source.fetch(layer, signal), layer), options.onRead);
  const hash = options.diffId === undefined ? undefined : createHash(digestParts(options.diffId).algorithm);
  try {
    await decompress(input, limits, (chunk) => {
      signal.throwIfAborted();
      hash?.update(chunk);
      return tar.write(chunk);
    });
    // The digest covers what may follow the compressed data.
    await drain(input);
    if (hash !== undefined) checkDiffId(options.diffId, hash.digest('hex'));
    tar.end();
  } catch (error) {
    // Damaged bytes are first of all not those that were promised: reading on tells.
    if (error instanceof AssayError && error.code === 'LAYER_INVALID') await drain(input);
    stop.abort(error);
    throw named(error, layer);
  } finally {
    stop.abort();
    await input.return(undefined).catch(() => undefined);
  }
}

function checkDiffId(want: Digest | undefined, hex: string): void {
  if (want !== undefined && digestParts(want).hex !== hex) {
    throw new AssayError(
      'CONTENT_MISMATCH',
      `its content has the digest ${digestParts(want).algorithm}:${hex}, the image's configuration promises ${want}`,
    );
  }
}

async function drain(input: AsyncIterator<Uint8Array>): Promise<void> {
  for (let step = await input.next(); step.done !== true; step = await input.next());
}

/** The same failure with the layer in front. */
function named(error: unknown, layer: Descriptor): unknown {
  if (!(error instanceof AssayError) || error.detail.includes(layer.digest)) return error;
  return new AssayError(error.code, `layer ${layer.digest}: ${error.detail}`, { cause: error });
}

async function* counted(
  bytes: AsyncIterable<Uint8Array>,
  onRead: ((bytes: number) => void) | undefined,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    onRead?.(chunk.length);
    yield chunk;
  }
}
