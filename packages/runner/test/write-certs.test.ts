import { execFileSync } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { findTrusted, runStep } from '../src/index.ts';
import { aPod, aWorld, testLog } from './a-step.ts';

let certificate = '';
let key = '';

beforeAll(() => {
  const made = execFileSync(
    'openssl',
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout - -out - -days 1 -subj /CN=test'.split(
      ' ',
    ),
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  certificate = /-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----\n/.exec(made)?.[0] ?? '';
  key = /-----BEGIN PRIVATE KEY-----[\s\S]+-----END PRIVATE KEY-----\n/.exec(made)?.[0] ?? '';
});

async function write(trustedCerts: string) {
  const pod = await aPod({ trustedCerts });
  const log = testLog();
  const code = await runStep('write-certs', pod.settings, aWorld(log));
  return { code, log, folder: pod.settings.helperFolder, path: join(pod.settings.helperFolder, 'trusted-cas.crt') };
}

// Source: the Scan 2.0 contract, "Mounts": `trusted-cas.crt` only when certificates are given.
describe('write-certs', () => {
  it('writes no file when there is nothing to trust', async () => {
    for (const text of ['', ' \n']) {
      const { code, folder } = await write(text);
      expect([code, await readdir(folder)]).toEqual([0, []]);
    }
  });

  it('writes every certificate, readable for steps of any user', async () => {
    const { code, path } = await write(`# our authority\n${certificate}\r\n${certificate}`);
    expect(code).toBe(0);
    expect(await readFile(path, 'utf8')).toBe(certificate + certificate);
    expect((await stat(path)).mode & 0o777).toBe(0o644);
  });

  it('is what later steps trust that are told nothing themselves', async () => {
    const { path } = await write(certificate);
    expect(await findTrusted({ trustedCerts: '', trustedFiles: ['/nowhere/ca.crt', path] })).toBe(certificate);
    expect(await findTrusted({ trustedCerts: '', trustedFiles: [] })).toBe('');
  });

  it.each([
    ['words', () => 'hello', /no certificate/],
    ['a key', () => certificate + key, /block 2 is a private key/],
    ['half a certificate', () => certificate.slice(0, 200), /block 1 is not closed/],
    ['a damaged certificate', () => certificate.replace(/\n.{20}/, '\n'), /certificate 1 is damaged/],
    ['a beginning without an end', () => certificate + certificate.split('\n')[0], /block 2 is not closed/],
  ])('refuses %s, and writes nothing', async (_what, text, says) => {
    const { code, log, folder } = await write(text());
    expect([code, await readdir(folder)]).toEqual([1, []]);
    expect(log.said.at(-1)?.facts).toMatchObject({
      reason: 'CertificatesInvalid',
      message: expect.stringMatching(says),
    });
    expect(JSON.stringify(log.said)).not.toContain(key.split('\n')[1]);
  });
});
