import { takeInventory } from '@assay/local';
import { Progress } from '../screen/progress.ts';
import type { World } from '../world.ts';
import { deliverSbom, parseSbomOutputs } from './make-sbom.ts';

/** `assay sbom convert FILE`. */
export async function convertSbom(
  world: World,
  path: string,
  words: { readonly output?: readonly string[]; readonly quiet?: boolean },
): Promise<number> {
  const specs = parseSbomOutputs(words.output);
  const progress = new Progress(world, words.quiet === true);
  const taken = await takeInventory({ kind: 'sbom', path }, world.settings, progress, { stdin: world.stdin }).finally(
    () => progress.end(),
  );
  await deliverSbom(world, specs, taken, words.quiet === true);
  return 0;
}
