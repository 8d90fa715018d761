import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { call, withStore, withUser } from './call.ts';
import { Reply, startFakeStore } from './fake-store.ts';

const getImage = ['image', 'get', '-d', 'sha256:a1'];
const imagePath = 'GET /api/v1/images/sha256%3Aa1';

describe('the target (§2, §3.1)', () => {
  it('is written for its owner alone, without a connection', () =>
    withUser(async (user) => {
      const file = join(user.home, '.insight', 'config.yaml');
      expect(await call(user, 'config', 'set-target', 'https://store.invalid')).toEqual({
        code: 0,
        out: `Using config file: ${file}\nSetting endpoint in config to: https://store.invalid\n`,
        err: '',
      });
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect((await stat(join(user.home, '.insight'))).mode & 0o777).toBe(0o700);
      const text = await readFile(file, 'utf8');
      expect(text).toContain('endpoint: https://store.invalid');
      expect(text).not.toContain('secret-token');
      expect(await readdir(join(user.home, '.insight'))).toEqual(['config.yaml']);
    }));
  it('gets mode 0600 though an older file was open to all', () =>
    withUser(async (user) => {
      await mkdir(join(user.home, '.insight'), { mode: 0o755 });
      const file = join(user.home, '.insight', 'config.yaml');
      await writeFile(file, 'endpoint: http://old', { mode: 0o644 });
      await call(user, 'config', 'set-target', 'https://store.invalid', '--access-token', 't0k3n');
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect(await readFile(file, 'utf8')).toContain('access-token: t0k3n');
    }));
  it('keeps the CA file as an absolute path', () =>
    withUser(async (user) => {
      await call(user, 'config', 'set-target', 'https://store.invalid', '--ca-cert', 'ca.pem');
      const text = await readFile(join(user.home, '.insight', 'config.yaml'), 'utf8');
      expect(text).toContain(`ca-cert: ${join(process.cwd(), 'ca.pem')}`);
    }));
  const refused: [words: string, error: string][] = [
    ['config set-target store.example.com', "endpoint require 'http://' or 'https://' prefix"],
    ['config set-target ftp://store.example.com', "endpoint require 'http://' or 'https://' prefix"],
    ['config set-target', 'accepts 1 arg(s), received 0'],
    ['config set-target http://a http://b', 'accepts 1 arg(s), received 2'],
  ];
  for (const [words, error] of refused)
    it(`is refused: ${words}`, () =>
      withUser(async (user) => {
        expect(await call(user, ...words.split(' '))).toEqual({ code: 1, out: '', err: `Error: ${error}\n` });
      }));
  it('that is not set is an error which names the command', () =>
    withUser(async (user) => {
      const told = await call(user, ...getImage);
      expect(told).toMatchObject({ code: 1, out: '' });
      expect(told.err).toMatch(/^Error: .*config set-target/);
    }));
  it('that is damaged is an error which names the file', () =>
    withUser(async (user) => {
      await mkdir(join(user.home, '.insight'));
      for (const text of ['[', 'endpoint: 5', '- a', '']) {
        await writeFile(join(user.home, '.insight', 'config.yaml'), text);
        const told = await call(user, ...getImage);
        expect(told).toMatchObject({ code: 1, out: '' });
        expect(told.err).toContain('config.yaml');
      }
    }));
});

