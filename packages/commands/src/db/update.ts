import { dirname } from 'node:path';
import { updateData } from '@assay/advisories';
import { dataPath, downloadFolder, makeFolder } from '@assay/local';
import { plainText } from '@assay/output';
import { type ReachOptions, withReach } from '../options.ts';
import { Progress } from '../screen/progress.ts';
import type { World } from '../world.ts';
import { tellData } from './tell-data.ts';

export interface UpdateWords extends ReachOptions {
  readonly from?: string;
  readonly ecosystem?: readonly string[];
  readonly output?: string;
}

/** `assay db update`. */
export async function update(world: World, words: UpdateWords): Promise<number> {
  const settings = await withReach(world.settings, words);
  const output = words.output ?? dataPath(settings);
  await makeFolder(dirname(output), 'CACHE_UNWRITABLE');
  const from = words.from ?? settings.dataUrl;
  const progress = new Progress(world, words.quiet === true);
  const updated = await updateData({
    ...(from === undefined ? {} : { from }),
    ...(words.ecosystem === undefined ? {} : { ecosystems: words.ecosystem }),
    ...(settings.registry.caPem === undefined ? {} : { caPem: settings.registry.caPem }),
    ...(settings.registry.proxy === undefined ? {} : { proxy: settings.registry.proxy }),
    ...(words.retries === undefined ? {} : { retries: words.retries }),
    folder: downloadFolder(settings),
    output,
    now: world.now(),
    signal: world.signal,
    onProgress: (step) => progress.progress(step),
  }).finally(() => progress.end());
  await tellData(world, output, updated);
  for (const { name, why } of updated.failed)
    await world.stderr.write(`assay: ${plainText(name)} was not renewed, its old data stays: ${plainText(why)}\n`);
  return updated.failed.length === 0 ? 0 : 1;
}
