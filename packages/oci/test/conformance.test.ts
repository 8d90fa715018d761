import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { describeBytes, jsonBytes } from './image-builder.ts';
import { startRegistry } from './servers.ts';

// After the OCI distribution-spec 1.1, section by section; what upstream's conformance program exercises.

const types = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  empty: 'application/vnd.oci.empty.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerIndex: 'application/vnd.docker.distribution.manifest.list.v2+json',
};
const octets = 'application/octet-stream';
const repository = 'team/app';

type Algorithm = 'sha256' | 'sha512';

function digest(bytes: Uint8Array, algorithm: Algorithm = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

interface Api {
  send(
    method: string,
    path: string,
    options?: { headers?: Record<string, string>; body?: Uint8Array },
  ): Promise<Response>;
  start(): Promise<string>;
  pushBlob(bytes: Uint8Array, into?: string, algorithm?: Algorithm): Promise<string>;
  pushManifest(value: unknown, reference: string, type?: string): Promise<Response>;
}

async function startApi(options: Parameters<typeof startRegistry>[0] = {}): Promise<Api> {
  const registry = await startRegistry(options);
  const send: Api['send'] = (method, path, { headers = {}, body } = {}) =>
    fetch(new URL(path, registry.url), {
      method,
      headers,
      redirect: 'manual',
      ...(body && { body: Buffer.from(body) }),
    });
  const start = async (into = repository) => {
    const begun = await send('POST', `/v2/${into}/blobs/uploads/`);
    expect(begun.status).toBe(202);
    return begun.headers.get('location') ?? '';
  };
  return {
    send,
    start,
    async pushBlob(bytes, into = repository, algorithm = 'sha256') {
      const name = digest(bytes, algorithm);
      const put = await send('PUT', `${await start(into)}?digest=${name}`, {
        headers: { 'content-type': octets },
        body: bytes,
      });
      expect(put.status).toBe(201);
      return name;
    },
    pushManifest(value, reference, type = types.manifest) {
      const body = value instanceof Uint8Array ? value : jsonBytes(value);
      return send('PUT', `/v2/${repository}/manifests/${reference}`, { headers: { 'content-type': type }, body });
    },
  };
}

async function codeOf(response: Response): Promise<string> {
  expect(response.headers.get('content-type')).toContain('application/json');
  const body = (await response.json()) as { errors: { code: string; message: string }[] };
  expect(body.errors[0]?.message).toEqual(expect.any(String));
  return body.errors[0]?.code ?? '';
}

/** Config and layers pushed; the manifest not yet. */
async function preparedImage(api: Api, extra: object = {}): Promise<{ bytes: Buffer; digest: string }> {
  const config = jsonBytes({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] }, extra });
  const layer = randomBytes(100);
  await api.pushBlob(config);
  await api.pushBlob(layer);
  const bytes = jsonBytes({
    schemaVersion: 2,
    mediaType: types.manifest,
    config: describeBytes(config, types.config),
    layers: [describeBytes(layer, types.layer)],
    ...extra,
  });
  return { bytes, digest: digest(bytes) };
}

describe('the registry: determining support', () => {
  it('answers its root', async () => {
    const api = await startApi();
    for (const path of ['/v2/', '/v2']) expect((await api.send('GET', path)).status).toBe(200);
  });
});

