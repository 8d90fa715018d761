import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram, type Screen, type World } from '@assay/commands';
import {
  type DisplayWishes,
  type Environment,
  type Installation,
  readDisplay,
  readSettings,
  readStoreUser,
} from './config.ts';

/** Runs the command line with this process's own streams and environment, to the exit code. */
export async function runHere(words: readonly string[], env: Environment, signal: AbortSignal): Promise<number> {
  const wishes = readDisplay(env);
  const world: World = {
    settings: readSettings(env, findInstallation()),
    stdout: screenOf(process.stdout, wishes),
    stderr: screenOf(process.stderr, wishes),
    stdin: process.stdin,
    signal,
    now: () => new Date(),
    runtime: { node: process.versions.node, platform: `${process.platform}/${process.arch}` },
    ...(env.KUBECONFIG ? { kubeconfig: env.KUBECONFIG } : {}),
    program: new URL(import.meta.url.endsWith('.ts') ? './main.ts' : './main.js', import.meta.url),
    ...findEmptyDatabase(),
    ...readStoreUser(env),
    isInteractive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    called: env.npm_lifecycle_event === 'start' ? 'npm start -s --' : './assay',
  };
  return runProgram(words, world);
}

function screenOf(stream: NodeJS.WriteStream, wishes: DisplayWishes): Screen {
  // A reader that has seen enough (`| head`) is no failure, but there is nobody left to write to.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    process.exitCode = 1;
  });
  return {
    isTerminal: stream.isTTY === true,
    columns: wishes.columns ?? (stream.isTTY ? stream.columns : 0) ?? 0,
    color: wishes.color ?? stream.isTTY === true,
    write: (text) =>
      new Promise((resolve, reject) => stream.write(text, (error) => (error ? reject(error) : resolve()))),
  };
}

/** Beside the bundle lie its version and the starter data; unbuilt sources find the root's version and no starter data. */
function findInstallation(): Installation {
  const here = dirname(fileURLToPath(import.meta.url));
  const manifest = [join(here, 'package.json'), join(here, '../../../package.json')].find((path) => existsSync(path));
  const { version } = JSON.parse(manifest === undefined ? '{"version":"0"}' : readFileSync(manifest, 'utf8')) as {
    version: string;
  };
  return { version, starterData: join(here, 'starter.db') };
}

/** In the folder above the bundle, since it outlives a build. */
function findEmptyDatabase(): { readonly emptyDatabase?: string } {
  const path = join(dirname(fileURLToPath(import.meta.url)), '..', 'empty-database.tar.zst');
  return existsSync(path) ? { emptyDatabase: path } : {};
}
