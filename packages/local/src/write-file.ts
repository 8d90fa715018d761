import { randomBytes } from 'node:crypto';
import { type FileHandle, lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AssayError, type ProblemCode } from '@assay/contract';

/**
 * Writes a file whole or not at all: into a neighbour first, which then takes its name. A device or pipe (`/dev/stdout`) is written in place.
 * `code` names the failure: OUTPUT_UNWRITABLE or CACHE_UNWRITABLE.
 */
export async function writeFileWhole(
  path: string,
  chunks: Iterable<string | Uint8Array>,
  code: ProblemCode,
): Promise<void> {
  const existing = await lstat(path).catch(() => undefined);
  const inPlace = existing !== undefined && !existing.isFile() && !existing.isDirectory();
  const part = inPlace ? path : join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.part`);
  try {
    await writeChunks(await open(part, inPlace ? 'w' : 'wx'), chunks);
    if (!inPlace) await rename(part, path);
  } catch (cause) {
    if (!inPlace) await rm(part, { force: true }).catch(() => undefined);
    if (cause instanceof AssayError) throw cause;
    throw new AssayError(code, `cannot write ${path}: ${reasonOf(cause)}`, { cause });
  }
}

/** Makes a folder and those above it. Throws with the code given. */
export async function makeFolder(path: string, code: ProblemCode): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw new AssayError(code, `cannot make the folder ${path}: ${reasonOf(cause)}`, { cause });
  });
}

async function writeChunks(file: FileHandle, chunks: Iterable<string | Uint8Array>): Promise<void> {
  try {
    let waiting = '';
    for (const chunk of chunks) {
      if (typeof chunk === 'string') {
        waiting += chunk;
        if (waiting.length < 65_536) continue;
      }
      await file.writeFile(waiting);
      waiting = '';
      if (typeof chunk !== 'string') await file.writeFile(chunk);
    }
    await file.writeFile(waiting);
  } finally {
    await file.close();
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOENT: 'the folder does not exist',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder',
  ENAMETOOLONG: 'the name is too long',
};

/** An error of the operating system in words. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  return reasons[code] ?? (code || String(error));
}