describe.each<Algorithm>(['sha256', 'sha512'])('the registry: blobs with %s', (algorithm) => {
  const bytes = Buffer.from('some bytes of a blob');
  const name = digest(bytes, algorithm);
  const path = `/v2/${repository}/blobs/${name}`;

  it.each([
    [
      'one POST',
      async (api: Api) =>
        api.send('POST', `/v2/${repository}/blobs/uploads/?digest=${name}`, {
          headers: { 'content-type': octets },
          body: bytes,
        }),
    ],
    [
      'POST and PUT',
      async (api: Api) =>
        api.send('PUT', `${await api.start()}?digest=${name}`, { headers: { 'content-type': octets }, body: bytes }),
    ],
    [
      'a streamed PATCH',
      async (api: Api) => {
        const patch = await api.send('PATCH', await api.start(), { headers: { 'content-type': octets }, body: bytes });
        expect(patch.status).toBe(202);
        return api.send('PUT', `${patch.headers.get('location')}?digest=${name}`);
      },
    ],
    [
      'parts in order',
      async (api: Api) => {
        const first = await api.send('PATCH', await api.start(), {
          headers: { 'content-type': octets, 'content-range': '0-6' },
          body: bytes.subarray(0, 7),
        });
        expect([first.status, first.headers.get('range')]).toEqual([202, '0-6']);
        return api.send('PUT', `${first.headers.get('location')}?digest=${name}`, {
          headers: { 'content-type': octets, 'content-range': `7-${bytes.length - 1}` },
          body: bytes.subarray(7),
        });
      },
    ],
  ])('takes one by %s', async (_, push) => {
    const api = await startApi();
    const pushed = await push(api);
    expect(pushed.status).toBe(201);
    expect(pushed.headers.get('location')).toContain(name);
    const read = await api.send('GET', path);
    expect(read.status).toBe(200);
    expect(read.headers.get('docker-content-digest')).toBe(name);
    expect(Buffer.from(await read.arrayBuffer())).toEqual(bytes);
  });

  it('answers HEAD with the length and no body', async () => {
    const api = await startApi();
    await api.pushBlob(bytes, repository, algorithm);
    const head = await api.send('HEAD', path);
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([
      200,
      String(bytes.length),
      '',
    ]);
  });

  it('keeps an empty one', async () => {
    const api = await startApi();
    const empty = await api.pushBlob(new Uint8Array(0), repository, algorithm);
    expect((await (await api.send('GET', `/v2/${repository}/blobs/${empty}`)).arrayBuffer()).byteLength).toBe(0);
  });

  it('refuses bytes that are others than promised, and forgets the upload', async () => {
    const api = await startApi();
    const location = await api.start();
    const put = await api.send('PUT', `${location}?digest=${name}`, { body: Buffer.from('other bytes') });
    expect([put.status, await codeOf(put)]).toEqual([400, 'DIGEST_INVALID']);
    expect((await api.send('GET', location)).status).toBe(404);
    expect((await api.send('HEAD', path)).status).toBe(404);
  });

  it('deletes one at once', async () => {
    const api = await startApi();
    await api.pushBlob(bytes, repository, algorithm);
    expect((await api.send('DELETE', path)).status).toBe(202);
    const gone = await api.send('GET', path);
    expect([gone.status, await codeOf(gone)]).toEqual([404, 'BLOB_UNKNOWN']);
    expect((await api.send('DELETE', path)).status).toBe(404);
  });

  it('mounts one from another repository, and begins an upload where there is none', async () => {
    const api = await startApi();
    await api.pushBlob(bytes, 'other/place', algorithm);
    const mounted = await api.send('POST', `/v2/${repository}/blobs/uploads/?mount=${name}&from=other/place`);
    expect([mounted.status, mounted.headers.get('location')]).toEqual([201, path]);
    expect((await api.send('HEAD', path)).status).toBe(200);
    const missing = await api.send(
      'POST',
      `/v2/third/blobs/uploads/?mount=${digest(Buffer.from('none'), algorithm)}&from=other/place`,
    );
    expect(missing.status).toBe(202);
    const unsaid = await api.send('POST', `/v2/third/blobs/uploads/?mount=${name}`);
    expect([201, 202]).toContain(unsaid.status);
  });

  it('is not the same blob in another repository', async () => {
    const api = await startApi();
    await api.pushBlob(bytes, 'other/place', algorithm);
    expect((await api.send('HEAD', path)).status).toBe(404);
  });
});

