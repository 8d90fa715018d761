import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';

/** Adds `assay completion SHELL`, which prints the script, and the hidden `complete` that the script calls. */
export function addCompletion(program: Command): void {
  tab(program, { completionCommandName: 'completion' });
  const command = program.commands.find((one) => one.name() === 'completion');
  command
    ?.description('print the completion script of a shell')
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  source <(assay completion bash)',
        '  assay completion zsh > ~/.zfunc/_assay',
        '  assay completion fish > ~/.config/fish/completions/assay.fish',
      ].join('\n'),
    );
}
