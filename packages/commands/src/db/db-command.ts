import { Command, Option } from 'commander';
import { caFileOption, days, quietOption, retriesOption } from '../options.ts';
import type { Ending } from '../program.ts';
import type { World } from '../world.ts';

const examples = (lines: readonly string[]): string =>
  ['', 'Examples:', ...lines.map((line) => `  ${line}`)].join('\n');

/** `assay db …`: the vulnerability data on this machine. */
export function dbCommand(world: World, end: Ending): Command {
  const command = new Command('db')
    .description('the vulnerability data: what there is, fetching, importing, building')
    .helpCommand(false)
    .addHelpText(
      'after',
      examples([
        'assay db status',
        'assay db update',
        'assay db update --ecosystem npm --ecosystem Debian',
        'assay db import assay.db.zst',
        'assay db build ./osv --output assay.db',
      ]),
    );
  command.addCommand(statusCommand(world, end));
  command.addCommand(updateCommand(world, end));
  command.addCommand(importCommand(world, end));
  command.addCommand(buildCommand(world, end));
  return command;
}

function statusCommand(world: World, end: Ending): Command {
  return new Command('status')
    .description('print which data there is, how old it is, and what it covers')
    .option('--db <FILE>', 'look at this file')
    .option('--json', 'as JSON')
    .addOption(
      new Option('--max-db-age <DAYS>', 'end with code 4 when the data is older').argParser(days('--max-db-age')),
    )
    .addHelpText('after', examples(['assay db status', 'assay db status --json', 'assay db status --max-db-age 5']))
    .action(async (options: { readonly db?: string; readonly json?: boolean; readonly maxDbAge?: number }) => {
      const { tellStatus } = await import('./status.ts');
      end(await tellStatus(world, options));
    });
}

function updateCommand(world: World, end: Ending): Command {
  return new Command('update')
    .description('fetch the newest data, ecosystem by ecosystem, and put it in place in one step')
    .option('--from <URL>', 'base of ECOSYSTEM/all.zip, laid out as the public OSV export is (ASSAY_DB_URL)')
    .option(
      '--ecosystem <NAME>',
      'only this one; may be given several times',
      (value: string, before: readonly string[] = []) => [...before, value],
    )
    .option('--output <FILE>', 'write this file instead of the one that scans use')
    .addOption(retriesOption())
    .addOption(caFileOption())
    .addOption(quietOption())
    .addHelpText(
      'after',
      examples([
        'assay db update',
        'assay db update --ecosystem PyPI --ecosystem npm',
        'assay db update --from https://mirror.example/osv',
      ]),
    )
    .action(async (options) => {
      const { update } = await import('./update.ts');
      end(await update(world, options));
    });
}

function importCommand(world: World, end: Ending): Command {
  return new Command('import')
    .description(
      'put a data file in place: one of ours, an OSV zip, CISA KEV JSON, FIRST EPSS CSV, or an OCI artifact that holds one of these',
    )
    .argument('<SOURCE>', 'a file, oci:DIR, an archive, or registry:REFERENCE')
    .option('--output <FILE>', 'write this file instead of the one that scans use')
    .addOption(retriesOption())
    .addOption(caFileOption())
    .addOption(quietOption())
    .addHelpText(
      'after',
      examples([
        'assay db import assay.db.zst',
        'assay db import registry:registry.example/assay/db:latest',
        'assay db import known_exploited_vulnerabilities.json',
      ]),
    )
    .action(async (source: string, options) => {
      const { importSource } = await import('./import-source.ts');
      end(await importSource(world, source, options));
    });
}

function buildCommand(world: World, end: Ending): Command {
  return new Command('build')
    .description('make a data file from OSV records')
    .argument('<SOURCE...>', 'folders of ECOSYSTEM/all.zip or of JSON files, zips, JSON files')
    .requiredOption('--output <FILE>', 'the file to write')
    .addOption(quietOption())
    .addHelpText(
      'after',
      examples([
        'assay db build ./osv --output assay.db',
        'assay db build PyPI.zip npm.zip --output assay.db && assay scan alpine:3.20 --db assay.db',
      ]),
    )
    .action(async (sources: readonly string[], options: { readonly output: string; readonly quiet?: boolean }) => {
      const { build } = await import('./build.ts');
      end(await build(world, sources, options));
    });
}
