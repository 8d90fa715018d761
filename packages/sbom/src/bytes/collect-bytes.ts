import { AssayError } from '@assay/contract';

/** Largest document that is read, unless the caller allows less: 500 MiB, a little less than one text of the runtime can hold. */
export const defaultMaxBytes = 500 * 1024 * 1024;

/**
 * All bytes of the input. An input that is longer than `maxBytes` is refused as soon as that is known, and read no further.
 * Throws LIMIT_EXCEEDED, INTERRUPTED.
 */
export async function collectBytes(
  input: Uint8Array | AsyncIterable<Uint8Array>,
  options: { readonly maxBytes?: number; readonly signal?: AbortSignal } = {},
): Promise<Uint8Array> {
  const maxBytes = Math.min(options.maxBytes ?? defaultMaxBytes, defaultMaxBytes);
  if (input instanceof Uint8Array) {
    if (input.byteLength > maxBytes) throw tooLarge(maxBytes);
    return input;
  }
  // Grows in place: only pages that were written take memory, and nothing is copied at the end.
  const room = new ArrayBuffer(0, { maxByteLength: maxBytes });
  let size = 0;
  for await (const chunk of input) {
    if (options.signal?.aborted === true) throw new AssayError('INTERRUPTED', 'reading the document was stopped');
    if (size + chunk.byteLength > maxBytes) throw tooLarge(maxBytes);
    if (size + chunk.byteLength > room.byteLength) {
      room.resize(Math.min(maxBytes, Math.max(size + chunk.byteLength, room.byteLength + 4 * 1024 * 1024)));
    }
    new Uint8Array(room, size, chunk.byteLength).set(chunk);
    size += chunk.byteLength;
  }
  return new Uint8Array(room, 0, size);
}

function tooLarge(maxBytes: number): AssayError {
  return new AssayError('LIMIT_EXCEEDED', `the document is larger than ${maxBytes} bytes`);
}
