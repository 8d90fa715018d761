import { Command } from 'commander';
import type { Ending } from '../program.ts';
import type { World } from '../world.ts';

/** `assay grant`: the observer may read named pull secrets of a namespace. */
export function grantCommand(world: World, end: Ending): Command {
  return new Command('grant')
    .description('let the observer read pull secrets of a namespace, to fetch scan results with')
    .argument('<NAMESPACE>', 'where the scans are')
    .argument('[SECRET...]', 'names of the secrets; registries-credentials and write-creds when none is given')
    .option('--context <NAME>', 'the context of the kubeconfig (KUBECONFIG)')
    .addHelpText(
      'after',
      ['', 'Examples:', '  assay grant my-apps', '  assay grant my-apps registry-credentials'].join('\n'),
    )
    .action(async (namespace: string, secrets: readonly string[], options) => {
      const { grant } = await import('./grant.ts');
      end(await grant(world, namespace, secrets, options));
    });
}
