import { constants } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress, constants as zlibConstants } from 'node:zlib';
import { AssayError } from '@assay/contract';
import { readChunks } from '../read-chunks.ts';
import { splitZstdFrames } from './zstd-frames.ts';

/** Image archives shrink three- to tenfold; what grows more than this, beyond the first bytes, is a bomb. */
const ratioLimit = 100;
const alwaysAllowed = 64 * 1024 * 1024;
const chunkSize = 256 * 1024;
/** 128 MiB: what zstd itself takes without being asked, and what memory allows. */
const longestWindowLog = 27;
const sizeLimit = 64 * 1024 * 1024 * 1024;

/** A file nobody else sees: it has no name any more when this returns, so nothing is left behind however the process ends. */
async function openNameless(): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-'));
  try {
    return await open(join(folder, 'archive.tar'), constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function write(
  target: FileHandle,
  plain: AsyncIterable<Uint8Array>,
  packed: number,
  name: string,
): Promise<void> {
  const limit = Math.min(sizeLimit, Math.max(alwaysAllowed, packed * ratioLimit));
  let size = 0;
  for await (const chunk of plain) {
    size += chunk.byteLength;
    if (size > limit)
      throw new AssayError('LIMIT_EXCEEDED', `${name} grows to more than ${limit} bytes when decompressed`);
    for (let done = 0; done < chunk.byteLength; ) {
      const { bytesWritten } = await target.write(chunk, done, chunk.byteLength - done, null);
      done += bytesWritten;
    }
  }
}

/**
 * A decompressed copy of a gzip or zstd file, without a name on disk: archives are read out of order, which compressed ones do not allow.
 * Throws LIMIT_EXCEEDED, LAYOUT_INVALID (damaged), CACHE_UNWRITABLE.
 */
export async function inflateFile(
  file: FileHandle,
  compression: 'gzip' | 'zstd',
  name: string,
  signal?: AbortSignal,
): Promise<FileHandle> {
  const { size } = await file.stat();
  const target = await openNameless().catch((cause: unknown) => {
    throw new AssayError('CACHE_UNWRITABLE', 'no room for the decompressed archive in the folder for temporary files', {
      cause,
      hint: 'Decompress the archive yourself, or point TMPDIR to a folder with room.',
    });
  });
  const inflate: Transform =
    compression === 'gzip'
      ? createGunzip({ chunkSize })
      : createZstdDecompress({ chunkSize, params: { [zlibConstants.ZSTD_d_windowLogMax]: longestWindowLog } });
  const packed = readChunks(file, { start: 0, length: size, name }, signal);
  try {
    await pipeline(
      Readable.from(compression === 'zstd' ? splitZstdFrames(packed) : packed),
      inflate,
      (plain: AsyncIterable<Uint8Array>) => write(target, plain, size, name),
      signal === undefined ? {} : { signal },
    );
    return target;
  } catch (cause) {
    await target.close();
    signal?.throwIfAborted();
    throw toProblem(cause, name, compression);
  }
}

function toProblem(cause: unknown, name: string, compression: string): AssayError {
  if (cause instanceof AssayError) return cause;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOSPC')
    return new AssayError('CACHE_UNWRITABLE', `the disk is full while decompressing ${name}`, { cause });
  return new AssayError('LAYOUT_INVALID', `${name} is damaged: its ${compression} data cannot be decompressed`, {
    cause,
  });
}
