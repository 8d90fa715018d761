import { access, chmod, chown, constants, lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AssayError } from '@assay/contract';
import { unwritable } from './file-system.ts';
import type { StepSettings } from './settings.ts';
import type { StepWorld } from './world.ts';

interface Folder {
  readonly path: string;
  readonly mode: number;
}

/**
 * Makes the folders that steps write to: results, temporary files, caches. What is there already stays, with owner and mode put right
 * where that is allowed. Source: the Scan 2.0 contract, "Step duties". Throws OUTPUT_UNWRITABLE.
 */
export async function setUpWorkspace(
  settings: Pick<StepSettings, 'workspace' | 'resultsPath' | 'owner'>,
  world: Pick<StepWorld, 'log'>,
): Promise<void> {
  const { workspace, resultsPath, owner } = settings;
  // Steps may run as other users of the same group; temporary files are everybody's, as in /tmp.
  const folders: readonly Folder[] = [
    { path: resultsPath, mode: 0o775 },
    { path: join(workspace, 'tmp'), mode: 0o1777 },
    { path: join(workspace, '.cache'), mode: 0o775 },
  ];
  for (const folder of folders) await makeFolder(folder, owner);
  world.log.info('the workspace is ready', { folders: folders.map(({ path }) => path) });
}

async function makeFolder({ path, mode }: Folder, owner: StepSettings['owner']): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw unwritable(path, cause);
  }
  const found = await lstat(path);
  // A volume may come with content: a link would lead the steps elsewhere.
  if (!found.isDirectory()) throw new AssayError('OUTPUT_UNWRITABLE', `${path} is not a folder`);
  const self = process.geteuid?.();
  const isRoot = self === 0;
  if (isRoot && (found.uid !== owner.uid || found.gid !== owner.gid)) await chown(path, owner.uid, owner.gid);
  if ((isRoot || found.uid === self) && (found.mode & 0o7777) !== mode) await chmod(path, mode);
  try {
    await access(path, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}
