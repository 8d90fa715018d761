import { constants, createGunzip, createZstdDecompress } from 'node:zlib';
import { AssayError } from '@assay/contract';
import { ZstdFrames } from '@assay/oci';
import type { ImageLimits } from './limits.ts';

/** Large enough that the cost per piece vanishes; the machine's caches still hold it. Twice this costs 10 MB and saves no time. */
const outputChunk = 256 * 1024;
/** zlib goes on while a piece is taken, as long as no more than twice a piece waits on either side. (Options of the stream: zlib's types do not list them.) */
const pieces = { chunkSize: outputChunk, highWaterMark: 2 * outputChunk };
/** 64 MiB: two layers at once stay below our limit. Builders of images use 8 MiB (the least that RFC 8878 wants understood). */
const zstdWindowLog = 26;

/** Takes the uncompressed bytes in order. Returns whether anybody may keep a part of the chunk. */
export type TakeBytes = (chunk: Buffer) => boolean;

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
 * Hands the uncompressed bytes of a layer to `take`. The work happens on zlib's own threads, so several layers run side by side, and a piece is
 * taken while the next is made. Throws LAYER_INVALID for damaged data, LAYER_UNSUPPORTED for bzip2 and xz, LIMIT_EXCEEDED for a bomb,
 * and whatever the input or `take` throw. The input is neither closed nor always read to its end: data can end before its container does.
 */
export async function decompress(
  input: AsyncIterator<Uint8Array>,
  limits: ImageLimits,
  take: TakeBytes,
): Promise<void> {
  const first = await firstBytes(input);
  if (first === undefined) throw new AssayError('LAYER_INVALID', 'it is empty');
  const encoding = encodingOf(first);
  if (encoding === 'bzip2' || encoding === 'xz')
    throw new AssayError('LAYER_UNSUPPORTED', `it is compressed with ${encoding}`);
  if (encoding !== 'plain') return inflate(first, input, encoding, limits, take);
  for (let chunk: Buffer | undefined = first; chunk !== undefined; chunk = await nextBuffer(input)) {
    limits.grow(chunk.length);
    take(chunk);
  }
}

/** Enough bytes to tell the encoding by, where there are as many. */
async function firstBytes(input: AsyncIterator<Uint8Array>): Promise<Buffer | undefined> {
  let first = await nextBuffer(input);
  while (first !== undefined && first.length < 6) {
    const more = await nextBuffer(input);
    if (more === undefined) break;
    first = Buffer.concat([first, more]);
  }
  return first;
}

async function nextBuffer(input: AsyncIterator<Uint8Array>): Promise<Buffer | undefined> {
  const step = await input.next();
  if (step.done === true) return undefined;
  const chunk = step.value;
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

async function inflate(
  first: Buffer,
  input: AsyncIterator<Uint8Array>,
  encoding: 'gzip' | 'zstd',
  limits: ImageLimits,
  take: TakeBytes,
): Promise<void> {
  const stream =
    encoding === 'gzip'
      ? createGunzip(pieces)
      : createZstdDecompress({
          ...pieces,
          params: { [constants.ZSTD_d_windowLogMax]: zstdWindowLog },
        });
  let inputError: unknown;
  const frames = encoding === 'zstd' ? new ZstdFrames() : undefined;
  const feeding = feed(stream, first, input, frames).catch((error: unknown) => {
    inputError = error;
    stream.destroy();
  });
  let takeError: unknown;
  try {
    const release = new Release();
    // Without an encoding set, streams of zlib emit Buffers only.
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      try {
        limits.grow(chunk.length);
        release.after(chunk, take(chunk));
      } catch (error) {
        takeError = error;
        throw error;
      }
    }
  } catch (error) {
    if (takeError !== undefined) throw takeError;
    // The read that is under way may find out that the bytes are not those promised, which says more than that they are damaged.
    stream.destroy();
    await feeding;
    throw inputError ?? damaged(error);
  } finally {
    stream.destroy();
  }
  await feeding;
  if (inputError !== undefined) throw inputError;
}

function damaged(error: unknown): AssayError {
  const why = error instanceof Error ? error.message : String(error);
  return error instanceof Error && 'code' in error && error.code === 'ZSTD_error_frameParameter_windowTooLarge'
    ? new AssayError('LAYER_UNSUPPORTED', 'it was compressed with a zstd window of more than 64 MiB', { cause: error })
    : new AssayError('LAYER_INVALID', `its compressed data is damaged: ${why}`, { cause: error });
}

/**
 * Gives the memory of a piece back at once when nobody keeps a part of it. Left to the garbage collector, which does not see how large the pieces are,
 * they add up to tens of megabytes. zlib fills a buffer in several pieces and is done with it when a piece reaches its end.
 */
class Release {
  #kept: ArrayBufferLike | undefined;

  after(chunk: Buffer, isKept: boolean): void {
    const { buffer } = chunk;
    if (isKept) this.#kept = buffer;
    const isFull = chunk.byteOffset + chunk.length === buffer.byteLength;
    if (isFull && this.#kept !== buffer && buffer instanceof ArrayBuffer) buffer.transfer(0);
  }
}

async function feed(
  stream: NodeJS.WritableStream & { readonly destroyed: boolean },
  first: Buffer,
  input: AsyncIterator<Uint8Array>,
  frames: ZstdFrames | undefined,
): Promise<void> {
  for (let chunk: Buffer | undefined = first; chunk !== undefined; chunk = await nextBuffer(input)) {
    for (const piece of frames?.split(chunk) ?? [chunk]) {
      if (stream.destroyed) return;
      if (!stream.write(piece)) await drained(stream);
    }
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
