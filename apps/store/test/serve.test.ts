import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const program = join(import.meta.dirname, '../src/main.ts');

describe('assay-store as a process', () => {
  const children: ChildProcess[] = [];
  let folder: string;
  const path = (name: string): string => join(folder, name);

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'assay-store-app-'));
    makeCertificate('first');
    writeFileSync(path('values.yaml'), 'auth_proxy_host: 127.0.0.1\nauth_proxy_port: 0\nlog_level: less\n');
  });
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  function makeCertificate(name: string): void {
    execFileSync('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'],
      ...['-subj', `/CN=${name}`, '-keyout', path('tls.key'), '-out', path('tls.crt')],
    ]);
  }

  function start(env: Readonly<Record<string, string>>) {
    const child = spawn(process.execPath, [program], {
      env: { PATH: process.env.PATH ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    const out = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].on('data', (chunk: Buffer) => {
        out[name] += chunk.toString('utf8');
      });
    const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...out }));
    return { child, out, ended };
  }

  /** Whose certificate is shown; a connection that is refused is told by its code. */
  const served = (port: number, more: ConnectionOptions = {}): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect({
        host: '127.0.0.1',
        port,
        ca: readFileSync(path('tls.crt')),
        rejectUnauthorized: false,
        ...more,
      });
      socket.once('secureConnect', () => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      });
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(String(error.code)));
    });

  it('does not start without certificates, or without a database', async () => {
    const bare = await start({ ASSAY_DATA: path('bare') }).ended;
    expect([bare.code, bare.stderr]).toEqual([
      1,
      expect.stringMatching(/^assay-store: VALUES_INVALID: ASSAY_TLS_CERT_FILE/),
    ]);
    const nowhere = await start({ ASSAY_PLAIN_HTTP: 'true' }).ended;
    expect([nowhere.code, nowhere.stderr]).toEqual([1, expect.stringMatching(/VALUES_INVALID: DATABASE_URL/)]);
    const gone = await start({ ASSAY_PLAIN_HTTP: 'true', DATABASE_URL: 'postgres://me:secret@127.0.0.1:1/x' }).ended;
    expect([gone.code, gone.stderr]).toEqual([1, expect.stringMatching(/STORE_UNREACHABLE/)]);
    expect(gone.stderr).not.toContain('secret');
  });

  it('serves TLS 1.2 and 1.3, takes a renewed certificate while it runs, and stops cleanly', async () => {
    const { child, out, ended } = start({
      ...{ ASSAY_DATA: path('database'), ASSAY_VALUES: path('values.yaml') },
      ...{ ASSAY_TLS_CERT_FILE: path('tls.crt'), ASSAY_TLS_KEY_FILE: path('tls.key') },
    });
    await expect.poll(() => out.stdout, { timeout: 30_000, interval: 50 }).toMatch(/bindingaddress/);
    const port = Number(/"bindingaddress":"[^"]*:(\d+)"/.exec(out.stdout)?.[1]);
    expect(await served(port, { minVersion: 'TLSv1.3' })).toBe('first');
    expect(await served(port, { maxVersion: 'TLSv1.2' })).toBe('first');
    expect(await served(port, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' })).toMatch(/^ERR_SSL_/);
    makeCertificate('second');
    await expect.poll(() => served(port), { timeout: 20_000, interval: 200 }).toBe('second');
    // Source: spec/store.md §10, the lines of a start.
    const lines = out.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.slice(0, 3).map(({ msg }) => msg)).toEqual(['Log settings', 'Server Settings', 'Database Settings']);
    expect(lines[0]).toEqual({
      ...{
        level: 'info',
        ts: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/),
        logger: 'MetadataStore',
      },
      ...{ msg: 'Log settings', hostname: expect.any(String), LOG_LEVEL: 'less' },
    });
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
  });
});
