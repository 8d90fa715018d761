import { Command, Option } from 'commander';
import type { StoreClient } from './client/store-client.ts';
import { openClient } from './client/store-client.ts';
import { InsightError, type InsightWorld } from './world.ts';

/** A flag of a command. */
export interface Flag {
  /** `digest`. */
  readonly name: string;
  /** `d`. */
  readonly short?: string;
  /** What it is for. */
  readonly about: string;
  readonly isRequired?: boolean;
  /** `list` may be repeated or separated by commas. */
  readonly is?: 'text' | 'truth' | 'list';
  readonly usual?: string;
  /** Old ways that still work, not shown. */
  readonly isHidden?: boolean;
}

/** What the user gave. */
export class Given {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  /** The text of a flag; `undefined` when it was not given or is empty. */
  text(name: string): string | undefined {
    const value = this.#values[camel(name)];
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  /** The text of a flag that is required or has a usual value. */
  sure(name: string): string {
    return this.text(name) ?? '';
  }

  list(name: string): readonly string[] {
    const value = this.#values[camel(name)];
    return Array.isArray(value) ? value.filter((each) => typeof each === 'string' && each !== '') : [];
  }

  truth(name: string): boolean {
    return this.#values[camel(name)] === true;
  }
}

/** Ways to print an answer. */
export const plainFormats = ['text', 'api-json'] as const;
export const sbomFormats = ['text', 'api-json', 'cyclonedx-xml', 'cyclonedx-json', 'spdx-json'] as const;
export type OutputFormat = (typeof sbomFormats)[number];

/** What a command's work gets. */
export interface Call {
  readonly given: Given;
  readonly format: OutputFormat;
  readonly world: InsightWorld;
  readonly client: StoreClient;
}

export interface CommandDefinition {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly about: string;
  readonly example?: string;
  readonly flags: readonly Flag[];
  readonly formats: readonly OutputFormat[];
  /** Looks at what was given before anything is asked. Throws InsightError. */
  readonly check?: (given: Given) => void;
  /** Gives what is printed on standard output. */
  readonly run: (call: Call) => Promise<string>;
}

/** Ends a call with a code. */
export type Ending = (code: number) => void;

/** A command as commander sees it. */
export function toCommand(definition: CommandDefinition, world: InsightWorld, end: Ending): Command {
  const { name, aliases = [], about, example, flags, formats } = definition;
  const command = new Command(name)
    .description(about)
    .aliases([...aliases])
    .helpCommand(false);
  for (const flag of flags) command.addOption(toOption(flag));
  if (formats.length > 0) {
    command.addOption(new Option('--output-format <FORMAT>', `${formats.join(', ')}`).default('text'));
    command.addOption(new Option('-f, --format <FORMAT>', 'old name of --output-format').hideHelp());
  }
  if (example !== undefined) command.addHelpText('after', `\nExample:\n  ${example}`);
  command.action(async (...words: readonly unknown[]) => {
    const inherited: unknown = command.parent?.getOptionValue('outputFormat');
    const isOwn = inherited === undefined || command.getOptionValueSource('outputFormat') !== 'default';
    const given = new Given({ ...command.opts(), ...(isOwn ? {} : { outputFormat: inherited }) });
    const missing = flags.filter(({ isRequired, name: flag }) => isRequired === true && given.text(flag) === undefined);
    const names = missing.map((flag) => `"${flag.name}"`).sort();
    if (names.length > 0) throw new InsightError(`required flag(s) ${names.join(', ')} not set`);
    if (command.args.length > 0 && words.length > 0)
      throw new InsightError(`accepts 0 arg(s), received ${command.args.length}`);
    const format = formatOf(given, formats);
    definition.check?.(given);
    const client = await openClient(world);
    try {
      await world.stdout.write(await definition.run({ given, format, world, client }));
    } finally {
      await client.close();
    }
    end(0);
  });
  return command.allowExcessArguments();
}

/** Several commands under one name; alone it prints its help. */
export function toGroup(
  name: string,
  aliases: readonly string[],
  about: string,
  children: readonly Command[],
): Command {
  const group = new Command(name)
    .description(about)
    .aliases([...aliases])
    .helpCommand(false)
    .allowExcessArguments();
  for (const child of children) group.addCommand(child);
  group.argument('[COMMAND]', 'what to do');
  group.action((word: string | undefined) => {
    if (word !== undefined) throw new InsightError(`unknown command "${word.slice(0, 60)}" for "${pathOf(group)}"`);
    group.outputHelp();
  });
  return group;
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

function toOption({ name, short, about, is = 'text', usual, isHidden }: Flag): Option {
  const long = is === 'truth' ? `--${name}` : `--${name} <${is === 'list' ? 'VALUES' : 'VALUE'}>`;
  const option = new Option(short === undefined ? long : `-${short}, ${long}`, about);
  if (is === 'list')
    option.argParser((value: string, before: readonly string[] = []) => [...before, ...value.split(',')]);
  if (usual !== undefined) option.default(usual);
  return isHidden === true ? option.hideHelp() : option;
}

function camel(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Old words for formats. Source: spec/insight.md §1.3. */
const oldFormats: Readonly<Record<string, OutputFormat>> = { json: 'api-json', cyclonedx: 'cyclonedx-xml' };

function formatOf(given: Given, formats: readonly OutputFormat[]): OutputFormat {
  if (formats.length === 0) return 'text';
  const word = given.text('format') ?? given.sure('output-format');
  const wanted = Object.hasOwn(oldFormats, word) ? oldFormats[word] : word;
  const found = formats.find((format) => format === wanted);
  if (found === undefined)
    throw new InsightError(`unknown output format "${word.slice(0, 60)}": use ${orList(formats)}`);
  return found;
}

/** `a, b or c`. */
export function orList(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** Lines as they are printed: an empty list is a newline. */
export function printed(lines: readonly string[]): string {
  return lines.length === 0 ? '\n' : `${lines.join('\n')}\n`;
}

/** JSON of the store, as it came. */
export function asItCame(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
