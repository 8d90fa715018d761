import { AssayError } from '@assay/contract';
import { Command, CommanderError } from 'commander';
import { diffCommand, findCommand, reportCommand } from './ask/ask-commands.ts';
import { grantCommand } from './cluster/grant-command.ts';
import { installCommand } from './cluster/install-command.ts';
import { addCompletion } from './completion.ts';
import { dbCommand } from './db/db-command.ts';
import { insightCommand, runInsightHere } from './insight/insight-command.ts';
import { policyCommand } from './policy/policy-command.ts';
import { sbomCommand } from './sbom/sbom-command.ts';
import { scanCommand } from './scan/scan-command.ts';
import { tellError } from './screen/tell-error.ts';
import { upCommand } from './up/up-command.ts';
import { versionCommand } from './version-command.ts';
import { tellWelcome } from './welcome.ts';
import type { World } from './world.ts';

/** What a command's action gives: the exit code of the process. */
export type Ending = (code: number) => void;

/** The whole command line as commander sees it. Actions load what they need when they run. */
export function createProgram(world: World, end: Ending): Command {
  const program = new Command('assay')
    .description('Finds known vulnerabilities in container images, folders and SBOMs; says so when it does not know.')
    .helpCommand(false)
    .showHelpAfterError(false)
    .enablePositionalOptions()
    .option('-V, --version', 'the version, as `assay version` prints it')
    .addHelpText(
      'after',
      [
        '',
        'Exit codes: 0 clean · 1 error · 2 usage · 3 threshold violated · 4 undecided. When several apply: 2, 1, 3, 4, 0.',
        'Details of a command: assay COMMAND --help',
      ].join('\n'),
    );
  program.addCommand(scanCommand(world, end));
  program.addCommand(sbomCommand(world, end));
  program.addCommand(dbCommand(world, end));
  program.addCommand(policyCommand(world, end));
  program.addCommand(installCommand(world, end));
  program.addCommand(grantCommand(world, end));
  program.addCommand(upCommand(world, end));
  program.addCommand(findCommand(world, end));
  program.addCommand(diffCommand(world, end));
  program.addCommand(reportCommand(world, end));
  program.addCommand(insightCommand());
  program.addCommand(versionCommand(world, end));
  program.argument('[COMMAND]', 'what to do').allowExcessArguments();
  program.action(async (word: string | undefined, options: { readonly version?: boolean }) => {
    if (word !== undefined) throw unknownCommand(word, program);
    if (options.version === true) await world.stdout.write(`assay ${world.settings.tool.version}\n`);
    else await tellWelcome(world);
    end(0);
  });
  addCompletion(program);
  each(program, (command) => command.exitOverride());
  return program;
}

/** Runs one call of the program to its exit code. Never throws. */
export async function runProgram(words: readonly string[], world: World): Promise<number> {
  // It has its own words for everything, errors included: those of the client it takes the place of.
  if (words[0] === 'insight') return runInsightHere(words.slice(1), world);
  let code = 0;
  const waiting: Promise<void>[] = [];
  try {
    const program = createProgram(world, (ended) => {
      code = ended;
    });
    each(program, (command) =>
      command.configureOutput({
        writeOut: (text) => void waiting.push(world.stdout.write(text)),
        writeErr: () => undefined,
        getOutHelpWidth: () => world.stdout.columns,
        getOutHasColors: () => world.stdout.color,
      }),
    );
    await program.parseAsync([...words], { from: 'user' });
    await Promise.all(waiting);
    return code;
  } catch (error) {
    await Promise.all(waiting);
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    return tellError(error instanceof CommanderError ? toUsage(error, words) : error, world);
  }
}

/** Names the command that was perhaps meant: one edit away, or the start of it. */
function unknownCommand(word: string, program: Command): AssayError {
  const names = program.commands.map((command) => command.name());
  const meant = names.find((name) => name.startsWith(word) || isNear(name, word));
  const hint = meant === undefined ? 'See: assay --help' : `Did you mean: assay ${meant}?`;
  return new AssayError('USAGE', `there is no command ${JSON.stringify(word.slice(0, 60))}`, { hint });
}

/** Whether two words are one letter apart: changed, missing, or swapped with its neighbour. */
function isNear(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  const [restA, restB] = [a.slice(start), b.slice(start)];
  return (
    restA.slice(1) === restB.slice(1) ||
    restA.slice(1) === restB ||
    restA === restB.slice(1) ||
    (restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2))
  );
}

function each(command: Command, act: (command: Command) => void): void {
  act(command);
  for (const child of command.commands) each(child, act);
}

function toUsage(error: CommanderError, words: readonly string[]): AssayError {
  const detail = error.message.replace(/^error: /, '').replace(/\n/g, ' ');
  const command = words.find((word) =>
    /^(?:scan|sbom|db|policy|install|grant|up|find|diff|report|version|completion)$/.test(word),
  );
  const hint = `See: assay ${command === undefined ? '' : `${command} `}--help`;
  return new AssayError('USAGE', detail, { cause: error, hint });
}
