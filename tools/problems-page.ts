import { problems } from '@assay/contract';

/** The page of every failure that has a name, rendered from the catalogue: docs/reference/errors.md is exactly this. */
export function problemsPage(): string {
  const rows = Object.entries(problems).map(
    ([code, { cause, hint, retry, exit }]) =>
      `| \`${code}\` | ${exit} | ${retry === 'later' ? 'yes' : 'no'} | ${cell(cause)} | ${cell(hint)} |`,
  );
  return [
    '# Errors',
    '',
    'Every failure has a code, a cause and a next step. It is printed on stderr as `CODE: what. hint: …`; stdout carries only the answer.',
    'This page is made from the catalogue (`packages/contract/src/problem.ts`) by `node tools/write-pages.ts`, and a test holds it to that.',
    '',
    '| Code | Exit | May pass by itself | Cause | Next step |',
    '|---|---|---|---|---|',
    ...rows,
    '',
    '## Before the program starts',
    '',
    'The set-up (`tools/bootstrap.mjs`) has codes of its own, exit 1: `SETUP_NODE` (no Node, or one older than 20), `SETUP_RUNTIME` (no Node 24 for this platform),',
    '`SETUP_FAILED` (npm or the build ended with an error), `SETUP_PROGRAM` (a program cannot be started), `SETUP_FOLDER` (the clone cannot be written), `SETUP_USAGE`.',
    '',
  ].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
