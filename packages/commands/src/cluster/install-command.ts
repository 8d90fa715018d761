import { Command, Option } from 'commander';
import { quietOption, wholeNumber } from '../options.ts';
import type { Ending } from '../program.ts';
import type { World } from '../world.ts';

/** `assay install`: what `kubectl apply -k` does, and waiting. */
export function installCommand(world: World, end: Ending): Command {
  return new Command('install')
    .description('install on a cluster what `npm run images -- --push` wrote, and wait until it runs')
    .option('--local <DIR>', 'the installation', 'deploy/local')
    .option('--context <NAME>', 'the context of the kubeconfig (KUBECONFIG)')
    .addOption(
      new Option('--timeout <SECONDS>', 'how long to wait until everything runs')
        .argParser(wholeNumber('--timeout', 0, 86_400))
        .default(180),
    )
    .addOption(quietOption())
    .addHelpText(
      'after',
      ['', 'Examples:', '  assay install', '  assay install --local deploy/local --context test --timeout 600'].join(
        '\n',
      ),
    )
    .action(async (options) => {
      const { install } = await import('./install.ts');
      end(await install(world, options));
    });
}
