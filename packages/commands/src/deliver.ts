import type { Inventory, Report } from '@assay/contract';
import { writeFileWhole } from '@assay/local';
import { type OutputSpec, render } from '@assay/output';
import type { Verdict } from '@assay/pipeline';
import type { World } from './world.ts';

/** What is to be shown. */
export interface Answer {
  readonly report: Report;
  readonly inventory: Inventory;
  readonly verdict?: Verdict;
}

export interface DeliverOptions {
  readonly template?: string;
  /** The template's file, for messages. */
  readonly templateName?: string;
  readonly showSuppressed?: boolean;
}

/** A table that no terminal shows is cut nowhere. */
const paperColumns = Number.POSITIVE_INFINITY;

/** Writes the answers that were asked for: files first, so that standard output is written only when all went well. Throws OUTPUT_UNWRITABLE. */
export async function deliver(
  world: World,
  specs: readonly OutputSpec[],
  answer: Answer,
  options: DeliverOptions,
): Promise<void> {
  const toFirst = specs.toSorted((a, b) => Number(a.file === undefined) - Number(b.file === undefined));
  for (const spec of toFirst) {
    const chunks = render(spec, answer, {
      color: spec.file === undefined && world.stdout.color,
      width: (spec.file === undefined && world.stdout.columns) || paperColumns,
      now: world.now(),
      showSuppressed: options.showSuppressed === true,
      ...(options.template === undefined ? {} : { template: options.template }),
      ...(options.templateName === undefined ? {} : { templateName: options.templateName }),
    });
    if (spec.file === undefined) await print(world, chunks);
    else await writeFileWhole(spec.file, chunks, 'OUTPUT_UNWRITABLE');
  }
}

/** In pieces of a size that a pipe likes. */
async function print(world: World, chunks: Iterable<string>): Promise<void> {
  let waiting = '';
  for (const chunk of chunks) {
    waiting += chunk;
    if (waiting.length < 65_536) continue;
    await world.stdout.write(waiting);
    waiting = '';
  }
  await world.stdout.write(waiting);
}
