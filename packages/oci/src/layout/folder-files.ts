import { constants } from 'node:fs';
import { type FileHandle, open, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { AssayError } from '@assay/contract';
import type { LocalFiles } from '../local-files.ts';
import { readChunks } from '../read-chunks.ts';

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** The files of a folder. A link that leads out of it is refused; so is anything but a regular file. Throws FILE_NOT_FOUND, LAYOUT_INVALID. */
export async function openFolder(folder: string): Promise<LocalFiles> {
  const name = `oci:${folder}`;
  const root = await realpath(folder).catch((cause: unknown) => {
    throw new AssayError(
      codeOf(cause) === 'ENOENT' ? 'FILE_NOT_FOUND' : 'FILE_UNREADABLE',
      `cannot open the folder ${folder}`,
      { cause },
    );
  });
  if (!(await stat(root)).isDirectory()) throw new AssayError('LAYOUT_INVALID', `${folder} is not a folder`);

  async function openFile(path: string): Promise<{ readonly file: FileHandle; readonly size: number } | undefined> {
    const target = await realpath(join(root, path)).catch((cause: unknown) => {
      if (codeOf(cause) === 'ENOENT' || codeOf(cause) === 'ENOTDIR') return undefined;
      throw new AssayError('LAYOUT_INVALID', `${name}: ${path} cannot be read`, { cause });
    });
    if (target === undefined) return undefined;
    if (!target.startsWith(root.endsWith(sep) ? root : root + sep)) {
      throw new AssayError('LAYOUT_INVALID', `${name}: ${path} is a link that leads out of the folder`);
    }
    // A pipe would block for ever without O_NONBLOCK; a link put there meanwhile is not followed.
    const file = await open(target, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW).catch(
      (cause: unknown) => {
        throw new AssayError('FILE_UNREADABLE', `${name}: ${path} cannot be read`, { cause });
      },
    );
    const info = await file.stat();
    if (info.isFile()) return { file, size: info.size };
    await file.close();
    throw new AssayError('LAYOUT_INVALID', `${name}: ${path} is not a regular file`);
  }

  return {
    name,
    async findSize(path) {
      const opened = await openFile(path);
      await opened?.file.close();
      return opened?.size;
    },
    async *read(path, signal) {
      const opened = await openFile(path);
      if (opened === undefined) throw new AssayError('LAYOUT_INVALID', `${name} has no ${path}`);
      try {
        yield* readChunks(opened.file, { start: 0, length: opened.size, name: path }, signal);
      } finally {
        await opened.file.close();
      }
    },
    close: () => Promise.resolve(),
  };
}
