import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { isObject, member } from '../document.ts';
import type { Credentials } from './docker-config.ts';

const outputLimit = 64 * 1024;
const timeLimit = 10_000;

/** What a helper said: credentials, that it has none, or that it failed. */
export type HelperAnswer =
  | { readonly credentials: Credentials }
  | { readonly none: true }
  | { readonly failed: string };

async function findProgram(name: string, path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return name;
  for (const folder of path.split(delimiter)) {
    if (folder === '') continue;
    const candidate = join(folder, name);
    const isThere = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return candidate;
  }
  return undefined;
}

/** Asks `docker-credential-NAME get` for a server, within bounds of time and bytes. Source: docker/docker-credential-helpers README, "get". */
export async function askHelper(helper: string, server: string, path: string | undefined): Promise<HelperAnswer> {
  // The name comes from a file and becomes part of a program's name.
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(helper))
    return { failed: 'the docker config names a credential helper that cannot be one' };
  const name = `docker-credential-${helper}`;
  const program = await findProgram(name, path);
  if (program === undefined) return { failed: `${name} is not on PATH` };
  const output = await run(program, server);
  if (output === undefined) return { failed: `${name} failed` };
  if (output.exit !== 0)
    return /credentials not found/i.test(output.text) ? { none: true } : { failed: `${name} failed` };
  return readOutput(output.text) ?? { failed: `${name} answered in a way that cannot be read` };
}

function readOutput(text: string): HelperAnswer | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const [username, secret] = [member(value, 'Username'), member(value, 'Secret')];
  if (typeof username !== 'string' || typeof secret !== 'string') return undefined;
  if (secret === '') return { none: true };
  // `<token>` is how a helper says that the secret is an identity token.
  return {
    credentials:
      username === '<token>' ? { kind: 'identity', token: secret } : { kind: 'password', username, password: secret },
  };
}

interface Output {
  readonly exit: number | null;
  readonly text: string;
}

/** Runs a helper; undefined when it cannot be run or goes beyond its bounds. */
function run(program: string, server: string): Promise<Output | undefined> {
  return new Promise((resolve) => {
    const child = spawn(program, ['get'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: timeLimit,
      killSignal: 'SIGKILL',
    });
    const chunks: Buffer[] = [];
    let size = 0;
    child.on('error', () => resolve(undefined));
    child.stdin.on('error', () => undefined);
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.byteLength;
      chunks.push(chunk);
      if (size <= outputLimit) return;
      child.kill('SIGKILL');
      resolve(undefined);
    });
    child.on('close', (exit) => resolve({ exit, text: Buffer.concat(chunks).toString('utf8') }));
    child.stdin.end(server);
  });
}
