import { Command } from 'commander';
import type { Ending } from '../flags.ts';
import type { InsightWorld } from '../world.ts';

/** What the Tanzu CLI asks a plug-in about itself. Source: vmware-tanzu/tanzu-plugin-runtime, plugin.PluginDescriptor. */
export function pluginCommands(world: InsightWorld, end: Ending): readonly Command[] {
  const version = world.version.startsWith('v') ? world.version : `v${world.version}`;
  const description = 'Post and query image, package, source and vulnerability data';
  const descriptor = {
    name: 'insight',
    description,
    target: 'kubernetes',
    version,
    buildSHA: '',
    digest: '',
    group: 'Build',
    docURL: '',
    hidden: false,
    completionType: 0,
    aliases: [],
    discovery: '',
    scope: '',
    status: '',
  };
  const command = (name: string, about: string, answer: string): Command =>
    new Command(name).description(about).action(async () => {
      if (answer !== '') await world.stdout.write(answer);
      end(0);
    });
  return [
    command('info', 'what this plug-in is, as JSON', `${JSON.stringify(descriptor)}\n`),
    command('describe', 'what this plug-in is for', `${description}\n`),
    // There is nothing to set up.
    command('post-install', 'runs after the installation', ''),
  ];
}
