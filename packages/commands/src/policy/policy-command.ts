import { AssayError } from '@assay/contract';
import { Command, Option } from 'commander';
import { several } from '../options.ts';
import type { Ending } from '../program.ts';
import type { World } from '../world.ts';

const examples = (lines: readonly string[]): string =>
  ['', 'Examples:', ...lines.map((line) => `  ${line}`)].join('\n');

/** What all of them know. */
export interface PolicyWords {
  readonly rego: 'auto' | 'v0' | 'v1';
  readonly strict?: boolean;
}

/** `assay policy …`: Rego, as OPA means it, with nothing to install. */
export function policyCommand(world: World, end: Ending): Command {
  const command = new Command('policy')
    .description('Rego policies: checking, testing, evaluating')
    .helpCommand(false)
    .addHelpText(
      'after',
      examples([
        'assay policy check policies',
        'assay policy test policies',
        'assay policy eval -d policies -i report.json data.release.deny',
      ]),
    );
  command.addCommand(checkCommand(world, end));
  command.addCommand(testCommand(world, end));
  command.addCommand(evalCommand(world, end));
  return command;
}

const dialect = () =>
  new Option('--rego <VERSION>', 'the language: auto takes v1, and v0 for files that only it reads')
    .choices(['auto', 'v0', 'v1'])
    .default('auto');
const strict = () =>
  new Option('--strict', 'unused and shadowed names, deprecated functions and doubled imports are faults too');
const timeout = () =>
  new Option('--timeout <SECONDS>', 'end an evaluation that takes longer').default(30).argParser((text) => {
    const seconds = Number(text);
    if (!/^\d+(?:\.\d+)?$/.test(text) || seconds <= 0 || seconds > 86_400)
      throw new AssayError(
        'OPTION_INVALID',
        `--timeout takes seconds up to 86400, not ${JSON.stringify(text.slice(0, 40))}`,
      );
    return seconds;
  });

function checkCommand(world: World, end: Ending): Command {
  return new Command('check')
    .description('compile policies; code 3 when something is wrong with them')
    .argument('<PATH...>', 'files and folders of .rego')
    .addOption(strict())
    .addOption(dialect())
    .addOption(
      new Option('-o, --output <FORMAT>', 'text: FILE:ROW:COLUMN: code: message')
        .choices(['text', 'json'])
        .default('text'),
    )
    .addHelpText('after', examples(['assay policy check policies', 'assay policy check --strict -o json release.rego']))
    .action(async (paths: readonly string[], words: PolicyWords & { readonly output: 'text' | 'json' }) => {
      const { check } = await import('./check.ts');
      end(await check(world, paths, words));
    });
}

function testCommand(world: World, end: Ending): Command {
  return new Command('test')
    .description('run the rules whose names begin with test_; code 3 when one fails')
    .argument('<PATH...>', 'files and folders of .rego, and of data as .json and .yaml')
    .option('-v, --verbose', 'name the tests that passed too, and show what print wrote')
    .addOption(new Option('-r, --run <PATTERN>', 'only tests whose full name matches').argParser(pattern))
    .option('--coverage', 'which rows no test has reached')
    .addOption(strict())
    .addOption(dialect())
    .addOption(timeout())
    .addOption(new Option('-o, --output <FORMAT>', 'how to tell').choices(['text', 'json', 'junit']).default('text'))
    .addHelpText(
      'after',
      examples([
        'assay policy test policies',
        'assay policy test -v --coverage policies',
        'assay policy test -o junit policies > tests.xml',
      ]),
    )
    .action(async (paths: readonly string[], words) => {
      const { test } = await import('./test.ts');
      end(await test(world, paths, words));
    });
}

function evalCommand(world: World, end: Ending): Command {
  return new Command('eval')
    .description('evaluate a query')
    .argument('<QUERY>', "a query such as data.release.deny or 'x := input.a; x > 1'")
    .option('-d, --data <PATH>', 'files and folders of policies and data; may be given several times', several, [])
    .option('-i, --input <FILE>', 'the input as JSON or YAML; - is standard input')
    .addOption(strict())
    .addOption(dialect())
    .addOption(timeout())
    .option(
      '--strict-builtin-errors',
      'fail on the first error of a built-in function instead of taking it for undefined',
    )
    .option('--fail', 'code 3 when the result is undefined')
    .option('--fail-defined', 'code 3 when the result is defined')
    .addOption(
      new Option('-o, --output <FORMAT>', 'json as OPA writes it, values one a line, or raw text')
        .choices(['json', 'values', 'raw'])
        .default('json'),
    )
    .addHelpText(
      'after',
      examples([
        'assay policy eval -d policies -i report.json data.release.deny',
        "assay policy eval '1 + 1'",
        'assay scan alpine:3.20 -o json | assay policy eval -d policies -i - -o values data.release.deny',
      ]),
    )
    .action(async (query: string, words) => {
      const { evaluate } = await import('./eval.ts');
      end(await evaluate(world, query, words));
    });
}

function pattern(text: string): RegExp {
  try {
    return new RegExp(text, 'u');
  } catch (cause) {
    throw new AssayError('OPTION_INVALID', `--run is no regular expression: ${JSON.stringify(text.slice(0, 100))}`, {
      cause,
    });
  }
}
