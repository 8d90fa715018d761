import { Command } from 'commander';
import type { Ending } from '../program.ts';
import type { World } from '../world.ts';
import { storeOption, tokenFileOption } from './ask-store.ts';

/** `assay find`. */
export function findCommand(world: World, end: Ending): Command {
  return new Command('find')
    .description('ask the store where a vulnerability or a package is')
    .argument('<WORD>', 'a CVE or another id, a package URL, or the name of a package')
    .addOption(storeOption())
    .addOption(tokenFileOption())
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  assay find CVE-2021-44228',
        '  assay find pkg:deb/debian/zlib1g',
        '  assay find log4j-core --json',
      ].join('\n'),
    )
    .action(async (word: string, options) => {
      const { find } = await import('./find.ts');
      end(await find(world, word, options));
    });
}

/** `assay diff`. */
export function diffCommand(world: World, end: Ending): Command {
  return new Command('diff')
    .description('ask the store what changed between two reports: packages and findings')
    .argument('<FROM>', 'the UID of a report, or an image’s digest for its newest report')
    .argument('<TO>', 'the same')
    .addOption(storeOption())
    .addOption(tokenFileOption())
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      ['', 'Examples:', '  assay diff sha256:… sha256:…', '  assay diff build-41 build-42 --json'].join('\n'),
    )
    .action(async (from: string, to: string, options) => {
      const { diff } = await import('./diff.ts');
      end(await diff(world, from, to, options));
    });
}