describe('flags (§7, §3)', () => {
  const cases: [words: string, error: RegExp][] = [
    ['image get', /^Error: required flag\(s\) "digest" not set\n$/],
    ['image vulnerabilities', /^Error: required flag\(s\) "digest" not set\n$/],
    ['image add', /^Error: required flag\(s\) "path" not set\n$/],
    ['package get', /^Error: required flag\(s\) "name", "version" not set\n$/],
    ['report get', /^Error: required flag\(s\) "uid" not set\n$/],
    ['vulnerabilities get', /^Error: required flag\(s\) "cveid" not set\n$/],
    ['triage copy', /^Error: required flag\(s\) "triage-uid-to-copy" not set\n$/],
    ['triage rebase -d x', /^Error: required flag\(s\) "artifact-group-uid" not set\n$/],
    ['triage update -p 1 -a g -d x', /^Error: required flag\(s\) "cveid", "pkg-name" not set\n$/],
    ['image packages', /"digest".*"name"/],
    ['source packages', /"repo".*"commit"/],
    ['source get', /"repo".*"org".*"commit"/],
    ['source get -r repo', /"org"/],
    ['report list', /"digest".*"commit".*"original-location"/],
    ['report list -d a -c b', /"digest".*"commit".*"original-location"/],
    ['report list -d a --original-location b', /"digest".*"commit".*"original-location"/],
    ['report list -d a --workload-uid u --workload-name n', /workload-uid.*workload-name/],
    ['report list -d a --workload-uid u --namespace n', /workload-uid.*namespace/],
    ['report list -d a --order newest', /ASC.*DESC/],
    ['triage list -l 0', /limit/],
    ['triage list -p x', /page/],
    ['image get -d a --output-format yaml', /"yaml".*text, api-json, cyclonedx-xml, cyclonedx-json or spdx-json/],
    ['image packages -d a --output-format spdx-json', /text.*api-json/],
    ['package get -n a -v 1 -p npm', /Unknown/],
    ['image get --digets a', /^Error: unknown flag: --digets\n$/],
    ['image get -x', /^Error: unknown shorthand flag: 'x' in -x\n$/],
    ['image get --digest', /^Error: flag needs an argument: --digest\n$/],
    ['image drop', /^Error: unknown command "drop" for "insight image"\n$/],
    ['imago', /^Error: unknown command "imago" for "insight"\n$/],
    ['image get -d a b', /accepts 0 arg\(s\), received 1|unknown command "b"/],
  ];
  for (const [words, error] of cases)
    it(`are refused before any request: ${words}`, () =>
      withStore({}, async (user, store) => {
        const told = await call(user, ...words.split(' '));
        expect(told).toMatchObject({ code: 1, out: '' });
        expect(told.err).toMatch(error);
        expect(store.seen).toEqual([]);
      }));
  it('of the triage group stand before its command too (§3.11 "inherited by all")', () =>
    withStore({ 'GET /api/v1/triage?page=1&page_size=10': { Count: 0, Results: [] } }, async (user) => {
      expect((await call(user, ...'triage --output-format api-json list'.split(' '))).out).toBe(
        '{"Count":0,"Results":[]}\n',
      );
    }));
  for (const words of ['', 'image', 'triage', 'config', '--help', 'image get --help', 'report list -h'])
    it(`lead to help: insight ${words} (§1.2)`, () =>
      withUser(async (user) => {
        const told = await call(user, ...words.split(' ').filter((word) => word !== ''));
        expect(told).toMatchObject({ code: 0, err: '' });
        expect(told.out).toContain('Usage:');
        expect(told.out).not.toContain('cyclonedxtype');
      }));
});

describe('a refusal of the store (§1.2, §7)', () => {
  const cases: [reply: Reply, error: string][] = [
    [new Reply(401, 'Unauthorized\n', { 'content-type': 'text/plain' }), 'HTTP status 401: Unauthorized'],
    [
      new Reply(403, 'Forbidden (user=a, verb=get, resource=all)\n', { 'content-type': 'text/plain' }),
      'HTTP status 403: Forbidden (user=a, verb=get, resource=all)',
    ],
    [new Reply(400, { message: "a report with uid 'x' already exists" }), "a report with uid 'x' already exists"],
    [new Reply(400, { Message: 'reference spelling' }), 'reference spelling'],
    [new Reply(400, [{ message: 'a list of errors' }]), 'a list of errors'],
    [new Reply(404, { message: 'Not found' }), 'Not found'],
    [new Reply(404, ''), 'Not found'],
  ];
  for (const [reply, error] of cases)
    it(`is told: ${reply.status} ${reply.body.trim()}`, () =>
      withStore({ [imagePath]: reply }, async (user) => {
        expect(await call(user, ...getImage)).toEqual({ code: 1, out: '', err: `Error: ${error}\n` });
      }));
  for (const status of [301, 302, 307])
    it(`is a redirect ${status}: nobody follows it, the token stays here`, () =>
      withStore({}, async (_user, other) =>
        withStore({ [imagePath]: new Reply(status, '', { location: `${other.endpoint}/x` }) }, async (user) => {
          expect(await call(user, ...getImage)).toMatchObject({ code: 1, out: '' });
          expect(other.seen).toEqual([]);
        }),
      ));
});

