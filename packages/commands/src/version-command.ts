import { openData } from '@assay/advisories';
import { findData } from '@assay/local';
import { Command } from 'commander';
import type { Ending } from './program.ts';
import type { World } from './world.ts';

/** `assay version`. */
export function versionCommand(world: World, end: Ending): Command {
  return new Command('version')
    .description('print the version of the program and of its vulnerability data')
    .option('--json', 'as JSON')
    .addHelpText('after', ['', 'Examples:', '  assay version', '  assay version --json'].join('\n'))
    .action(async (options: { readonly json?: boolean }) => {
      const { tool } = world.settings;
      const data = findVersion(world);
      const facts = {
        name: tool.name,
        version: tool.version,
        node: world.runtime.node,
        platform: world.runtime.platform,
        reportSchema: 'https://assay.dev/schemas/report/v1',
        ...(data === undefined ? {} : { data }),
      };
      const text = data === undefined ? 'none' : `${data.kind}, as of ${data.asOf}, ${data.records} records`;
      await world.stdout.write(
        options.json === true
          ? `${JSON.stringify(facts, null, 2)}\n`
          : `assay ${tool.version}\nnode ${world.runtime.node} (${world.runtime.platform})\nvulnerability data: ${text}\n`,
      );
      end(0);
    });
}

/** Data that cannot be read is `assay db status`'s to explain. */
function findVersion(world: World) {
  try {
    const data = openData(findData(world.settings, undefined));
    try {
      return data.version;
    } finally {
      data.close();
    }
  } catch {
    return undefined;
  }
}
