import { plainText } from '@assay/output';
import { exitCodeOf } from '@assay/pipeline';
import { checkPolicies, faultText, loadPolicyFiles } from '@assay/policy';
import type { World } from '../world.ts';
import type { PolicyWords } from './policy-command.ts';

/** `assay policy check PATH…`: 0 when the policies compile, 3 when not. */
export async function check(
  world: World,
  paths: readonly string[],
  { rego, strict = false, output }: PolicyWords & { readonly output: 'text' | 'json' },
): Promise<number> {
  const { modules } = await loadPolicyFiles(paths, { data: false, signal: world.signal });
  const faults = await checkPolicies(modules, { dialect: rego, strict });
  if (output === 'json') {
    const errors = faults.map(({ file, row, column, code, message, details }) => ({
      message,
      code,
      ...(row === 0 ? {} : { location: { file, row, col: column } }),
      ...(details.length === 0 ? {} : { details }),
    }));
    await world.stdout.write(`${JSON.stringify({ files: modules.size, errors }, null, 2)}\n`);
  } else if (faults.length > 0) {
    await world.stdout.write(faults.map((fault) => `${lines(faultText(fault))}\n`).join(''));
  }
  if (output === 'text')
    await world.stderr.write(
      modules.size === 0
        ? 'there is no .rego file\n'
        : `${modules.size} ${modules.size === 1 ? 'file' : 'files'}, ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}\n`,
    );
  return exitCodeOf([modules.size === 0 ? 'undecided' : faults.length === 0 ? 'clean' : 'violating']);
}

/** Control characters of names and messages are made visible, line ends are kept. */
const lines = (text: string): string => text.split('\n').map(plainLine).join('\n');
const plainLine = (line: string): string => (line.startsWith('\t') ? `\t${plainText(line.slice(1))}` : plainText(line));
