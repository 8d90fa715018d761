import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { AssayError } from '@assay/contract';

/** The error code of the system, such as `ENOSPC`; `''` for other errors. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** A path that cannot be written, in words. */
export function unwritable(path: string, cause: unknown): AssayError {
  const why = new Map([
    ['EACCES', 'permission denied'],
    ['EPERM', 'permission denied'],
    ['EROFS', 'the file system is read-only'],
    ['ENOSPC', 'no space left on device'],
    ['EDQUOT', 'no space left on device'],
    ['ENOENT', 'the folder is not there'],
    ['ENOTDIR', 'something else lies there'],
    ['EEXIST', 'something else lies there'],
  ]).get(systemCode(cause));
  return new AssayError('OUTPUT_UNWRITABLE', `cannot write ${path}: ${why ?? (systemCode(cause) || 'it failed')}`, {
    cause,
  });
}

/** Writes a file whole or not at all, with its mode from the first byte on. Throws OUTPUT_UNWRITABLE. */
export async function writeWhole(path: string, text: string, mode: number): Promise<void> {
  const half = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    const file = await open(half, 'wx', mode);
    try {
      // The process's umask must not widen or narrow what was asked for.
      await file.chmod(mode);
      await file.writeFile(text);
    } finally {
      await file.close();
    }
    await rename(half, path);
  } catch (cause) {
    await rm(half, { force: true });
    throw unwritable(path, cause);
  }
}
