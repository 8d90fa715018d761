import type { DataVersion, Rejected } from '@assay/contract';
import { plainText } from '@assay/output';
import type { World } from '../world.ts';

/** One line about data that was put in place, and what of its sources could not be understood. */
export async function tellData(
  world: World,
  path: string,
  made: { readonly version: DataVersion; readonly rejected: readonly Rejected[] },
): Promise<void> {
  const { version, rejected } = made;
  await world.stdout.write(
    `${plainText(path)}: ${version.records.toLocaleString('en-US')} records, as of ${version.asOf}\n`,
  );
  const [first] = rejected;
  if (first !== undefined)
    await world.stderr.write(
      `assay: ${rejected.length} ${rejected.length === 1 ? 'record' : 'records'} could not be understood, such as ${plainText(first.at)}: ${plainText(first.why)}\n`,
    );
}
