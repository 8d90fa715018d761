import type { FileTree } from '../file-tree.ts';
import { type DebianPackage, parseControl } from './package-facts.ts';
import { readTar } from './read-tar.ts';
import { runProgram } from './run-program.ts';

/** Unpacks a .deb file in memory. None of its scripts are run. Throws IMAGE_TOOL_MISSING, IMAGE_INPUT_INVALID. */
export async function readPackage(path: string): Promise<DebianPackage> {
  const unpack = async (what: '--ctrl-tarfile' | '--fsys-tarfile') =>
    readTar(await runProgram({ program: 'dpkg-deb', args: [what, path], failure: 'IMAGE_INPUT_INVALID' }), path);
  const meta = await unpack('--ctrl-tarfile');
  const files = await unpack('--fsys-tarfile');
  const control = textOf(meta, 'control');
  return { ...parseControl(control, path), control, checksums: textOf(meta, 'md5sums'), files };
}

function textOf(files: FileTree, path: string): string {
  const entry = files.get(path);
  return entry?.type === 'file' ? Buffer.from(entry.content).toString('utf8') : '';
}
