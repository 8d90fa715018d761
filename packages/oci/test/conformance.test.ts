import { randomBytes } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { describeBytes, jsonBytes } from './image-builder.ts';
import { type Algorithm, type Api, codeOf, digest, octets, repository, startApi, types } from './registry-api.ts';
import { startRegistry } from './servers.ts';

// After the OCI distribution-spec 1.1, section by section; what upstream's conformance program exercises.

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
