import { describe, expect, it } from 'vitest';
import { describeBytes, jsonBytes } from './image-builder.ts';
import { codeOf, digest, preparedImage, repository, startApi, types } from './registry-api.ts';

// After the OCI distribution-spec 1.1, section by section; what upstream's conformance program exercises.

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
