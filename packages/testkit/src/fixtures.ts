import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const shared = join(repository, '../shared');

export type FixtureSet = 'advisories' | 'scans' | 'corpora';

/** Whether the shared test data lies beside this checkout. In CI it must: a missing set is then a failure, never a skip. */
export const hasFixtures: boolean = existsSync(join(shared, 'fixtures/unpack')) || process.env.CI === 'true';

const said = new Set<string>();

/**
 * The folder of one set of shared test data, unpacked once per user. Throws where it is missing.
 * Suites that need it are declared with `describe.runIf(fixturesFor(suite))`, so that elsewhere they say so in one line.
 */
export function fixtures(set: FixtureSet): string {
  return execFileSync('bash', [join(shared, 'fixtures/unpack'), set], { encoding: 'utf8' }).trim();
}

/** True where the data is; else says once, on stderr, which suite is left out and why. */
export function fixturesFor(suite: string): boolean {
  if (!hasFixtures && !said.has(suite)) {
    said.add(suite);
    process.stderr.write(`left out: ${suite}: ../shared/fixtures is not beside this checkout\n`);
  }
  return hasFixtures;
}

/** A file of the shared contract, such as `spec/store-openapi.yaml`. Throws where it is missing. */
export function sharedText(path: string): string {
  return readFileSync(join(shared, path), 'utf8');
}
