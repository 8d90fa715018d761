import { Command, CommanderError } from 'commander';
import { openClient } from './client/store-client.ts';
import { imageCommands } from './commands/image.ts';
import { packageCommands } from './commands/package.ts';
import { pluginCommands } from './commands/plugin.ts';
import { reportCommands } from './commands/report.ts';
import { sourceCommands } from './commands/source.ts';
import { triageCommands } from './commands/triage.ts';
import { vulnerabilityCommands } from './commands/vulnerability.ts';
import { checkEndpoint, targetFile, writeTarget } from './config/target.ts';
import { type CommandDefinition, type Ending, toCommand, toGroup } from './flags.ts';
import { clean } from './text/words.ts';
import { InsightError, type InsightWorld } from './world.ts';

/** The whole client as commander sees it. Source: spec/insight.md §1.1. */
export function createInsight(world: InsightWorld, end: Ending): Command {
  const group = (name: string, aliases: readonly string[], about: string, definitions: readonly CommandDefinition[]) =>
    toGroup(
      name,
      aliases,
      about,
      definitions.map((definition) => toCommand(definition, world, end)),
    );
  // The flag may stand before the command as well. Source: spec/insight.md §3.11.
  const triage = group('triage', [], 'analyses of vulnerabilities', triageCommands).option(
    '--output-format <FORMAT>',
    'text, api-json',
  );
  const program = toGroup('insight', [], 'Posts to and queries the Metadata Store: CycloneDX XML and JSON, SPDX JSON', [
    toGroup('config', [], 'configures which store is asked', [setTargetCommand(world, end)]),
    healthCommand(world, end),
    group('image', ['images'], 'images', imageCommands),
    group('package', ['packages'], 'packages', packageCommands),
    group('source', ['sources'], 'sources', sourceCommands),
    group('vulnerabilities', ['vuln', 'vulns', 'vulnerability'], 'vulnerabilities', vulnerabilityCommands),
    triage,
    group('report', ['reports'], 'reports', reportCommands),
    versionCommand(world, end),
  ]);
  for (const command of pluginCommands(world, end)) program.addCommand(command, { hidden: true });
  each(program, (command) => command.exitOverride().showHelpAfterError(false).enablePositionalOptions());
  return program;
}

function setTargetCommand(world: InsightWorld, end: Ending): Command {
  const command = new Command('set-target')
    .description('sets the endpoint of the store')
    .usage('<endpoint> [options]')
    .option('--ca-cert <FILE>', 'CA certificate of the store')
    .option('--access-token <TOKEN>', 'token, kept on disk; METADATA_STORE_ACCESS_TOKEN is better')
    .argument('[ENDPOINT...]');
  return command.action(async (endpoints: readonly string[]) => {
    const [endpoint] = endpoints;
    if (endpoint === undefined || endpoints.length !== 1)
      throw new InsightError(`accepts 1 arg(s), received ${endpoints.length}`);
    checkEndpoint(endpoint);
    const { caCert, accessToken }: { caCert?: string; accessToken?: string } = command.opts();
    await writeTarget(world.home, {
      endpoint,
      ...(caCert === undefined ? {} : { caCert }),
      ...(accessToken === undefined ? {} : { accessToken }),
    });
    await world.stdout.write(
      `Using config file: ${targetFile(world.home)}\nSetting endpoint in config to: ${endpoint}\n`,
    );
    end(0);
  });
}

function healthCommand(world: InsightWorld, end: Ending): Command {
  return new Command('health').description('checks whether the store can be reached').action(async () => {
    const client = await openClient(world);
    try {
      const { text } = await client.send({ method: 'GET', path: ['api', 'health'], isOpen: true });
      // The store says nothing, or JSON; a page of a proxy is no sign of health.
      if (!/^\s*(?:\{|$)/.test(text)) throw new InsightError('the answer is not that of a Metadata Store');
    } finally {
      await client.close();
    }
    await world.stdout.write('Success: Reached Metadata Store!\n');
    end(0);
  });
}

function versionCommand(world: InsightWorld, end: Ending): Command {
  return new Command('version').description('prints the version').action(async () => {
    await world.stdout.write(`${world.version.startsWith('v') ? world.version : `v${world.version}`}\n`);
    end(0);
  });
}

function each(command: Command, act: (command: Command) => void): void {
  act(command);
  for (const child of command.commands) each(child, act);
}

/** Runs one call to its exit code: 0 or 1. Never throws. */
export async function runInsight(words: readonly string[], world: InsightWorld): Promise<number> {
  let code = 0;
  const waiting: Promise<void>[] = [];
  try {
    const program = createInsight(world, (ended) => {
      code = ended;
    });
    each(program, (command) =>
      command.configureOutput({
        writeOut: (text) => void waiting.push(world.stdout.write(text)),
        writeErr: () => undefined,
      }),
    );
    await program.parseAsync([...words], { from: 'user' });
    await Promise.all(waiting);
    return code;
  } catch (error) {
    await Promise.all(waiting);
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    await world.stderr.write(`Error: ${errorWords(error, words)}\n`);
    return 1;
  }
}

/** Commander's complaints in the words of the old client's parser. Source: spec/insight.md §7. */
export function errorWords(error: unknown, words: readonly string[]): string {
  // Messages of servers are words of strangers too: one line, nothing that steers the terminal.
  return clean(wordsOf(error, words).replace(/\s*[\r\n]+\s*/g, ' '));
}

function wordsOf(error: unknown, words: readonly string[]): string {
  if (error instanceof CommanderError) {
    const flag = /'([^']+)'/.exec(error.message)?.[1] ?? '';
    const given =
      /^(-\w)|(--[\w-]+)/.exec(flag.split(/[ ,]/).find((part) => words.includes(part)) ?? flag)?.[0] ?? flag;
    if (error.code === 'commander.unknownOption')
      return given.startsWith('--')
        ? `unknown flag: ${given}`
        : `unknown shorthand flag: '${given.slice(1, 2)}' in ${given}`;
    if (error.code === 'commander.optionMissingArgument')
      return given.startsWith('--')
        ? `flag needs an argument: ${given}`
        : `flag needs an argument: '${given.slice(1, 2)}' in ${given}`;
    return error.message.replace(/^error: /, '');
  }
  if (error instanceof InsightError) return error.message;
  return `internal error: ${error instanceof Error ? error.message : String(error)}`;
}