describe('the registry: uploads in parts', () => {
  it('refuses a part out of order with 416 and says where the upload stands', async () => {
    const api = await startApi();
    const location = await api.start();
    await api.send('PATCH', location, { headers: { 'content-range': '0-3' }, body: Buffer.from('abcd') });
    const late = await api.send('PATCH', location, { headers: { 'content-range': '8-11' }, body: Buffer.from('ijkl') });
    expect([late.status, late.headers.get('range')]).toEqual([416, '0-3']);
    const again = await api.send('PATCH', location, { headers: { 'content-range': '0-3' }, body: Buffer.from('abcd') });
    expect(again.status).toBe(416);
    const status = await api.send('GET', location);
    expect([status.status, status.headers.get('range')]).toEqual([204, '0-3']);
    expect(status.headers.get('location')).toContain('/blobs/uploads/');
  });

  it('refuses a part that is not as long as it says, and keeps what was there', async () => {
    const api = await startApi();
    const location = await api.start();
    const wrong = await api.send('PATCH', location, { headers: { 'content-range': '0-9' }, body: Buffer.from('abcd') });
    expect([wrong.status, await codeOf(wrong)]).toEqual([400, 'SIZE_INVALID']);
    const right = await api.send('PATCH', location, { headers: { 'content-range': '0-3' }, body: Buffer.from('abcd') });
    expect(right.status).toBe(202);
  });

  it('cancels', async () => {
    const api = await startApi();
    const location = await api.start();
    expect((await api.send('DELETE', location)).status).toBe(204);
    const gone = await api.send('GET', location);
    expect([gone.status, await codeOf(gone)]).toEqual([404, 'BLOB_UPLOAD_UNKNOWN']);
  });
});

describe('the registry: parts of blobs', () => {
  // RFC 9110 §14: first-last, first-, -suffix; 416 beyond the end; an unknown unit is passed over.
  it.each([
    ['bytes=2-4', 206, 'cde', 'bytes 2-4/10'],
    ['bytes=7-', 206, 'hij', 'bytes 7-9/10'],
    ['bytes=-2', 206, 'ij', 'bytes 8-9/10'],
    ['bytes=8-100', 206, 'ij', 'bytes 8-9/10'],
    ['bytes=10-', 416, undefined, 'bytes */10'],
    ['lines=1-2', 200, 'abcdefghij', null],
  ])('%s', async (range, status, text, contentRange) => {
    const api = await startApi();
    const name = await api.pushBlob(Buffer.from('abcdefghij'));
    const part = await api.send('GET', `/v2/${repository}/blobs/${name}`, { headers: { range } });
    expect([part.status, part.headers.get('content-range')]).toEqual([status, contentRange]);
    if (text !== undefined) expect(await part.text()).toBe(text);
  });
});

