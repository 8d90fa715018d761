import { buildData } from '@assay/advisories';
import { Progress } from '../screen/progress.ts';
import type { World } from '../world.ts';
import { tellData } from './tell-data.ts';

/** `assay db build SOURCE… --output FILE`. */
export async function build(
  world: World,
  sources: readonly string[],
  words: { readonly output: string; readonly quiet?: boolean },
): Promise<number> {
  const progress = new Progress(world, words.quiet === true);
  const built = await buildData(sources, words.output, {
    now: world.now(),
    signal: world.signal,
    onProgress: ({ ecosystem, records }) =>
      progress.progress({ what: `reading ${ecosystem}`, done: records, unit: 'records' }),
  }).finally(() => progress.end());
  await tellData(world, words.output, built);
  return 0;
}
