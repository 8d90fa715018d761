import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runStep, type StepSettings } from '../src/index.ts';
import { aPod, aWorld, testLog } from './a-step.ts';
import { startProviders } from './token-server.ts';

const auth = (text: string) => Buffer.from(text).toString('base64');

async function helpWith(
  fill: (pod: Awaited<ReturnType<typeof aPod>>, lay: (path: string, value: unknown) => Promise<void>) => Promise<void>,
  settings: Partial<StepSettings> = {},
  fetch?: Parameters<typeof aWorld>[1],
) {
  const pod = await aPod(settings);
  const lay = async (path: string, value: unknown) => {
    const full = join(pod.root, path);
    await mkdir(join(full, '..'), { recursive: true });
    await writeFile(full, typeof value === 'string' ? value : JSON.stringify(value));
  };
  await fill(pod, lay);
  const log = testLog();
  const code = await runStep('cred-helper', pod.settings, aWorld(log, fetch));
  const path = join(pod.settings.helperFolder, 'config.json');
  const config = JSON.parse(await readFile(path, 'utf8')) as { auths: Record<string, unknown>; credHelpers?: unknown };
  return { code, log, config, mode: (await stat(path)).mode & 0o777 };
}

// Sources: the Scan 2.0 contract, "Mounts" (`/cred-helper`), "Credentials" and open question 18; tektoncd/pipeline docs/auth.md.
describe('the cred-helper', () => {
  it('writes an empty config where there are no credentials', async () => {
    const { code, config, mode } = await helpWith(async () => undefined);
    expect([code, config, mode]).toEqual([0, { auths: {} }, 0o600]);
  });

  it("merges Tekton's, the home's and the secrets' entries; the first one that knows a registry wins", async () => {
    const { config } = await helpWith(async (_pod, lay) => {
      await lay('home/.docker/config.json', {
        auths: { 'a.example': { auth: auth('home:1') } },
        credsStore: 'desktop',
      });
      await lay('tekton/creds/.docker/config.json', {
        auths: { 'https://a.example/v1/': { auth: auth('tekton:1') }, 'b.example': { auth: auth('tekton:2') } },
      });
      await lay('tekton/creds-secrets/pull/.dockerconfigjson', {
        auths: { 'c.example': { username: 'u', password: 'p:q' } },
      });
      await lay('tekton/creds-secrets/old/.dockercfg', { 'd.example': { auth: auth('old:1'), email: 'a@b.example' } });
    });
    expect(config).toEqual({
      auths: {
        'a.example': { auth: auth('home:1') },
        'b.example': { auth: auth('tekton:2') },
        'c.example': { auth: auth('u:p:q'), username: 'u', password: 'p:q' },
        'd.example': { auth: auth('old:1'), email: 'a@b.example' },
      },
    });
  });

  it('takes name and password of a basic-auth secret for the registry it is told', async () => {
    const pod = await aPod();
    await mkdir(join(pod.root, 'basic'));
    await writeFile(join(pod.root, 'basic/username'), 'robot$app');
    await writeFile(join(pod.root, 'basic/password'), 'pass word\n');
    const { config } = await helpWith(async () => undefined, {
      credentialFolders: [{ path: join(pod.root, 'basic'), host: 'harbor.example:8443' }],
    });
    expect(config.auths).toEqual({ 'harbor.example:8443': { auth: auth('robot$app:pass word') } });
  });

  it('asks active keychains for the registries of the image and of the results, except those the user has entries for', async () => {
    const { world, asked } = await startProviders(() => ({ body: '{"access_token":"ya29.t"}' }), {});
    const { config, log } = await helpWith(
      async (_pod, lay) => lay('home/.docker/config.json', { auths: { 'eu.gcr.io': { auth: auth('mine:1') } } }),
      {
        keychains: ['gcr'],
        image: `gcr.io/project/app@sha256:${'a'.repeat(64)}`,
        location: 'eu.gcr.io/project/results:1',
        registries: ['us-docker.pkg.dev', 'other.example'],
      },
      { fetch: world.fetch },
    );
    expect(config.auths).toEqual({
      'eu.gcr.io': { auth: auth('mine:1') },
      'gcr.io': { auth: auth('oauth2accesstoken:ya29.t') },
      'us-docker.pkg.dev': { auth: auth('oauth2accesstoken:ya29.t') },
    });
    expect(asked).toHaveLength(2);
    expect(JSON.stringify(log.said)).not.toMatch(/ya29|b2F1dGgy/);
  });

  it('goes on when a keychain fails, and says which and why, but no secret', async () => {
    const { world } = await startProviders(() => ({ status: 400, body: 'the-secret' }), {});
    const { code, config, log } = await helpWith(
      async () => undefined,
      { keychains: ['gcr'], image: `gcr.io/p/app@sha256:${'a'.repeat(64)}` },
      { fetch: world.fetch },
    );
    expect([code, config]).toEqual([0, { auths: {} }]);
    expect(log.said[0]).toEqual({
      level: 'warn',
      message: 'a keychain gives no credentials',
      facts: { keychain: 'gcr', registry: 'gcr.io', why: "Google's metadata server answers 400" },
    });
  });

  it('passes over a file that is no docker config, and does not quote it', async () => {
    const { code, log } = await helpWith(async (_pod, lay) => {
      await lay('home/.docker/config.json', 'the-secret{');
      await lay('tekton/creds/.docker/config.json', '[]');
    });
    expect(code).toBe(0);
    expect(log.said.filter(({ level }) => level === 'warn')).toHaveLength(2);
    expect(JSON.stringify(log.said)).not.toContain('the-secret');
  });

  it('keeps helpers named for one registry, and takes no default store of another machine along', async () => {
    const { config } = await helpWith(async (_pod, lay) =>
      lay('home/.docker/config.json', { credsStore: 'desktop', credHelpers: { 'e.example': 'ecr-login' } }),
    );
    expect(config).toEqual({ auths: {}, credHelpers: { 'e.example': 'ecr-login' } });
  });
});
