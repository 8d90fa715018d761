import { createProgram, type World } from '@assay/commands';

/** A world in which nothing happens: the page only asks commands what they are called. */
const nowhere: World = {
  settings: {
    home: '',
    starterData: '',
    registry: {},
    searchPath: '',
    childEnvironment: {},
    tool: { name: 'assay', version: '' },
  },
  stdout: { isTerminal: false, columns: 100, color: false, write: () => Promise.resolve() },
  stderr: { isTerminal: false, columns: 100, color: false, write: () => Promise.resolve() },
  stdin: (async function* () {})(),
  signal: new AbortController().signal,
  now: () => new Date(0),
  runtime: { node: '', platform: '' },
  program: new URL('file:///'),
  userHome: '',
  isInteractive: false,
  called: './assay',
};

type Command = ReturnType<typeof createProgram>;

/** The help of every command, as it is printed: docs/reference/cli.md is exactly this. */
export function cliPage(): string {
  const parts = [
    '# The command line',
    '',
    'Made from the commands by `node tools/write-pages.ts`; a test holds it to that.',
    '',
  ];
  const add = (command: Command, names: readonly string[]) => {
    let help = '';
    command.configureOutput({
      writeOut: (text) => (help += text),
      getOutHelpWidth: () => 100,
      getOutHasColors: () => false,
    });
    command.outputHelp();
    parts.push(`## ${names.join(' ')}`, '', '```', help.trimEnd(), '```', '');
    for (const child of command.commands) if (child.name() !== 'complete') add(child, [...names, child.name()]);
  };
  add(
    createProgram(nowhere, () => undefined),
    ['assay'],
  );
  return parts.join('\n');
}
