import { AssayError } from '@assay/contract';
import { type Taken, takeInventory } from '@assay/local';
import { formats, type OutputSpec, parseOutputs, plainText } from '@assay/output';
import { toReport } from '@assay/pipeline';
import { deliver } from '../deliver.ts';
import { type ReachOptions, withReach } from '../options.ts';
import { Progress } from '../screen/progress.ts';
import { readPlatform, readTarget } from '../targets.ts';
import type { World } from '../world.ts';

export interface SbomWords extends ReachOptions {
  readonly output?: readonly string[];
  readonly platform?: string;
  readonly offline?: boolean;
  readonly cache?: boolean;
}

/** Reads `-o` for commands that write SBOMs only. Throws OPTION_INVALID. */
export function parseSbomOutputs(values: readonly string[] | undefined): readonly OutputSpec[] {
  const specs = parseOutputs(values ?? ['cyclonedx-json']);
  for (const spec of specs) {
    if (!formats[spec.format].isSbom)
      throw new AssayError('OPTION_INVALID', `-o: ${spec.format} is no SBOM format`, {
        hint: 'Formats: cyclonedx-json, cyclonedx-xml, spdx-json.',
      });
  }
  return specs;
}

/** `assay sbom TARGET`. */
export async function makeSbom(world: World, word: string | undefined, words: SbomWords): Promise<number> {
  if (word === undefined) throw new AssayError('USAGE', 'no target is named', { hint: 'See: assay sbom --help' });
  const specs = parseSbomOutputs(words.output);
  const platform = await readPlatform(words.platform);
  const settings = await withReach(world.settings, words);
  const target = await readTarget(world, word, words);
  const progress = new Progress(world, words.quiet === true);
  let taken: Taken;
  try {
    taken = await takeInventory(target, settings, progress, {
      stdin: world.stdin,
      noCache: words.cache === false,
      ...(platform === undefined ? {} : { platform }),
    });
  } finally {
    await progress.end();
  }
  await deliverSbom(world, specs, taken, words.quiet === true);
  return 0;
}

/** Writes the inventory, and says what could not be understood: an SBOM has no place for it. */
export async function deliverSbom(
  world: World,
  specs: readonly OutputSpec[],
  taken: Pick<Taken, 'inventory' | 'carried'>,
  quiet: boolean,
): Promise<void> {
  const { inventory, carried } = taken;
  const report = toReport({
    inventory,
    findings: carried,
    rejected: inventory.rejected,
    notices: [],
    scanner: world.settings.tool,
    now: world.now(),
  });
  await deliver(world, specs, { report, inventory }, {});
  if (quiet) return;
  for (const { code, message } of report.notices) {
    if (code === 'ENTRIES_REJECTED' || code === 'NOTHING_FOUND')
      await world.stderr.write(`assay: ${plainText(message)}\n`);
  }
}
