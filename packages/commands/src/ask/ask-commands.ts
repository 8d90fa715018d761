import { Command } from 'commander';
import type { Ending } from '../program.ts';
import type { World } from '../world.ts';
import { storeOption, tokenFileOption } from './ask-store.ts';

const examples = (...lines: readonly string[]): string =>
  ['', 'Examples:', ...lines.map((line) => `  ${line}`)].join('\n');

/** A command that asks a store. */
function asking(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .addOption(storeOption())
    .addOption(tokenFileOption())
    .option('--json', 'as JSON, for machines');
}

/** `assay find`. */
export function findCommand(world: World, end: Ending): Command {
  return asking('find', 'ask the store where a vulnerability, a package or an image is')
    .argument('<WORD>', 'a CVE or another id, a package URL, the name of a package, or an image')
    .option('--ever', 'where it ever was, not only what the newest reports say')
    .addHelpText(
      'after',
      examples(
        'assay find CVE-2021-44228',
        'assay find pkg:deb/debian/zlib1g --ever',
        'assay find log4j-core --json',
        'assay find registry.example.com/team/app',
      ),
    )
    .action(async (word: string, options) => {
      const { find } = await import('./find.ts');
      end(await find(world, word, options));
    });
}

/** `assay diff`. */
export function diffCommand(world: World, end: Ending): Command {
  return asking('diff', 'ask the store what changed between two reports: packages and findings')
    .argument('<FROM>', 'the UID of a report, or an image by digest or name for what is newest about it')
    .argument('<TO>', 'the same')
    .addHelpText('after', examples('assay diff sha256:… sha256:…', 'assay diff build-41 build-42 --json'))
    .action(async (from: string, to: string, options) => {
      const { diff } = await import('./diff.ts');
      end(await diff(world, from, to, options));
    });
}

/** `assay report …`. */
export function reportCommand(world: World, end: Ending): Command {
  const command = new Command('report')
    .description('ask the store for the reports of images and sources')
    .helpCommand(false)
    .addHelpText(
      'after',
      examples(
        'assay report list',
        'assay report get registry.example.com/team/app',
        'assay report history registry.example.com/team/app --json',
      ),
    );
  command.addCommand(
    asking('list', 'what is stored, with the newest report of each')
      .argument('[IMAGE]', 'only images of this name; * stands for any characters')
      .action(async (image: string | undefined, options) => {
        const { reportList } = await import('./report.ts');
        end(await reportList(world, image, options));
      }),
  );
  command.addCommand(
    asking('get', 'what the newest scan of an image found, the worst first')
      .argument('<IMAGE>', 'an image by name or digest, a source by commit')
      .action(async (image: string, options) => {
        const { reportGet } = await import('./report.ts');
        end(await reportGet(world, image, options));
      }),
  );
  command.addCommand(
    asking('history', 'the reports of an image over all its builds, the oldest first')
      .argument('<IMAGE>', 'an image by name or digest, a source by commit')
      .action(async (image: string, options) => {
        const { reportHistory } = await import('./report.ts');
        end(await reportHistory(world, image, options));
      }),
  );
  return command;
}
