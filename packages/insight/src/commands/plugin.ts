import { Command } from 'commander';
import type { Ending } from '../flags.ts';
import { InsightError, type InsightWorld } from '../world.ts';
import { docsCommand, eachCommand } from './plugin-docs.ts';

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
    lintCommand(end),
    docsCommand(end),
  ];
}

/** Looks at the tree of commands as plug-ins are asked to: each has a description, and no two answer to one name. */
function lintCommand(end: Ending): Command {
  const lint = new Command('lint').description('checks the structure of the commands');
  return lint.action(() => {
    for (const [command, path] of eachCommand(lint.parent)) {
      if (command.description() === '') throw new InsightError(`${path} has no description`);
      const names = command.commands.flatMap((child) => [child.name(), ...child.aliases()]);
      if (new Set(names).size < names.length) throw new InsightError(`two commands of ${path} have one name`);
    }
    end(0);
  });
}