describe('what is in the way (§1.2, §7)', () => {
  it('is a closed port', () =>
    withUser(async (user) => {
      const store = await startFakeStore({});
      await store.close();
      await call(user, 'config', 'set-target', store.endpoint);
      const url = `${store.endpoint}/api/v1/images/sha256%3Aa1`;
      const host = store.endpoint.slice('http://'.length);
      expect(await call(user, ...getImage)).toEqual({
        code: 1,
        out: '',
        err: `Error: Get "${url}": dial tcp ${host}: connect: connection refused\n`,
      });
    }));
  it('is a name nobody knows', () =>
    withUser(async (user) => {
      await call(user, 'config', 'set-target', 'http://store.invalid:8080');
      expect((await call(user, 'health')).err).toBe(
        'Error: Get "http://store.invalid:8080/api/health": dial tcp: lookup store.invalid: no such host\n',
      );
    }));
  it('keeps a password of the endpoint and the token to itself', () =>
    withUser(async (user) => {
      const refusal = await call(user, 'config', 'set-target', 'http://me:pa55word@127.0.0.1:9');
      expect(refusal).toMatchObject({ code: 1, out: '' });
      expect(refusal.err).not.toContain('pa55word');
      await call(user, 'config', 'set-target', 'http://127.0.0.1:9');
      for (const token of ['secret-token', 'secret-token\n', 'secret-tök\u0001en'])
        expect((await call({ ...user, token }, ...getImage)).err).not.toContain('secret-t');
    }));
  it('is a certificate nobody signed, unless its authority is given', () =>
    withUser(async (user) => {
      const [key, cert] = [join(user.home, 'key.pem'), join(user.home, 'cert.pem')];
      const names = ['-subj', '/CN=store', '-addext', 'subjectAltName=IP:127.0.0.1'];
      execFileSync(
        'openssl',
        [
          'req',
          '-x509',
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:prime256v1',
          '-nodes',
          '-days',
          '2',
          ...names,
          '-keyout',
          key,
          '-out',
          cert,
        ],
        { stdio: 'ignore' },
      );
      const files = { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
      const store = await startFakeStore({ 'GET /api/health': new Reply(200, '') }, files);
      try {
        await call(user, 'config', 'set-target', store.endpoint);
        expect((await call(user, 'health')).err).toBe(
          `Error: Get "${store.endpoint}/api/health": tls: failed to verify certificate: x509: certificate signed by unknown authority\n`,
        );
        await call(user, 'config', 'set-target', store.endpoint, '--ca-cert', cert);
        expect(await call(user, 'health')).toEqual({ code: 0, out: 'Success: Reached Metadata Store!\n', err: '' });
        await writeFile(cert, 'no certificate');
        expect((await call(user, 'health')).err).toContain(cert);
        await call(user, 'config', 'set-target', store.endpoint, '--ca-cert', join(user.home, 'none.pem'));
        expect((await call(user, 'health')).err).toContain('none.pem');
      } finally {
        await store.close();
      }
    }));
});

describe('the Tanzu CLI', () => {
  it('reads what the plug-in is', () =>
    withUser(async (user) => {
      const { code, out } = await call(user, 'info');
      expect(code).toBe(0);
      expect(JSON.parse(out)).toMatchObject({
        name: 'insight',
        version: 'v1.2.3',
        target: 'kubernetes',
        group: 'Build',
        buildSHA: '',
        docURL: '',
        completionType: 0,
      });
    }));
  it('runs the hidden commands of the plug-in contract', () =>
    withUser(async (user) => {
      expect((await call(user, 'describe')).out).toMatch(/\w+\n/);
      expect(await call(user, 'post-install')).toEqual({ code: 0, out: '', err: '' });
      expect(await call(user, 'lint')).toMatchObject({ code: 0, err: '' });
      const folder = join(user.home, 'docs');
      await mkdir(folder);
      expect(await call(user, 'generate-docs', '--docs-dir', folder)).toMatchObject({ code: 0, err: '' });
      expect(await readdir(folder)).toContain('tanzu_insight_image_get.md');
      const help = (await call(user, '--help')).out;
      expect(help).not.toMatch(/post-install|generate-docs|^ {2}info|describe/m);
    }));
});
