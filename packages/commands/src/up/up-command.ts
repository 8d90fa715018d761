import { Command, Option } from 'commander';
import { wholeNumber } from '../options.ts';
import type { Ending } from '../program.ts';
import type { World } from '../world.ts';

/** `assay up`. */
export function upCommand(world: World, end: Ending): Command {
  return new Command('up')
    .description('run the store on this machine: every report kept, every question answered')
    .addOption(new Option('--data <DIR>', 'where everything is kept (ASSAY_HOME/store)'))
    .addOption(new Option('--host <ADDRESS>', 'loopback address to listen on').default('127.0.0.1'))
    .addOption(
      new Option('--port <N>', 'port to listen on; 0 takes a free one')
        .default(7878)
        .argParser(wholeNumber('--port', 0, 65_535)),
    )
    .option('--no-auth', 'want no token: everyone on this machine may read and write')
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  assay up',
        '  assay scan alpine:3.20                       stores its report while the store runs',
        '  assay insight vulnerabilities images --cveid CVE-2021-44228',
        '',
        'It speaks the Metadata Store’s API (/api, /api/v1). Its token is kept in the data folder and stays the same.',
      ].join('\n'),
    )
    .action(async (options) => {
      const { up } = await import('./up.ts');
      end(await up(world, options));
    });
}
