import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusterEnvironment, root } from './cluster.ts';

/** The store's own program on this machine, its tokens judged by the cluster. */
export interface StoreProcess {
  readonly port: string;
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts the program on a free port of every address, since pods reach it too. `database` is what it is told of its database. */
export async function startStoreProcess(database: Readonly<Record<string, string>>): Promise<StoreProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-e2e-store-'));
  const values = join(folder, 'values.yaml');
  writeFileSync(values, 'auth_proxy_port: 0\nlog_level: less\n');
  const child = spawn(process.execPath, [join(root, 'apps/store/src/main.ts')], {
    cwd: root,
    env: {
      ...clusterEnvironment(),
      ...(database.ASSAY_DATA === undefined ? database : { ASSAY_DATA: join(folder, database.ASSAY_DATA) }),
      ...{ ASSAY_VALUES: values, ASSAY_PLAIN_HTTP: 'true' },
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await portOf(child);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The port that the log names once the server listens. */
function portOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      const port = /"bindingaddress":"http:\/\/[^"]*:(\d+)"/.exec(text)?.[1];
      if (port !== undefined) resolve(port);
    });
    child.once('exit', (code) => reject(new Error(`the store ended with ${code} before it listened: ${text}`)));
  });
}
