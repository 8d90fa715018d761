import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import type { Ending } from '../flags.ts';
import { InsightError } from '../world.ts';

const usualFolder = 'docs/cli/commands';

/** Writes a page of Markdown for each command, named as the Tanzu CLI names them. */
export function docsCommand(end: Ending): Command {
  const docs = new Command('generate-docs')
    .description('writes a page for each command')
    .option('-d, --docs-dir <FOLDER>', 'an existing folder for the pages', usualFolder);
  return docs.action(async () => {
    const { docsDir }: { docsDir?: string } = docs.opts();
    const folder = docsDir ?? usualFolder;
    for (const [command, path, below] of eachCommand(docs.parent))
      try {
        await writeFile(join(folder, fileOf(path)), pageOf(command, path, below));
      } catch (cause) {
        throw new InsightError(
          `error reading docs output directory '${folder}', make sure directory exists or provide docs output directory as input value to '--docs-dir' flag`,
          { cause },
        );
      }
    end(0);
  });
}

/** Each command that is shown, with its path and the paths of what is next to it, above and below. */
export function* eachCommand(
  command: Command | null,
  above = 'tanzu',
): Generator<readonly [command: Command, path: string, near: readonly string[]]> {
  if (command === null) return;
  const path = `${above} ${command.name()}`;
  const children = command.createHelp().visibleCommands(command);
  yield [command, path, [...(above === 'tanzu' ? [] : [above]), ...children.map((child) => `${path} ${child.name()}`)]];
  for (const child of children) yield* eachCommand(child, path);
}

function fileOf(path: string): string {
  return `${path.replaceAll(' ', '_')}.md`;
}

function pageOf(command: Command, path: string, near: readonly string[]): string {
  const help = command.helpInformation().trimEnd();
  const links = near.map((each) => `* [${each}](${fileOf(each)})`);
  const end = links.length === 0 ? [] : ['', '### SEE ALSO', '', ...links];
  return [`## ${path}`, '', command.description(), '', '```', help, '```', ...end, ''].join('\n');
}