describe('the registry: manifests', () => {
  it('gives back by tag and by digest the very bytes that were pushed', async () => {
    const api = await startApi();
    const { bytes } = await preparedImage(api);
    const odd = Buffer.from(
      bytes.toString().replace('{"schemaVersion"', '{ "unknown": {"a": [1, 2]},\n  "schemaVersion"'),
    );
    const put = await api.pushManifest(odd, 'v1');
    expect([put.status, put.headers.get('docker-content-digest')]).toEqual([201, digest(odd)]);
    expect(put.headers.get('location')).toBe(`/v2/${repository}/manifests/${digest(odd)}`);
    for (const reference of ['v1', digest(odd)]) {
      const read = await api.send('GET', `/v2/${repository}/manifests/${reference}`);
      expect([read.status, read.headers.get('content-type'), read.headers.get('docker-content-digest')]).toEqual([
        200,
        types.manifest,
        digest(odd),
      ]);
      expect(Buffer.from(await read.arrayBuffer())).toEqual(odd);
      const head = await api.send('HEAD', `/v2/${repository}/manifests/${reference}`);
      expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([
        200,
        String(odd.length),
        '',
      ]);
    }
  });

  it('knows sha512 by digest and by ?digest=', async () => {
    const api = await startApi();
    const { bytes } = await preparedImage(api);
    const name = digest(bytes, 'sha512');
    expect((await api.pushManifest(bytes, name)).status).toBe(201);
    expect((await api.pushManifest(bytes, `v1?digest=${name}`)).headers.get('docker-content-digest')).toBe(name);
    expect((await api.send('GET', `/v2/${repository}/manifests/${name}`)).status).toBe(200);
  });

  const none = describeBytes(jsonBytes({}), types.empty);
  it.each([
    ['an image without layers', { config: none, layers: [] }, types.manifest],
    ['an artifact', { artifactType: 'application/vnd.example', config: none, layers: [none] }, types.manifest],
    [
      'content that a descriptor brings along',
      {
        config: { ...describeBytes(Buffer.from('hi'), types.empty), data: Buffer.from('hi').toString('base64') },
        layers: [],
      },
      types.manifest,
    ],
    [
      'a layer that lies with its publisher',
      {
        config: none,
        layers: [
          {
            ...describeBytes(Buffer.from('far'), 'application/vnd.oci.image.layer.nondistributable.v1.tar'),
            urls: ['https://example.invalid/'],
          },
        ],
      },
      types.manifest,
    ],
    ['a docker image', { config: none, layers: [] }, types.dockerManifest],
    ['an index of nothing', { manifests: [] }, types.index],
    ['a docker list', { manifests: [] }, types.dockerIndex],
    [
      'an index of what is not there',
      { manifests: [describeBytes(Buffer.from('sparse'), types.manifest)] },
      types.index,
    ],
  ])('takes %s', async (_, value, mediaType) => {
    const api = await startApi();
    await api.pushBlob(jsonBytes({}));
    const bytes = jsonBytes({ schemaVersion: 2, mediaType, ...value });
    expect((await api.pushManifest(bytes, digest(bytes), mediaType)).status).toBe(201);
    const read = await api.send('GET', `/v2/${repository}/manifests/${digest(bytes)}`);
    expect([read.status, read.headers.get('content-type')]).toEqual([200, mediaType]);
  });

  it('takes one of 4 MiB, and refuses a larger one with 413', async () => {
    const api = await startApi();
    await api.pushBlob(jsonBytes({}));
    const sized = (size: number) => {
      const value = (padding: string) =>
        jsonBytes({ schemaVersion: 2, mediaType: types.manifest, config: none, layers: [], annotations: { padding } });
      return value('x'.repeat(size - value('').length));
    };
    expect((await api.pushManifest(sized(4 * 1024 * 1024), 'large')).status).toBe(201);
    const refused = await api.pushManifest(sized(4 * 1024 * 1024 + 1), 'larger');
    expect([refused.status, await codeOf(refused)]).toEqual([413, 'MANIFEST_INVALID']);
    // A sender of much more than that must be able to read the refusal too.
    expect((await api.pushManifest(Buffer.alloc(40 * 1024 * 1024, 32), 'largest')).status).toBe(413);
  });

  it.each([
    ['no JSON', Buffer.from('<html>'), 'v1', types.manifest, 400, 'MANIFEST_INVALID'],
    ['a list', jsonBytes([]), 'v1', types.manifest, 400, 'MANIFEST_INVALID'],
    [
      'another digest than the path says',
      jsonBytes({ manifests: [] }),
      `sha256:${'0'.repeat(64)}`,
      types.index,
      400,
      'DIGEST_INVALID',
    ],
    ['a digest that is none', jsonBytes({ manifests: [] }), 'sha256:0', types.index, 400, 'DIGEST_INVALID'],
    [
      'another type than it calls itself',
      jsonBytes({ mediaType: types.index, manifests: [] }),
      'v1',
      types.manifest,
      400,
      'MANIFEST_INVALID',
    ],
    [
      'a layer the repository lacks',
      jsonBytes({ config: describeBytes(Buffer.from('x'), types.config), layers: [] }),
      'v1',
      types.manifest,
      400,
      'MANIFEST_BLOB_UNKNOWN',
    ],
    ['a tag that cannot be one', jsonBytes({ manifests: [] }), '.hidden', types.index, 400, 'MANIFEST_INVALID'],
  ])('refuses %s', async (_, body, reference, type, status, code) => {
    const api = await startApi();
    const put = await api.pushManifest(body, reference, type);
    expect([put.status, await codeOf(put)]).toEqual([status, code]);
  });

  it('deletes a tag without the manifest, and a manifest with its tags, at once', async () => {
    const api = await startApi();
    const image = await preparedImage(api);
    for (const tag of ['one', 'two']) await api.pushManifest(image.bytes, tag);
    expect((await api.send('DELETE', `/v2/${repository}/manifests/one`)).status).toBe(202);
    expect((await api.send('HEAD', `/v2/${repository}/manifests/one`)).status).toBe(404);
    expect((await api.send('HEAD', `/v2/${repository}/manifests/${image.digest}`)).status).toBe(200);
    expect((await api.send('DELETE', `/v2/${repository}/manifests/${image.digest}`)).status).toBe(202);
    for (const reference of ['two', image.digest]) {
      const gone = await api.send('GET', `/v2/${repository}/manifests/${reference}`);
      expect([gone.status, await codeOf(gone)]).toEqual([404, 'MANIFEST_UNKNOWN']);
    }
    expect(await (await api.send('GET', `/v2/${repository}/tags/list`)).json()).toEqual({ name: repository, tags: [] });
  });

  it('lets a tag change only from what the writer saw', async () => {
    const api = await startApi();
    const first = jsonBytes({ schemaVersion: 2, mediaType: types.index, manifests: [], annotations: { n: '1' } });
    const second = jsonBytes({ schemaVersion: 2, mediaType: types.index, manifests: [], annotations: { n: '2' } });
    const put = (body: Uint8Array, headers: Record<string, string>) =>
      api.send('PUT', `/v2/${repository}/manifests/list`, {
        headers: { 'content-type': types.index, ...headers },
        body,
      });
    const made = await put(first, { 'if-none-match': '*' });
    expect(made.status).toBe(201);
    expect((await put(second, { 'if-none-match': '*' })).status).toBe(412);
    const etag = (await api.send('GET', `/v2/${repository}/manifests/list`)).headers.get('etag') ?? '';
    expect((await put(second, { 'if-match': etag })).status).toBe(201);
    expect((await put(first, { 'if-match': etag })).status).toBe(412);
  });
});

