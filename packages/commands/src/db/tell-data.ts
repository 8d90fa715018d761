import type { DataVersion, Rejected } from '@assay/contract';
import { plainText } from '@assay/output';
import type { World } from '../world.ts';

/** `1 record`, `14,690 records`. */
export function countRecords(count: number): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? 'record' : 'records'}`;
}

/** One line about data that was put in place, and what of its sources could not be understood. */
export async function tellData(
  world: World,
  path: string,
  made: { readonly version: DataVersion; readonly rejected: readonly Rejected[] },
): Promise<void> {
  const { version, rejected } = made;
  await world.stdout.write(`${plainText(path)}: ${countRecords(version.records)}, as of ${version.asOf}\n`);
  const [first] = rejected;
  if (first !== undefined)
    await world.stderr.write(
      `assay: ${rejected.length} ${rejected.length === 1 ? 'record' : 'records'} could not be understood, such as ${plainText(first.at)}: ${plainText(first.why)}\n`,
    );
}
