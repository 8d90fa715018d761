import { chmod, mkdir, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { AssayError } from '@assay/contract';
import { describe, expect, it } from 'vitest';
import { readAll, verified } from '../src/verified.ts';
import { buildImage, describeBytes, jsonBytes } from './image-builder.ts';
import {
  type Handler,
  openTest,
  startRegistry,
  startServer,
  type TestServer,
  temporaryFolder,
  testClock,
  wordsOf,
} from './servers.ts';

const image = buildImage();
const manifestHeaders = {
  'content-type': image.manifest.mediaType,
  'docker-content-digest': image.manifest.digest,
  'content-length': String(image.manifest.size),
};
const secret = 'correct horse';
const basic = `Basic ${Buffer.from(`me:${secret}`).toString('base64')}`;

function send(
  response: ServerResponse,
  status: number,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, headers).end(body);
}

/** A registry that wants a token made by the server at `realm`, and takes any that begins with `good`. */
function wantsToken(realm: () => string, extra = ''): Handler {
  return (request, response) => {
    if (request.headers.authorization?.startsWith('Bearer good') === true)
      return send(response, 200, request.method === 'HEAD' ? '' : image.manifestBytes, manifestHeaders);
    send(response, 401, '{"errors":[{"code":"UNAUTHORIZED"}]}', {
      'www-authenticate': `Bearer realm="${realm()}/token",service="the, registry"${extra}`,
    });
  };
}

async function startTokenRegistry(token: Handler, extra = ''): Promise<{ registry: TestServer; tokens: TestServer }> {
  const tokens = await startServer(token);
  const registry = await startServer(
    wantsToken(() => tokens.url, extra),
    undefined,
    { answersRoot: false },
  );
  return { registry, tokens };
}

async function rejection(work: Promise<unknown>): Promise<AssayError> {
  return work.then(
    () => {
      throw new Error('nothing was thrown');
    },
    (error: AssayError) => error,
  );
}

const givesToken: Handler = (_, response) => send(response, 200, JSON.stringify({ token: 'good-1', expires_in: 300 }));

