import { execFileSync } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FoundCredentials, findCredentials } from '../src/client/docker-config.ts';
import { temporaryFolder } from './servers.ts';

const auth = (text: string) => Buffer.from(text).toString('base64');
const password = (username: string, secret = 'secret') => ({ kind: 'password', username, password: secret });

async function find(config: unknown, host: string, repository = 'team/app'): Promise<FoundCredentials> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config));
  return findCredentials({ dockerConfigDir: folder, credentialHelperPath: join(folder, 'bin') }, host, repository);
}

/** A folder with a helper that runs the script. */
async function withHelper(script: string): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, 'bin/docker-credential-test'), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, 'bin/docker-credential-test'), 0o755);
  return folder;
}

describe('credentials in the docker config', () => {
  it.each([
    ['by host', 'registry.example', { 'registry.example': { auth: auth('me:secret') } }, password('me')],
    [
      'by host and port',
      'registry.example:5000',
      { 'registry.example:5000': { auth: auth('me:secret') } },
      password('me'),
    ],
    ['by URL', 'registry.example', { 'https://registry.example/v1/': { auth: auth('me:secret') } }, password('me')],
    ['for Docker Hub', 'docker.io', { 'https://index.docker.io/v1/': { auth: auth('me:secret') } }, password('me')],
    [
      'with a colon in the password',
      'registry.example',
      { 'registry.example': { auth: auth('me:a:b') } },
      password('me', 'a:b'),
    ],
    [
      'as separate words',
      'registry.example',
      { 'registry.example': { username: 'me', password: 'secret' } },
      password('me'),
    ],
    [
      'as an identity token',
      'registry.example',
      { 'registry.example': { auth: auth('x:y'), identitytoken: 'secret' } },
      { kind: 'identity', token: 'secret' },
    ],
    [
      'as a registry token',
      'registry.example',
      { 'registry.example': { registrytoken: 'secret' } },
      { kind: 'bearer', token: 'secret' },
    ],
    // containers-auth.json(5): the longest path wins.
    [
      'for part of the repositories',
      'registry.example',
      { 'registry.example': { auth: auth('a:secret') }, 'registry.example/team': { auth: auth('b:secret') } },
      password('b'),
    ],
    [
      'not for another repository',
      'registry.example',
      { 'registry.example/tea': { auth: auth('me:secret') } },
      undefined,
    ],
    [
      'not for a host that holds its name',
      'registry.example',
      { 'evil-registry.example': { auth: auth('me:secret') } },
      undefined,
    ],
    ['not for a host below it', 'sub.registry.example', { 'registry.example': { auth: auth('me:secret') } }, undefined],
    ['not for another port', 'registry.example', { 'registry.example:5000': { auth: auth('me:secret') } }, undefined],
    ['not where the entry is empty', 'registry.example', { 'registry.example': {} }, undefined],
    ['not for what is inherited', '__proto__', { 'registry.example': { auth: auth('me:secret') } }, undefined],
  ])('are found %s', async (_, host, auths, credentials) => {
    expect((await find({ auths }, host)).credentials).toEqual(credentials);
  });

  it.each([
    ['no JSON', `{"auths": {"registry.example": {"auth": "${auth('me:secret')}"}`],
    ['longer than any', ' '.repeat(2_000_000)],
  ])('that is %s is noted, without its words', async (_, text) => {
    const found = await find(text, 'registry.example');
    expect(found).toEqual({ note: expect.stringContaining('config.json') });
    expect(found.note).not.toContain(auth('me:secret'));
  });

  it('do not hang on a pipe, and are none where there is no file', async () => {
    const folder = await temporaryFolder();
    await expect(findCredentials({ dockerConfigDir: folder }, 'registry.example', 'app')).resolves.toEqual({});
    execFileSync('mkfifo', [join(folder, 'config.json')]);
    await expect(findCredentials({ dockerConfigDir: folder }, 'registry.example', 'app')).resolves.toEqual({
      note: expect.any(String),
    });
  });

  it('come after those of containers', async () => {
    const folder = await temporaryFolder();
    await writeFile(
      join(folder, 'auth.json'),
      JSON.stringify({ auths: { 'registry.example': { auth: auth('podman:secret') } } }),
    );
    await writeFile(
      join(folder, 'config.json'),
      JSON.stringify({ auths: { 'registry.example': { auth: auth('docker:secret') } } }),
    );
    const found = await findCredentials(
      { dockerConfigDir: folder, authFiles: [join(folder, 'none.json'), join(folder, 'auth.json')] },
      'registry.example',
      'app',
    );
    expect(found.credentials).toEqual(password('podman'));
  });
});

describe('credentials of a helper', () => {
  const ask = async (script: string, config: object, host = 'registry.example') => {
    const folder = await withHelper(script);
    await writeFile(join(folder, 'config.json'), JSON.stringify(config));
    return findCredentials({ dockerConfigDir: folder, credentialHelperPath: join(folder, 'bin') }, host, 'app');
  };
  const store = { credsStore: 'test', auths: { 'registry.example': { auth: auth('file:secret') } } };

  it('are those for the server as Docker names it', async () => {
    const echo = 'read server; echo "{\\"Username\\":\\"$server\\",\\"Secret\\":\\"secret\\"}"';
    expect((await ask(echo, store)).credentials).toEqual(password('registry.example'));
    expect((await ask(echo, store, 'docker.io')).credentials).toEqual(password('https://index.docker.io/v1/'));
    expect((await ask(echo, { credHelpers: { 'registry.example': 'test' }, credsStore: 'other' })).credentials).toEqual(
      password('registry.example'),
    );
  });

  it('may be an identity token', async () => {
    expect((await ask(`echo '{"Username":"<token>","Secret":"secret"}'`, store)).credentials).toEqual({
      kind: 'identity',
      token: 'secret',
    });
  });

  it.each([
    ['has none', 'echo "credentials not found in native keychain"; exit 1', undefined],
    ['fails', 'echo secret; exit 3', 'docker-credential-test failed'],
    ['says something else', 'echo hello', 'docker-credential-test answered in a way that cannot be read'],
    ['talks without end', 'yes', 'docker-credential-test failed'],
  ])('that %s leave those of the file', async (_, script, note) => {
    const found = await ask(script, store);
    expect(found.credentials).toEqual(password('file'));
    expect(found.note).toBe(note);
  });

  it('whose name is a path is not run', async () => {
    const found = await ask('echo hello', { credsStore: '../../bin/sh' });
    expect(found).toEqual({ note: expect.stringContaining('cannot be one') });
  });
});
