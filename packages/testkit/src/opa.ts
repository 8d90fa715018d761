import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const installer = join(dirname(fileURLToPath(import.meta.url)), '../../../../shared/tools/install');

/** The `opa` to compare with; undefined where there is none, which is told on stderr. Throws in CI where it must be there. */
export function findOpa(suite: string): string | undefined {
  if (existsSync(installer)) {
    const folder = execFileSync('bash', [installer, 'opa'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return join(folder.trim(), 'opa');
  }
  if (process.env.CI === 'true') throw new Error(`${suite}: ../shared/tools is not beside this checkout`);
  process.stderr.write(`left out: ${suite}: ../shared/tools, which installs opa, is not beside this checkout\n`);
  return undefined;
}