describe('signing in with tokens', () => {
  it('asks the named server for this repository, and only for what is done', async () => {
    const { registry, tokens } = await startTokenRegistry(givesToken);
    await openTest(`${registry.host}/team/app:1`).resolve();
    const asked = new URL(tokens.seen[0]?.url ?? '', tokens.url).searchParams;
    expect([asked.get('service'), asked.getAll('scope')]).toEqual(['the, registry', ['repository:team/app:pull']]);
    expect(tokens.seen[0]?.headers.authorization).toBeUndefined();
  });

  it('shows the password to the token server, and never to the registry', async () => {
    const { registry, tokens } = await startTokenRegistry(givesToken);
    await openTest(`${registry.host}/app:1`, { credentials: { username: 'me', password: secret } }).resolve();
    expect(tokens.seen[0]?.headers.authorization).toBe(basic);
    expect(registry.seen.map(({ headers }) => headers.authorization)).not.toContain(basic);
  });

  it('asks for the scope that the registry names besides its own', async () => {
    const { registry, tokens } = await startTokenRegistry(givesToken, ',scope="repository:proxied/app:pull"');
    await openTest(`${registry.host}/app:1`).resolve();
    expect(new URL(tokens.seen[0]?.url ?? '', tokens.url).searchParams.getAll('scope')).toEqual([
      'repository:app:pull',
      'repository:proxied/app:pull',
    ]);
  });

  it('uses a token until it expires, then asks anew', async () => {
    let made = 0;
    const { registry, tokens } = await startTokenRegistry((_, response) => {
      made += 1;
      send(response, 200, JSON.stringify({ access_token: `good-${made}`, expires_in: 100 }));
    });
    const clock = testClock();
    const repository = openTest(`${registry.host}/app:1`, { clock });
    const read = () => readAll(repository.fetch(image.manifest), 1e6);
    await read();
    await read();
    expect(tokens.seen).toHaveLength(1);
    await clock.sleep(99_000);
    await read();
    expect(tokens.seen).toHaveLength(2);
    expect(registry.seen.at(-1)?.headers.authorization).toBe('Bearer good-2');
  });

  it('asks once more when a token is refused before its time', async () => {
    let made = 0;
    const { registry, tokens } = await startTokenRegistry((_, response) => {
      made += 1;
      send(response, 200, JSON.stringify({ token: made === 1 ? 'stale' : 'good' }));
    });
    const repository = openTest(`${registry.host}/app:1`);
    expect((await rejection(repository.resolve())).code).toBe('REGISTRY_DENIED');
    await expect(repository.resolve()).resolves.toEqual(image.manifest);
    expect(tokens.seen).toHaveLength(2);
  });

  it('shares one token among requests that begin at the same time', async () => {
    const { registry, tokens } = await startTokenRegistry((_, response) =>
      setTimeout(() => send(response, 200, '{"token":"good"}'), 20),
    );
    const repository = openTest(`${registry.host}/app:1`);
    await Promise.all(
      Array.from({ length: 8 }, () => readAll(verified(repository.fetch(image.manifest), image.manifest), 1e6)),
    );
    expect(tokens.seen).toHaveLength(1);
  });

  it('goes on when another request that waited for the same token was aborted', async () => {
    const { registry } = await startTokenRegistry((_, response, number) => {
      if (number > 1) send(response, 200, '{"token":"good"}');
    });
    const repository = openTest(`${registry.host}/app:1`);
    const controller = new AbortController();
    const first = rejection(readAll(repository.fetch(image.manifest, controller.signal), 1e6));
    await expect.poll(() => registry.seen.length).toBeGreaterThan(0);
    const second = readAll(repository.fetch(image.manifest), 1e6);
    await expect.poll(() => registry.seen.length).toBeGreaterThan(1);
    controller.abort(new Error('enough'));
    expect((await first).message).toBe('enough');
    await expect(second).resolves.toHaveLength(image.manifest.size);
  });

  it('trades an identity token for an access token', async () => {
    const folder = await temporaryFolder();
    let form = '';
    const { registry, tokens } = await startTokenRegistry((request, response) => {
      request.on('data', (chunk: Buffer) => {
        form += chunk.toString();
      });
      request.on('end', () => send(response, 200, '{"access_token":"good"}'));
    });
    await writeFile(
      join(folder, 'config.json'),
      JSON.stringify({ auths: { [registry.host]: { auth: 'eDp5', identitytoken: secret } } }),
    );
    await openTest(`${registry.host}/app:1`, { dockerConfigDir: folder }).resolve();
    expect(tokens.seen[0]?.method).toBe('POST');
    expect(Object.fromEntries(new URLSearchParams(form))).toMatchObject({
      grant_type: 'refresh_token',
      refresh_token: secret,
      scope: 'repository:app:pull',
      service: 'the, registry',
    });
  });

  it.each([
    ['refuses', (r: ServerResponse) => send(r, 401, `{"details":"${secret}"}`), 'REGISTRY_DENIED'],
    ['has none for us', (r: ServerResponse) => send(r, 403, ''), 'REGISTRY_DENIED'],
    ['is not there', (r: ServerResponse) => send(r, 404, ''), 'REGISTRY_PROTOCOL'],
    ['is busy', (r: ServerResponse) => send(r, 429, ''), 'REGISTRY_BUSY'],
    ['fails', (r: ServerResponse) => send(r, 500, ''), 'REGISTRY_BUSY'],
    ['answers a web page', (r: ServerResponse) => send(r, 200, '<html>'), 'REGISTRY_PROTOCOL'],
    ['answers without a token', (r: ServerResponse) => send(r, 200, '{"token":""}'), 'REGISTRY_PROTOCOL'],
    [
      'answers a token that breaks the header',
      (r: ServerResponse) => send(r, 200, '{"token":"a\\r\\nx: y"}'),
      'REGISTRY_PROTOCOL',
    ],
    ['answers without end', (r: ServerResponse) => send(r, 200, Buffer.alloc(200_000, 0x20)), 'LIMIT_EXCEEDED'],
  ])('says so when the token server %s', async (_, answer, code) => {
    const { registry } = await startTokenRegistry((__, response) => answer(response));
    const error = await rejection(
      openTest(`${registry.host}/app:1`, { retries: 1, credentials: { username: 'me', password: secret } }).resolve(),
    );
    expect(error.code).toBe(code);
    expect(wordsOf(error)).not.toContain(secret);
    expect(wordsOf(error)).not.toContain(basic);
  });

  it.each(['ftp://tokens.invalid', 'nowhere'])('sends no password to a server at %s', async (realm) => {
    const registry = await startServer(
      wantsToken(() => realm),
      undefined,
      { answersRoot: false },
    );
    expect(
      (
        await rejection(
          openTest(`${registry.host}/app:1`, { credentials: { username: 'me', password: secret } }).resolve(),
        )
      ).code,
    ).toBe('REGISTRY_PROTOCOL');
  });
});

