import { type Node, resultsOf } from '../client/model.ts';
import type { StoreRequest } from '../client/store-client.ts';
import { asItCame, type Call, printed } from '../flags.ts';
import { blocks, imageHead, packageLines, sourceHead, vulnerabilityLines } from '../text/layouts.ts';

/** Asks for a list and prints it: as it came, or in lines. */
export async function printList(
  { client, format }: Pick<Call, 'client' | 'format'>,
  wish: Pick<StoreRequest, 'path' | 'query'>,
  lines: (results: readonly Node[]) => readonly string[],
): Promise<string> {
  const { text, value } = await client.json({ method: 'GET', isList: true, ...wish });
  return format === 'text' ? printed(lines(resultsOf(value))) : asItCame(text);
}

export const asPackages = (results: readonly Node[]): readonly string[] => packageLines(results, '', '\t');
export const asVulnerabilities = vulnerabilityLines;
export const asImages = (results: readonly Node[]): readonly string[] => blocks(results.map(imageHead));
export const asSources = (results: readonly Node[]): readonly string[] => blocks(results.map(sourceHead));