describe('the registry: lists', () => {
  it('gives tags in order, a page at a time', async () => {
    const api = await startApi();
    for (const tag of ['b', 'C', 'a', '1'])
      await api.pushManifest({ schemaVersion: 2, mediaType: types.index, manifests: [] }, tag, types.index);
    const all = await api.send('GET', `/v2/${repository}/tags/list`);
    expect(await all.json()).toEqual({ name: repository, tags: ['1', 'a', 'b', 'C'] });
    const page = await api.send('GET', `/v2/${repository}/tags/list?n=2`);
    expect(await page.json()).toEqual({ name: repository, tags: ['1', 'a'] });
    const next = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1] ?? '';
    const rest = await api.send('GET', next);
    expect(await rest.json()).toEqual({ name: repository, tags: ['b', 'C'] });
    expect(rest.headers.get('link')).toBeNull();
    expect(await (await api.send('GET', `/v2/${repository}/tags/list?last=a`)).json()).toEqual({
      name: repository,
      tags: ['b', 'C'],
    });
    expect(await (await api.send('GET', `/v2/${repository}/tags/list?n=0`)).json()).toEqual({
      name: repository,
      tags: [],
    });
  });

  it('names its repositories', async () => {
    const api = await startApi();
    await api.pushManifest({ schemaVersion: 2, mediaType: types.index, manifests: [] }, 'v1', types.index);
    expect(await (await api.send('GET', '/v2/_catalog')).json()).toEqual({ repositories: [repository] });
  });
});