describe('signing in with a password', () => {
  const wantsPassword: Handler = (request, response) => {
    if (request.headers.authorization === basic)
      send(response, 200, request.method === 'HEAD' ? '' : image.manifestBytes, manifestHeaders);
    else send(response, 401, '', { 'www-authenticate': 'Basic realm="registry"' });
  };

  it('shows it only after it was asked for', async () => {
    const registry = await startServer(wantsPassword, undefined, { answersRoot: false });
    await openTest(`${registry.host}/app:1`, { credentials: { username: 'me', password: secret } }).resolve();
    expect(registry.seen.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined, basic]);
  });

  it('says that none is known, or that it is refused, without saying it', async () => {
    const registry = await startServer(wantsPassword, undefined, { answersRoot: false });
    const anonymous = await rejection(openTest(`${registry.host}/app:1`).resolve());
    expect(anonymous).toMatchObject({
      code: 'REGISTRY_DENIED',
      detail: expect.stringContaining('no credentials are known'),
    });
    const wrong = await rejection(
      openTest(`${registry.host}/app:1`, { credentials: { username: 'me', password: 'wrong horse' } }).resolve(),
    );
    expect(wrong.code).toBe('REGISTRY_DENIED');
    expect(wordsOf(wrong)).not.toMatch(/horse|Basic/);
  });

  it('finds it where docker login put it, by $DOCKER_CONFIG', async () => {
    const registry = await startServer(wantsPassword, undefined, { answersRoot: false });
    const folder = await temporaryFolder();
    await writeFile(
      join(folder, 'config.json'),
      JSON.stringify({ auths: { [registry.host]: { auth: basic.slice(6) } } }),
    );
    await expect(openTest(`${registry.host}/app:1`, { dockerConfigDir: folder }).resolve()).resolves.toEqual(
      image.manifest,
    );
  });

  it('asks the credential helper, and says when that is missing', async () => {
    const registry = await startServer(wantsPassword, undefined, { answersRoot: false });
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'config.json'), JSON.stringify({ credHelpers: { [registry.host]: 'test' } }));
    const options = { dockerConfigDir: folder, credentialHelperPath: join(folder, 'bin') };
    expect(await rejection(openTest(`${registry.host}/app:1`, options).resolve())).toMatchObject({
      detail: expect.stringContaining('docker-credential-test is not on PATH'),
    });
    await mkdir(join(folder, 'bin'));
    const helper = join(folder, 'bin/docker-credential-test');
    await writeFile(
      helper,
      `#!/bin/sh\nread server\n[ "$1 $server" = "get ${registry.host}" ] && echo '{"Username":"me","Secret":"${secret}"}'\n`,
    );
    await chmod(helper, 0o755);
    await expect(openTest(`${registry.host}/app:1`, options).resolve()).resolves.toEqual(image.manifest);
  });
});

