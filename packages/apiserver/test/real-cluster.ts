import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const up = join(dirname(fileURLToPath(import.meta.url)), '../../../../shared/cluster/up');

/** The real API server of the machine's test cluster, and its kubectl. */
export interface RealCluster {
  /** The folder kubectl lies in. */
  readonly tools: string;
  send(
    method: string,
    path: string,
    body?: unknown,
    type?: string,
  ): Promise<{ status: number; body: Record<string, unknown> }>;
  close(): void;
}

/** True where the cluster scripts are; else says in one line which suite is left out. */
export function hasCluster(suite: string): boolean {
  const found = existsSync(up);
  if (!found) process.stderr.write(`left out: ${suite}: ../shared/cluster is not beside this checkout\n`);
  return found;
}

/** Starts the cluster, or finds it running. */
export function realCluster(): RealCluster {
  const script = `out=$(bash ${JSON.stringify(up)}) && eval "$out" && echo "$(dirname "$(command -v kubectl)")" && cat "$KUBECONFIG"`;
  const [tools = '', ...rest] = execFileSync('bash', ['-c', script], { encoding: 'utf8' }).split('\n');
  const config = parse(rest.join('\n'));
  const decode = (text: string) => Buffer.from(text, 'base64');
  const user = config.users[0].user;
  const cluster = config.clusters[0].cluster;
  const agent = new Agent({
    keepAlive: true,
    ca: decode(cluster['certificate-authority-data']),
    cert: decode(user['client-certificate-data']),
    key: decode(user['client-key-data']),
  });
  const send: RealCluster['send'] = (method, path, body, type = 'application/json') =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? '' : JSON.stringify(body);
      // Without a length, node sends the body of a DELETE as if it were the next request.
      const headers = { 'content-type': type, 'content-length': Buffer.byteLength(text) };
      const sent = request(new URL(path, cluster.server), { method, agent, headers }, (answer) => {
        let got = '';
        answer.setEncoding('utf8');
        answer.on('data', (piece) => {
          got += piece;
        });
        answer.on('end', () => {
          try {
            resolve({ status: answer.statusCode ?? 0, body: JSON.parse(got) });
          } catch {
            reject(new Error(`${method} ${path}: ${answer.statusCode} ${got.slice(0, 200)}`));
          }
        });
      });
      sent.on('error', reject);
      sent.end(text);
    });
  return { tools, send, close: () => agent.destroy() };
}
