import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const shared = join(root, '../shared');

/** Where benches keep what they made. */
export const benchFolder: string =
  process.env.ASSAY_BENCH ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'assay-bench');

/** The program as people start it. */
export const assay: string = join(root, 'assay');

/** A set of shared test data; `undefined` where it is not beside this checkout. */
export function findFixtures(set: string): string | undefined {
  const unpack = join(shared, 'fixtures/unpack');
  return existsSync(unpack) ? execFileSync('bash', [unpack, set], { encoding: 'utf8' }).trim() : undefined;
}

/** Grype with the fixtures' data imported; `undefined` where it cannot be had. */
export function findGrype(
  advisories: string,
): { readonly program: string; readonly env: Readonly<Record<string, string>> } | undefined {
  const install = join(shared, 'tools/install');
  if (!existsSync(install)) return undefined;
  const bin = execFileSync('bash', [install, 'grype'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
  const program = join(bin, 'grype');
  const cache = join(benchFolder, 'grype-db');
  const env = {
    GRYPE_DB_AUTO_UPDATE: 'false',
    GRYPE_DB_VALIDATE_AGE: 'false',
    GRYPE_CHECK_FOR_APP_UPDATE: 'false',
    GRYPE_DB_CACHE_DIR: cache,
  };
  if (!existsSync(cache)) {
    mkdirSync(cache, { recursive: true });
    const archive = execFileSync('bash', ['-c', 'ls "$1"/vulnerability-db_*.tar.zst', '-', advisories], {
      encoding: 'utf8',
    }).trim();
    execFileSync(program, ['db', 'import', archive], { env: { ...process.env, ...env }, stdio: ['ignore', 2, 2] });
  }
  return { program, env };
}
