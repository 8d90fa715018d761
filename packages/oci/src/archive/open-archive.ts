import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { AssayError } from '@assay/contract';
import type { ContentSource, ReferrerSource } from '../content-source.ts';
import { layoutSource } from '../layout/layout-source.ts';
import type { LocalFiles } from '../local-files.ts';
import { findCompression } from './compression.ts';
import { dockerArchiveSource } from './docker-archive.ts';
import { inflateFile } from './inflate-file.ts';
import { openTar } from './tar-files.ts';
import { blockBytes, isTarHeader } from './tar-header.ts';

/**
 * Opens an archive of images: an OCI layout in a tar, or what `docker save` and `podman save` write; plain, or compressed with gzip or zstd.
 * Read in place: headers once, content by offset. `selector` is `@sha256:…` (manifest or image id) or `:name`.
 * Throws FILE_NOT_FOUND, FILE_UNREADABLE, LAYOUT_INVALID, IMAGE_NOT_CHOSEN, LIMIT_EXCEEDED, CONTENT_TRUNCATED.
 */
export async function openArchive(
  path: string,
  selector?: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<ContentSource> {
  const file = await openPlain(path, options.signal);
  let files: LocalFiles;
  try {
    files = await openTar(file, path);
  } catch (error) {
    await file.close();
    throw error;
  }
  return chooseFormat(files, selector);
}

async function openPlain(path: string, signal: AbortSignal | undefined): Promise<FileHandle> {
  const file = await openRegular(path);
  try {
    const head = Buffer.alloc(blockBytes);
    const { bytesRead } = await file.read(head, 0, blockBytes, 0);
    const compression = findCompression(head.subarray(0, bytesRead));
    if (compression === 'bzip2' || compression === 'xz') {
      throw new AssayError('LAYOUT_INVALID', `${path} is compressed with ${compression}, which is not supported`, {
        hint: `Decompress it first, with ${compression} -d.`,
      });
    }
    if (compression === undefined) {
      if (!isTarHeader(head)) throw new AssayError('LAYOUT_INVALID', `${path} is not a tar archive`);
      return file;
    }
    const plain = await inflateFile(file, compression, path, signal);
    await file.close();
    return plain;
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openRegular(path: string): Promise<FileHandle> {
  // A pipe would block for ever without O_NONBLOCK.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((cause: unknown) => {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    throw new AssayError(isMissing ? 'FILE_NOT_FOUND' : 'FILE_UNREADABLE', `cannot open ${path}`, { cause });
  });
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new AssayError('FILE_UNREADABLE', `${path} is not a regular file`);
}

/** Docker 25 and later write both formats; the OCI one names the image's true manifest, so it goes first where it knows the image. */
async function chooseFormat(files: LocalFiles, selector: string | undefined): Promise<ContentSource> {
  try {
    const hasOci = (await files.findSize('index.json')) !== undefined;
    const hasDocker = (await files.findSize('manifest.json')) !== undefined;
    if (!hasOci && !hasDocker)
      throw new AssayError('LAYOUT_INVALID', `${files.name} has neither index.json nor manifest.json`);
    if (!hasOci) return await dockerArchiveSource(files, selector);
    if (!hasDocker) return await layoutSource(files, selector);
    const shared: LocalFiles = { ...files, close: () => Promise.resolve() };
    const source = await layoutSource(shared, selector).catch((error: unknown) => {
      if (error instanceof AssayError && error.code === 'IMAGE_NOT_CHOSEN') return undefined;
      throw error;
    });
    return source === undefined ? await dockerArchiveSource(files, selector) : closing(source, files);
  } catch (error) {
    await files.close();
    throw error;
  }
}

function closing(source: ReferrerSource, files: LocalFiles): ReferrerSource {
  return {
    name: source.name,
    resolve: (signal) => source.resolve(signal),
    fetch: (what, signal) => source.fetch(what, signal),
    referrers: (subject, artifactType, signal) => source.referrers(subject, artifactType, signal),
    has: async (what) => source.has === undefined || source.has(what),
    close: () => files.close(),
  };
}
