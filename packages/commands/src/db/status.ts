import { dataStatus } from '@assay/advisories';
import { findData } from '@assay/local';
import { plainText } from '@assay/output';
import { exitCodeOf, oldDataDays } from '@assay/pipeline';
import type { World } from '../world.ts';
import { countRecords } from './tell-data.ts';

/** `assay db status`: 0, or 4 when the data is older than was allowed. */
export async function tellStatus(
  world: World,
  words: { readonly db?: string; readonly json?: boolean; readonly maxDbAge?: number },
): Promise<number> {
  const path = findData(world.settings, words.db);
  const status = await dataStatus(path, world.now());
  const isTooOld = words.maxDbAge !== undefined && status.ageDays > words.maxDbAge;
  if (words.json === true) await world.stdout.write(`${JSON.stringify({ path, ...status }, null, 2)}\n`);
  else await world.stdout.write(inWords(path, status));
  if (isTooOld)
    await world.stderr.write(
      `assay: undecided: the vulnerability data is ${Math.floor(status.ageDays)} days old, more than the ${words.maxDbAge} allowed\n`,
    );
  return exitCodeOf([isTooOld ? 'undecided' : 'clean']);
}

function inWords(path: string, status: Awaited<ReturnType<typeof dataStatus>>): string {
  const { version, ecosystems, ageDays } = status;
  const age = Math.floor(ageDays);
  const isStarter = version.kind === 'starter';
  const widest = Math.max(...ecosystems.map(({ name }) => name.length), 0);
  const lines = [
    `${plainText(path)}`,
    `${isStarter ? 'starter set' : 'full data'}, schema ${version.schema}, ${countRecords(version.records)}, as of ${version.asOf} (${age === 1 ? '1 day' : `${age} days`} old)`,
    ...ecosystems.map(
      ({ name, records, asOf }) => `  ${name.padEnd(widest)}  ${records.toLocaleString('en-US').padStart(9)}  ${asOf}`,
    ),
  ];
  if (isStarter) lines.push('Get the full data with: assay db update');
  else if (age > oldDataDays) lines.push('It is old. Renew it with: assay db update');
  return `${lines.join('\n')}\n`;
}
