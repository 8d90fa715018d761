import type { FileHandle } from 'node:fs/promises';
import { AssayError } from '@assay/contract';

/** Large enough that the cost per call vanishes, small enough to hold three of. */
const chunkBytes = 256 * 1024;

interface Span {
  readonly start: number;
  readonly length: number;
  /** For the message when the file ends early. */
  readonly name: string;
}

/** Bytes of a part of an open file. The next chunk is read while the reader works on this one. Throws CONTENT_TRUNCATED. */
export async function* readChunks(file: FileHandle, span: Span, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  let at = span.start;
  const end = span.start + span.length;
  const next = async (): Promise<Uint8Array> => {
    const want = Math.min(chunkBytes, end - at);
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafeSlow(want), 0, want, at);
    if (bytesRead === 0) throw new AssayError('CONTENT_TRUNCATED', `${span.name} ends ${end - at} bytes too early`);
    at += bytesRead;
    return buffer.subarray(0, bytesRead);
  };
  let ahead = at < end ? next() : undefined;
  try {
    while (ahead !== undefined) {
      signal?.throwIfAborted();
      const chunk = await ahead;
      ahead = at < end ? next() : undefined;
      yield chunk;
    }
  } finally {
    // Whoever stops early must not close the file under a read in flight.
    await ahead?.catch(() => undefined);
  }
}