describe('signed in and sent elsewhere', () => {
  it('does not show credentials to another origin, nor on the way back', async () => {
    const layer = Buffer.from('bytes of a layer');
    const what = describeBytes(layer, 'application/vnd.oci.image.layer.v1.tar');
    const home = { url: '' };
    const storage = await startServer((request, response) => {
      if (request.url?.startsWith('/back') === true)
        send(response, 307, '', { location: `${home.url}/stored?signature=abc` });
      else send(response, 307, '', { location: '/back' });
    });
    const registry = await startServer(
      (request, response) => {
        if (request.url?.startsWith('/stored') === true) send(response, 200, layer);
        else if (request.headers.authorization === basic)
          send(response, 307, '', { location: `${storage.url}/blob?signature=abc` });
        else send(response, 401, '', { 'www-authenticate': 'Basic' });
      },
      undefined,
      { answersRoot: false },
    );
    home.url = registry.url;
    const repository = openTest(`${registry.host}/app:1`, { credentials: { username: 'me', password: secret } });
    await expect(readAll(verified(repository.fetch(what), what), 1000)).resolves.toEqual(layer);
    expect(storage.seen.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
    expect(registry.seen.at(-1)).toMatchObject({
      url: '/stored?signature=abc',
      headers: expect.not.objectContaining({ authorization: expect.anything() }),
    });
  });

  it('does not say where it was sent when that fails: the address may be signed', async () => {
    const registry = await startServer((_, response) =>
      send(response, 307, '', { location: 'http://127.0.0.1:1/blob?X-Amz-Signature=abc' }),
    );
    const error = await rejection(openTest(`${registry.host}/app:1`, { retries: 0 }).resolve());
    expect(error.code).toBe('REGISTRY_UNREACHABLE');
    expect(error.message).not.toContain('Signature');
  });

  it('uploads without credentials where the registry names another server for the bytes', async () => {
    const storage = await startServer((request, response) => {
      request.resume().on('end', () => send(response, 201, ''));
    });
    const registry = await startServer(
      (request, response) => {
        if (request.headers.authorization !== basic) send(response, 401, '', { 'www-authenticate': 'Basic' });
        else if (request.method === 'HEAD') send(response, 404, '');
        else send(response, 202, '', { location: `${storage.url}/put?signature=a%2Fb` });
      },
      undefined,
      { answersRoot: false },
    );
    const bytes = Buffer.from('bytes');
    const what = describeBytes(bytes, '');
    const repository = openTest(`${registry.host}/app:1`, { credentials: { username: 'me', password: secret } });
    const open = async function* () {
      yield bytes;
    };
    await expect(repository.pushBlob({ digest: what.digest, size: what.size, open })).resolves.toBe('sent');
    expect(storage.seen[0]?.url).toBe(`/put?signature=a%2Fb&digest=${encodeURIComponent(what.digest)}`);
    expect(storage.seen[0]?.headers.authorization).toBeUndefined();
  });
});

describe('the embedded registry with its own tokens', () => {
  it('is read, written and mounted from by our client', async () => {
    const tokens = await startServer((request, response) => {
      const scopes = new URL(request.url ?? '', 'http://tokens.invalid').searchParams.getAll('scope');
      send(response, 200, JSON.stringify({ token: Buffer.from(scopes.join(' ')).toString('base64url') }));
    });
    const registry = await startRegistry({
      authorize: (request, { action, repository = '' }) => {
        const granted = Buffer.from((request.headers.authorization ?? '').replace('Bearer ', ''), 'base64url')
          .toString()
          .split(' ');
        const may = granted.some(
          (scope) =>
            scope.startsWith(`repository:${repository}:`) && scope.split(':')[2]?.split(',').includes(action) === true,
        );
        if (may) return { allow: true };
        return {
          allow: false,
          status: 401,
          headers: { 'www-authenticate': `Bearer realm="${tokens.url}/token",service="test"` },
        };
      },
    });
    const bytes = jsonBytes({ hello: 'world' });
    const what = describeBytes(bytes, 'application/octet-stream');
    const open = async function* () {
      yield bytes;
    };
    const content = { digest: what.digest, size: what.size, open };
    const one = openTest(`${registry.host}/one:1`);
    await Promise.all([
      expect(one.pushBlob(content)).resolves.toBe('sent'),
      expect(one.hasBlob(image.config.digest)).resolves.toBe(false),
    ]);
    await expect(one.pushBlob(content)).resolves.toBe('present');
    await expect(openTest(`${registry.host}/two:1`).pushBlob(content, { mountFrom: 'one' })).resolves.toBe('mounted');
    await expect(readAll(openTest(`${registry.host}/two:1`).fetch(what), 1000)).resolves.toEqual(bytes);
  });
});