describe('the registry: referrers', () => {
  const config = { ...describeBytes(jsonBytes({}), types.empty) };
  const attached = (subject: object, artifactType: string, annotations?: object) => ({
    schemaVersion: 2,
    mediaType: types.manifest,
    artifactType,
    config,
    layers: [],
    subject,
    ...(annotations && { annotations }),
  });

  it('lists what refers to a digest, with its type and annotations, also to one that does not exist yet', async () => {
    const api = await startApi();
    await api.pushBlob(jsonBytes({}));
    const image = await preparedImage(api);
    const subject = describeBytes(image.bytes, types.manifest);
    const sbom = jsonBytes(attached(subject, 'application/vnd.example.sbom', { tool: 'x' }));
    const put = await api.pushManifest(sbom, digest(sbom));
    expect([put.status, put.headers.get('oci-subject')]).toEqual([201, image.digest]);
    const plain = jsonBytes({ ...attached(subject, ''), artifactType: undefined });
    await api.pushManifest(plain, digest(plain));
    const index = jsonBytes({
      schemaVersion: 2,
      mediaType: types.index,
      manifests: [],
      subject,
      artifactType: 'application/vnd.example.index',
    });
    await api.pushManifest(index, digest(index), types.index);

    const list = await api.send('GET', `/v2/${repository}/referrers/${image.digest}`);
    expect([list.status, list.headers.get('content-type'), list.headers.get('oci-filters-applied')]).toEqual([
      200,
      types.index,
      null,
    ]);
    const body = (await list.json()) as { manifests: unknown[] };
    expect(body).toMatchObject({ schemaVersion: 2, mediaType: types.index });
    expect(body.manifests).toHaveLength(3);
    expect(body.manifests).toEqual(
      expect.arrayContaining([
        {
          ...describeBytes(sbom, types.manifest),
          artifactType: 'application/vnd.example.sbom',
          annotations: { tool: 'x' },
        },
        // Without a type of its own an artifact has that of its configuration.
        { ...describeBytes(plain, types.manifest), artifactType: types.empty },
        { ...describeBytes(index, types.index), artifactType: 'application/vnd.example.index' },
      ]),
    );
    const filtered = await api.send(
      'GET',
      `/v2/${repository}/referrers/${image.digest}?artifactType=application/vnd.example.sbom`,
    );
    expect(filtered.headers.get('oci-filters-applied')).toBe('artifactType');
    expect(((await filtered.json()) as { manifests: unknown[] }).manifests).toHaveLength(1);

    expect((await api.send('DELETE', `/v2/${repository}/manifests/${digest(sbom)}`)).status).toBe(202);
    const after = (await (await api.send('GET', `/v2/${repository}/referrers/${image.digest}`)).json()) as {
      manifests: unknown[];
    };
    expect(after.manifests).toHaveLength(2);
  });

  it('answers with an empty index where there is nothing, and refuses what is no digest', async () => {
    const api = await startApi();
    const list = await api.send('GET', `/v2/${repository}/referrers/sha256:${'1'.repeat(64)}`);
    expect([list.status, await list.json()]).toEqual([
      200,
      { schemaVersion: 2, mediaType: types.index, manifests: [] },
    ]);
    const bad = await api.send('GET', `/v2/${repository}/referrers/latest`);
    expect([bad.status, await codeOf(bad)]).toEqual([400, 'DIGEST_INVALID']);
  });
});

describe('the registry: refusals', () => {
  it.each([
    ['GET', '/v2/Upper/tags/list', 400, 'NAME_INVALID'],
    ['GET', '/v2/a..b/tags/list', 400, 'NAME_INVALID'],
    ['GET', '/v2/%2e%2e%2f%2e%2e%2fetc/manifests/passwd', 400, 'NAME_INVALID'],
    ['GET', '/v2/none/tags/list', 404, 'NAME_UNKNOWN'],
    ['GET', '/v2/none/manifests/v1', 404, 'NAME_UNKNOWN'],
    ['GET', `/v2/none/blobs/sha256:${'0'.repeat(64)}`, 404, 'BLOB_UNKNOWN'],
    ['GET', '/v2/none/blobs/md5:00', 400, 'DIGEST_INVALID'],
    ['PATCH', '/v2/none/blobs/uploads/none', 404, 'BLOB_UPLOAD_UNKNOWN'],
    ['PUT', `/v2/none/blobs/sha256:${'0'.repeat(64)}`, 405, 'UNSUPPORTED'],
    ['POST', '/v2/none/tags/list', 405, 'UNSUPPORTED'],
    ['GET', '/v1/', 404, 'UNSUPPORTED'],
  ])('%s %s', async (method, path, status, code) => {
    const api = await startApi();
    const refused = await api.send(method, path);
    expect([refused.status, await codeOf(refused)]).toEqual([status, code]);
  });

  it('asks whoever embeds it about each access', async () => {
    const asked: unknown[] = [];
    const api = await startApi({
      authorize: (request, access) => {
        asked.push(access);
        if (request.headers.authorization === undefined)
          return { allow: false, status: 401, headers: { 'www-authenticate': 'Basic realm="test"' } };
        return access.action === 'delete' ? { allow: false, status: 403 } : { allow: true };
      },
    });
    const anonymous = await api.send('GET', '/v2/');
    expect([anonymous.status, anonymous.headers.get('www-authenticate'), await codeOf(anonymous)]).toEqual([
      401,
      'Basic realm="test"',
      'UNAUTHORIZED',
    ]);
    const headers = { authorization: 'Basic eDp5' };
    expect((await api.send('POST', `/v2/${repository}/blobs/uploads/`, { headers })).status).toBe(202);
    const denied = await api.send('DELETE', `/v2/${repository}/manifests/v1`, { headers });
    expect([denied.status, await codeOf(denied)]).toEqual([403, 'DENIED']);
    expect(asked).toEqual([{ action: 'pull' }, { action: 'push', repository }, { action: 'delete', repository }]);
  });

  it('refuses a blob larger than it takes', async () => {
    const api = await startApi({ blobLimit: 1000 });
    const put = await api.send('PUT', `${await api.start()}?digest=sha256:${'0'.repeat(64)}`, {
      body: Buffer.alloc(3_000_000),
    });
    expect([put.status, await codeOf(put)]).toEqual([413, 'SIZE_INVALID']);
  });
});

