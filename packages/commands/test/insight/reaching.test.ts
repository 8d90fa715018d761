import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInsight } from '@assay/insight';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { report, type SeededStore, seedStore } from './seed-store.ts';

/** A server that answers every request with the same. */
async function answering(status: number, body: string, type = 'text/plain'): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': type }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

describe('insight reaching a store', () => {
  let home: string;
  let secured: SeededStore;
  const certificate = () => join(home, 'tls.crt');

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'assay-insight-'));
    execFileSync('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'],
      ...['-subj', '/CN=store', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', join(home, 'tls.key')],
      ...['-out', certificate()],
    ]);
    const pem = (name: string): string => readFileSync(join(home, name), 'utf8');
    secured = await seedStore({ cert: pem('tls.crt'), key: pem('tls.key') });
  });
  afterAll(async () => {
    await secured.close();
    rmSync(home, { recursive: true });
  });

  async function call(words: readonly string[], token?: string) {
    const out = { stdout: '', stderr: '' };
    const into = (name: 'stdout' | 'stderr') => ({
      write: async (text: string) => {
        out[name] += text;
      },
    });
    const code = await runInsight(words, {
      ...{ stdout: into('stdout'), stderr: into('stderr'), stdin: (async function* () {})(), isInteractive: false },
      ...{ signal: new AbortController().signal, home, version: '1.0.0' },
      ...(token === undefined ? {} : { token }),
    });
    return { code, ...out };
  }

  /** The call against a server that answers every request with the same. */
  async function callAgainst(status: number, body: string, type: string, words: readonly string[], token?: string) {
    const { url, server } = await answering(status, body, type);
    try {
      await call(['config', 'set-target', url]);
      return await call(words, token);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  const get = ['image', 'get', '-d', 'sha256:a1'];

  it('writes its configuration for its owner alone, in the product’s words', async () => {
    const { code, stdout } = await call([
      'config',
      'set-target',
      'https://store.example.com',
      '--access-token',
      'secret',
    ]);
    const path = join(home, '.insight', 'config.yaml');
    expect([code, stdout]).toEqual([
      0,
      `Using config file: ${path}\nSetting endpoint in config to: https://store.example.com\n`,
    ]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8')).toBe('endpoint: https://store.example.com\naccess-token: secret\n');
  });

  it('says what to run when no target is set', async () => {
    rmSync(join(home, '.insight'), { recursive: true, force: true });
    expect((await call(get)).stderr).toBe(
      'Error: no target is set: run "insight config set-target <endpoint>" first\n',
    );
  });

  it('trusts a certificate only when it is told to', async () => {
    await call(['config', 'set-target', secured.url]);
    const refused = await call(['health']);
    expect([refused.code, refused.stderr]).toEqual([
      1,
      `Error: Get "${secured.url}/api/health": tls: failed to verify certificate: x509: certificate signed by unknown authority\n`,
    ]);
    await call(['config', 'set-target', secured.url, '--ca-cert', certificate()]);
    expect((await call(['health'])).stdout).toBe('Success: Reached Metadata Store!\n');
  });

  it('prints what a proxy says of a token, and never the token', async () => {
    const unauthorized = await callAgainst(401, 'Unauthorized\n', 'text/plain', get, 'secret-token');
    expect(unauthorized).toEqual({ code: 1, stdout: '', stderr: 'Error: HTTP status 401: Unauthorized\n' });
    const forbidden = await callAgainst(403, 'Forbidden (user=x, verb=get)', 'text/plain', get, 'secret-token');
    expect(forbidden.stderr).toBe('Error: HTTP status 403: Forbidden (user=x, verb=get)\n');
  });

  it('knows a web page from a store', async () => {
    const page = await callAgainst(200, '<html>Sign in</html>', 'text/html', get);
    expect(page.stderr).toMatch(/did not answer as a Metadata Store: its answer is no JSON/);
    const error = await callAgainst(502, '<html>Bad gateway</html>', 'text/html', get);
    expect(error.stderr).toBe('Error: the store answered with HTTP status 502\n');
  });

  it('reads an error list, and takes a list that is not there for an empty one', async () => {
    const list = await callAgainst(500, '[{"Message":"broken"}]', 'application/json', [
      'package',
      'sources',
      '-n',
      'x',
    ]);
    expect(list.stderr).toBe('Error: broken\n');
    const none = await callAgainst(404, '{"message":"Not found"}', 'application/json', [
      'package',
      'sources',
      '-n',
      'x',
    ]);
    expect(none).toEqual({ code: 0, stdout: '\n', stderr: '' });
  });

  it('lets nothing in a name steer the terminal', async () => {
    const body = JSON.stringify({ Registry: '\u001b[2J', Name: 'a\nb', Digest: 'd', Packages: null });
    const shown = await callAgainst(200, body, 'application/json', get);
    expect(shown.stdout).toBe('Registry:\t\ufffd[2J\nImage Name:\ta\ufffdb\nDigest:    \td\nPackages:\n');
  });

  it('says that nobody listens, in the words people search for', async () => {
    const { url, server } = await answering(200, '');
    await new Promise((resolve) => server.close(resolve));
    await call(['config', 'set-target', url]);
    const { port } = new URL(url);
    expect((await call(['health'])).stderr).toBe(
      `Error: Get "${url}/api/health": dial tcp 127.0.0.1:${port}: connect: connection refused\n`,
    );
  });

  it('tells both facts when the report is stored and its group is not', async () => {
    const server = createServer((request, response) => {
      request.resume();
      const isGroup = request.url === '/api/v1/artifact-groups';
      response.writeHead(isGroup ? 503 : 200, { 'content-type': 'application/json' });
      response.end(isGroup ? '{"message":"the database cannot be reached"}' : '{"ID":1,"ReportUid":"r"}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await call(['config', 'set-target', `http://127.0.0.1:${(server.address() as AddressInfo).port}`]);
    const path = join(home, 'report.json');
    writeFileSync(path, JSON.stringify(report('a', 'b')));
    const words = ['image', 'add', '-p', path, '-i', 'cyclonedx-json', '--artifact-group-uid', 'g'];
    expect(await call(words)).toEqual({
      code: 1,
      stdout: 'Image report created.\n',
      stderr: 'Error: the report was stored, but the artifact group was not changed: the database cannot be reached\n',
    });
    server.closeAllConnections();
    server.close();
  });

  it('answers as a plug-in of the Tanzu CLI', async () => {
    const info = await call(['info']);
    expect(JSON.parse(info.stdout)).toMatchObject({ name: 'insight', version: 'v1.0.0', group: 'Build' });
    expect((await call(['post-install'])).code).toBe(0);
    const help = await call(['image']);
    expect([help.code, help.stdout]).toEqual([0, expect.stringContaining('packages')]);
  });

  it('reports a configuration it cannot read', async () => {
    await call(['config', 'set-target', 'https://store.example.com']);
    writeFileSync(join(home, '.insight', 'config.yaml'), '{');
    chmodSync(join(home, '.insight', 'config.yaml'), 0o600);
    expect((await call(get)).stderr).toMatch(/config\.yaml is no YAML/);
  });
});
