import { runInsight } from '@assay/insight';
import { Command } from 'commander';
import { findLocalStore } from '../up/local-store.ts';
import type { World } from '../world.ts';

/** The entry in the list of commands. `runProgram` hands its calls to the client before commander reads them. */
export function insightCommand(): Command {
  return new Command('insight')
    .description('ask and feed a Metadata Store, as the insight plug-in of the Tanzu CLI does')
    .usage('COMMAND [options]')
    .helpOption(false)
    .argument('[COMMAND...]', 'image, source, package, vulnerabilities, report, triage, config, health')
    .allowUnknownOption();
}

/** Runs the client; without a target of its own it asks the store that `assay up` runs. */
export async function runInsightHere(words: readonly string[], world: World): Promise<number> {
  const local = await findLocalStore(world.settings.home);
  return runInsight(words, {
    stdout: world.stdout,
    stderr: world.stderr,
    stdin: world.stdin,
    isInteractive: world.isInteractive,
    signal: world.signal,
    home: world.userHome,
    version: world.settings.tool.version,
    ...(world.storeToken === undefined ? {} : { token: world.storeToken }),
    ...(local === undefined ? {} : { local: { endpoint: local.url, accessToken: local.token } }),
  });
}
