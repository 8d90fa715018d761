import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostileInputs } from '@assay/testkit';
import { median, runOnce } from './measure.ts';
import { assay } from './peers.ts';
import type { Figure } from './table.ts';

/** Every bad input: at most 2 s of our processor time and 256 MiB. */
export async function run(rounds: number): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-hostile-'));
  try {
    const figures: Figure[] = [];
    for (const { name, words } of hostileInputs(folder)) {
      const runs = [];
      for (let round = 0; round < Math.min(rounds, 3); round++)
        runs.push(
          await runOnce({ program: assay, args: words, ok: [0, 1, 2, 4], env: { ASSAY_HOME: join(folder, 'home') } }),
        );
      const { cpu, memory } = median(runs);
      figures.push(
        { what: `${name}: processor time`, value: cpu, unit: 's', atMost: 2 },
        { what: `${name}: peak memory`, value: memory, unit: 'MB', atMost: 268 },
      );
    }
    return figures;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