describe('the registry: many at once, and after a stop', () => {
  it('keeps everything that forty writers push at the same time', async () => {
    const api = await startApi();
    const shared = randomBytes(50_000);
    await Promise.all(Array.from({ length: 40 }, () => api.pushBlob(shared)));
    await api.pushBlob(jsonBytes({}));
    const config = describeBytes(jsonBytes({}), types.empty);
    const subject = describeBytes(Buffer.from('subject'), types.manifest);
    const manifests = Array.from({ length: 40 }, (_, n) =>
      jsonBytes({
        schemaVersion: 2,
        mediaType: types.manifest,
        artifactType: `application/vnd.example.${n}`,
        config,
        layers: [],
        subject,
      }),
    );
    const answers = await Promise.all(
      manifests.map((bytes, n) => api.pushManifest(bytes, n % 2 === 0 ? `t${n}` : digest(bytes))),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    const list = (await (await api.send('GET', `/v2/${repository}/referrers/${subject.digest}`)).json()) as {
      manifests: unknown[];
    };
    expect(list.manifests).toHaveLength(40);
  });

  it('has everything after it was closed and opened again, begun uploads too', async () => {
    const first = await startRegistry();
    const put = async (url: string, path: string, method: string, body?: Buffer) =>
      fetch(new URL(path, url), { method, ...(body && { body }) });
    const blob = Buffer.from('stays');
    await put(first.url, `/v2/a/blobs/uploads/?digest=${digest(blob)}`, 'POST', blob);
    const begun = await put(first.url, '/v2/a/blobs/uploads/', 'POST');
    const location = begun.headers.get('location') ?? '';
    await put(first.url, location, 'PATCH', Buffer.from('half'));
    await first.close();
    const second = await startRegistry({ folder: first.folder });
    expect((await put(second.url, `/v2/a/blobs/${digest(blob)}`, 'HEAD')).status).toBe(200);
    expect((await put(second.url, location, 'GET')).headers.get('range')).toBe('0-3');
  });

  it('removes uploads that nobody finishes', async () => {
    const first = await startRegistry();
    const begun = await fetch(new URL('/v2/a/blobs/uploads/', first.url), { method: 'POST' });
    const location = begun.headers.get('location') ?? '';
    await first.close();
    const second = await startRegistry({ folder: first.folder, uploadLifeMs: 0 });
    expect((await fetch(new URL(location, second.url))).status).toBe(404);
  });

  it('lets an answer under way end when it is closed, but does not wait for ever', async () => {
    const registry = await startRegistry({ closeGraceMs: 200 });
    const blob = Buffer.alloc(8 * 1024 * 1024, 7);
    await fetch(new URL(`/v2/a/blobs/uploads/?digest=${digest(blob)}`, registry.url), { method: 'POST', body: blob });
    const reading = await fetch(new URL(`/v2/a/blobs/${digest(blob)}`, registry.url));
    const closing = registry.close();
    expect((await reading.arrayBuffer()).byteLength).toBe(blob.length);
    await closing;

    const other = await startRegistry({ closeGraceMs: 50 });
    const stalled = new AbortController();
    onTestFinished(() => stalled.abort());
    const never = new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from('a')) });
    const pushing = fetch(new URL(`/v2/a/blobs/uploads/?digest=${digest(blob)}`, other.url), {
      method: 'POST',
      body: never,
      duplex: 'half',
      signal: stalled.signal,
    } as RequestInit);
    const failed = expect(pushing).rejects.toThrow();
    await other.close();
    await failed;
  });
});
