import { InsightError, type InsightWorld } from '../world.ts';

/** Asks one question whose usual answer is no. Without a terminal it is an error. Source: spec/insight.md §8 row 4. Throws InsightError. */
export async function confirm(world: InsightWorld, what: string): Promise<void> {
  if (!world.isInteractive) throw new InsightError(`${what}: confirm with --yes`);
  await world.stderr.write(`${what.slice(0, 1).toUpperCase()}${what.slice(1)}. Continue? [y/N] `);
  const answer = (await firstLine(world.stdin)).trim().toLowerCase();
  if (answer !== 'y' && answer !== 'yes') throw new InsightError('declined');
}

async function firstLine(input: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of input) {
    text += Buffer.from(chunk).toString('utf8');
    if (text.includes('\n') || text.length > 1_000) break;
  }
  return text.split('\n', 1)[0] ?? '';
}
