import { constants, createGunzip, createZstdDecompress } from 'node:zlib';
import { AssayError } from '@assay/contract';

/** How much a layer may grow: generous for real layers (which grow 2–20 times), short for bombs. */
export function allowedBytes(compressed: number): number {
  return 256 * 1024 * 1024 + 32 * compressed;
}

const outputChunk = 256 * 1024;

/** The compression, told by the first bytes; media types lie. */
function encodingOf(head: Buffer): 'gzip' | 'zstd' | 'bzip2' | 'xz' | 'plain' {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head.length >= 4) {
    const magic = head.readUInt32LE(0);
    if (magic === 0xfd2fb528 || (magic & 0xfffffff0) >>> 0 === 0x184d2a50) return 'zstd';
  }
  if (head.toString('latin1', 0, 3) === 'BZh') return 'bzip2';
  if (head[0] === 0xfd && head.toString('latin1', 1, 5) === '7zXZ') return 'xz';
  return 'plain';
}

/**
 * The uncompressed bytes of a layer. The work happens on zlib's own threads, so several layers run side by side.
 * Throws LAYER_INVALID for damaged data, LAYER_UNSUPPORTED for bzip2 and xz, LIMIT_EXCEEDED for a bomb, and whatever `compressed` throws.
 */
export async function* decompressed(
  compressed: AsyncIterable<Uint8Array>,
  size: number,
  what: string,
): AsyncGenerator<Buffer> {
  const input = compressed[Symbol.asyncIterator]();
  let first = await nextBuffer(input);
  while (first !== undefined && first.length < 6) {
    const more = await nextBuffer(input);
    if (more === undefined) break;
    first = Buffer.concat([first, more]);
  }
  if (first === undefined) throw new AssayError('LAYER_INVALID', `${what} is empty`);
  const encoding = encodingOf(first);
  if (encoding === 'bzip2' || encoding === 'xz')
    throw new AssayError('LAYER_UNSUPPORTED', `${what} is compressed with ${encoding}`);
  if (encoding === 'plain') {
    yield first;
    for (let chunk = await nextBuffer(input); chunk !== undefined; chunk = await nextBuffer(input)) yield chunk;
    return;
  }
  const limit = allowedBytes(size);
  let total = 0;
  for await (const chunk of inflate(first, input, encoding, what)) {
    total += chunk.length;
    if (total > limit) {
      throw new AssayError(
        'LIMIT_EXCEEDED',
        `${what} grows from ${size} to more than ${limit} bytes: a decompression bomb`,
      );
    }
    yield chunk;
  }
}

async function nextBuffer(input: AsyncIterator<Uint8Array>): Promise<Buffer | undefined> {
  const step = await input.next();
  if (step.done === true) return undefined;
  const chunk = step.value;
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

async function* inflate(
  first: Buffer,
  input: AsyncIterator<Uint8Array>,
  encoding: 'gzip' | 'zstd',
  what: string,
): AsyncGenerator<Buffer> {
  const stream =
    encoding === 'gzip'
      ? createGunzip({ chunkSize: outputChunk })
      : createZstdDecompress({ chunkSize: outputChunk, params: { [constants.ZSTD_d_windowLogMax]: 27 } });
  let sourceError: unknown;
  const feeding = feed(stream, first, input).catch((error: unknown) => {
    sourceError = error;
    stream.destroy();
  });
  try {
    for await (const chunk of stream) yield chunk as Buffer; // zlib streams without an encoding emit Buffers only
    await feeding;
    if (sourceError !== undefined) throw sourceError;
  } catch (error) {
    if (sourceError !== undefined) throw sourceError;
    if (error instanceof AssayError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new AssayError('LAYER_INVALID', `${what} is damaged: ${why}`, { cause: error });
  } finally {
    stream.destroy();
    await input.return?.();
  }
}

async function feed(
  stream: NodeJS.WritableStream & { readonly destroyed: boolean },
  first: Buffer,
  input: AsyncIterator<Uint8Array>,
): Promise<void> {
  for (let chunk: Buffer | undefined = first; chunk !== undefined; chunk = await nextBuffer(input)) {
    if (stream.destroyed) return;
    if (!stream.write(chunk)) await drained(stream);
  }
  stream.end();
}

function drained(stream: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
  });
}
