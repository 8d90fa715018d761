import { dirname } from 'node:path';
import { importData } from '@assay/advisories';
import { dataPath, fetchArtifact, makeFolder } from '@assay/local';
import { type ReachOptions, withReach } from '../options.ts';
import { Progress } from '../screen/progress.ts';
import type { World } from '../world.ts';
import { tellData } from './tell-data.ts';

export interface ImportWords extends ReachOptions {
  readonly output?: string;
}

/** `assay db import SOURCE`: a file, or an OCI artifact that holds one. */
export async function importSource(world: World, source: string, words: ImportWords): Promise<number> {
  const settings = await withReach(world.settings, words);
  const output = words.output ?? dataPath(settings);
  await makeFolder(dirname(output), 'CACHE_UNWRITABLE');
  const progress = new Progress(world, words.quiet === true);
  try {
    const fetched = await fetchArtifact(source, settings, progress);
    try {
      const imported = await importData(fetched.path, output, {
        now: world.now(),
        signal: world.signal,
        onProgress: ({ ecosystem, records }) =>
          progress.progress({ what: `importing ${ecosystem}`, done: records, unit: 'records' }),
      });
      await progress.end();
      await tellData(world, output, imported);
      return 0;
    } finally {
      await fetched.remove();
    }
  } finally {
    await progress.end();
  }
}
