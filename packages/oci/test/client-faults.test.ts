import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { AssayError } from '@assay/contract';
import { describe, expect, it } from 'vitest';
import { openImage } from '../src/open-image.ts';
import { readAll, verified } from '../src/verified.ts';
import { buildImage, describeBytes, jsonBytes } from './image-builder.ts';
import { type Handler, openTest, startServer, startSocketServer, testClock, wordsOf } from './servers.ts';

const image = buildImage();
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const large = Buffer.alloc(300_000, 'abcdefghij');
const blob = describeBytes(large, 'application/vnd.oci.image.layer.v1.tar');

function send(
  response: ServerResponse,
  status: number,
  body: Uint8Array | string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-length': String(Buffer.byteLength(body)), ...headers }).end(body);
}

/** A registry of one image that does everything right. */
const honest: Handler = (request, response) => {
  const url = request.url ?? '';
  const name = url.split('/').at(-1) ?? '';
  const isManifest = url.includes('/manifests/');
  const bytes = isManifest ? image.manifestBytes : [...image.blobs].find(([digest]) => digest === name)?.[1];
  if (bytes === undefined)
    return send(response, 404, '{"errors":[{"code":"BLOB_UNKNOWN"}]}', { 'content-type': 'application/json' });
  const headers = {
    'content-type': isManifest ? manifestType : 'application/octet-stream',
    'docker-content-digest': image.manifest.digest,
  };
  send(response, 200, request.method === 'HEAD' ? '' : bytes, {
    ...headers,
    'content-length': String(bytes.byteLength),
  });
};

async function readList<T>(list: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const entry of list) all.push(entry);
  return all;
}

async function rejection(work: Promise<unknown>): Promise<AssayError> {
  const error = await work.then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AssayError)) throw error;
  return error;
}

describe('the client: what a registry may answer', () => {
  it('asks with HEAD, and only then reads', async () => {
    const server = await startServer(honest);
    await expect(openImage(openTest(`${server.host}/app:1`))).resolves.toMatchObject({ manifest: image.manifest });
    expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'HEAD /v2/app/manifests/1',
      `GET /v2/app/manifests/${image.manifest.digest}`,
      `GET /v2/app/blobs/${image.config.digest}`,
    ]);
  });

  it('reads where HEAD is not answered as it should be', async () => {
    for (const status of [403, 404, 405, 200]) {
      const server = await startServer((request, response, number) =>
        request.method === 'HEAD' ? send(response, status, '') : honest(request, response, number),
      );
      await expect(openImage(openTest(`${server.host}/app:1`))).resolves.toMatchObject({
        manifest: { digest: image.manifest.digest },
      });
    }
  });

  const html = '<html><body>Sign in to the portal</body></html>';
  const cases: [name: string, answer: (response: ServerResponse) => void, code: string][] = [
    ['401 without a challenge', (r) => send(r, 401, ''), 'REGISTRY_DENIED'],
    ['403', (r) => send(r, 403, '{"errors":[{"code":"DENIED","message":"no"}]}'), 'REGISTRY_DENIED'],
    [
      '404 of a registry',
      (r) => send(r, 404, '{"errors":[{"code":"MANIFEST_UNKNOWN","message":"no"}]}'),
      'REGISTRY_NOT_FOUND',
    ],
    ['429', (r) => send(r, 429, ''), 'REGISTRY_BUSY'],
    ['500', (r) => send(r, 500, ''), 'REGISTRY_BUSY'],
    ['503', (r) => send(r, 503, html, { 'content-type': 'text/html' }), 'REGISTRY_BUSY'],
    ['501', (r) => send(r, 501, ''), 'REGISTRY_PROTOCOL'],
    ['418', (r) => send(r, 418, ''), 'REGISTRY_PROTOCOL'],
    ['a web page', (r) => send(r, 200, html, { 'content-type': 'text/html; charset=utf-8' }), 'REGISTRY_PROTOCOL'],
    ['no JSON', (r) => send(r, 200, 'hello', { 'content-type': 'text/plain' }), 'REGISTRY_PROTOCOL'],
    ['a list', (r) => send(r, 200, '[]', { 'content-type': manifestType }), 'REGISTRY_PROTOCOL'],
    [
      'a manifest of unknown type',
      (r) =>
        send(r, 200, '{"mediaType":"application/vnd.example+json"}', {
          'content-type': 'application/vnd.example+json',
        }),
      'MANIFEST_UNSUPPORTED',
    ],
    ['a manifest without end', (r) => endless(r, manifestType), 'LIMIT_EXCEEDED'],
    ['a refusal without end', (r) => endless(r, 'text/plain', 403), 'REGISTRY_DENIED'],
    ['headers without end', (r) => send(r, 200, '{}', { 'x-long': 'x'.repeat(100_000) }), 'REGISTRY_PROTOCOL'],
    ['a redirect in circles', (r) => send(r, 302, '', { location: '/v2/app/manifests/1' }), 'REGISTRY_PROTOCOL'],
    ['a redirect to a file', (r) => send(r, 302, '', { location: 'file:///etc/passwd' }), 'REGISTRY_PROTOCOL'],
  ];
  function endless(response: ServerResponse, type: string, status = 200): void {
    response.writeHead(status, { 'content-type': type });
    const more = () => {
      if (!response.destroyed) response.write(Buffer.alloc(64 * 1024, 0x20), more);
    };
    more();
  }
  it.each(cases)('%s', async (_, answer, code) => {
    const server = await startServer((request, response) =>
      request.method === 'HEAD' ? send(response, 405, '') : answer(response),
    );
    const error = await rejection(openImage(openTest(`${server.host}/app:1`, { retries: 0 })));
    expect(error.code).toBe(code);
    // One clear sentence: no line breaks, nothing of a page's own words.
    expect(error.detail).not.toMatch(/\n|<html|portal/);
  });

  it('tells a web server from a registry that lacks the image', async () => {
    const server = await startServer(
      (_, response) => send(response, 404, html, { 'content-type': 'text/html' }),
      undefined,
      { answersRoot: false },
    );
    expect(await rejection(openImage(openTest(`${server.host}/app:1`)))).toMatchObject({ code: 'REGISTRY_PROTOCOL' });
  });

  it('names the platforms of an index that lacks the wanted one', async () => {
    const index = jsonBytes({
      schemaVersion: 2,
      manifests: [{ ...image.manifest, platform: { os: 'linux', architecture: 'amd64' } }],
    });
    const server = await startServer((_, response) =>
      send(response, 200, index, { 'content-type': 'application/vnd.oci.image.index.v1+json' }),
    );
    const error = await rejection(
      openImage(openTest(`${server.host}/app:1`), { platform: { os: 'linux', architecture: 's390x' } }),
    );
    expect(error).toMatchObject({ code: 'PLATFORM_NOT_FOUND', detail: expect.stringContaining('it has: linux/amd64') });
  });

  it('does not believe the digest header', async () => {
    const server = await startServer((request, response) => {
      const headers = {
        'content-type': manifestType,
        'docker-content-digest': `sha256:${'0'.repeat(64)}`,
        'content-length': String(image.manifestBytes.byteLength),
      };
      send(response, 200, request.method === 'HEAD' ? '' : image.manifestBytes, headers);
    });
    expect(await rejection(openImage(openTest(`${server.host}/app:1`)))).toMatchObject({ code: 'CONTENT_MISMATCH' });
    expect(await rejection(openImage(openTest(`${server.host}/app@sha256:${'1'.repeat(64)}`)))).toMatchObject({
      code: 'CONTENT_MISMATCH',
    });
  });
});

describe('the client: blobs', () => {
  const read = (host: string, options = {}) =>
    readAll(verified(openTest(`${host}/app:1`, options).fetch(blob), blob), large.length * 2);

  it('go on where a connection broke', async () => {
    const server = await startServer((request, response, number) => {
      const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
      const headers = {
        'content-length': String(large.length - start),
        'content-range': `bytes ${start}-${large.length - 1}/${large.length}`,
      };
      response.writeHead(start === 0 ? 200 : 206, headers);
      if (number === 3) response.end(large.subarray(start));
      else response.write(large.subarray(start, start + 100_000), () => response.destroy());
    });
    expect(Buffer.from(await read(server.host)).equals(large)).toBe(true);
    const starts = server.seen.map(({ headers }) => headers.range);
    expect(starts[0]).toBeUndefined();
    expect(starts).toHaveLength(3);
    expect(Number(/\d+/.exec(starts[2] ?? '')?.[0])).toBeGreaterThan(Number(/\d+/.exec(starts[1] ?? '')?.[0]));
  });

  it('pass over what they have when the registry knows no ranges', async () => {
    const server = await startServer((_, response, number) => {
      response.writeHead(200, { 'content-length': String(large.length) });
      if (number > 1) response.end(large);
      else response.write(large.subarray(0, 1000), () => response.destroy());
    });
    expect(Buffer.from(await read(server.host)).equals(large)).toBe(true);
  });

  it('are taken up no more often than was allowed', async () => {
    const server = await startServer((_, response) => {
      response.writeHead(200, { 'content-length': String(large.length) });
      response.write(large.subarray(0, 1000), () => response.destroy());
    });
    for (const retries of [0, 2]) {
      const before = server.seen.length;
      expect(await rejection(read(server.host, { retries }))).toMatchObject({
        code: 'CONTENT_TRUNCATED',
        detail: expect.stringContaining('of 300000 bytes'),
      });
      expect(server.seen.length - before).toBe(retries + 1);
    }
  });

  it.each([
    ['end well but too early', large.subarray(0, 1000), 'CONTENT_TRUNCATED'],
    ['are longer than promised', Buffer.concat([large, Buffer.from('x')]), 'CONTENT_MISMATCH'],
    ['are others', Buffer.alloc(large.length, 'x'), 'CONTENT_MISMATCH'],
    ['are nothing', Buffer.alloc(0), 'CONTENT_TRUNCATED'],
  ])('%s', async (_, body, code) => {
    const server = await startServer((__, response) => send(response, 200, body));
    expect(await rejection(read(server.host))).toMatchObject({ code });
  });

  it('that are another part than the one asked for are refused', async () => {
    const server = await startServer((_, response, number) => {
      if (number === 1) {
        response.writeHead(200, { 'content-length': String(large.length) });
        response.write(large.subarray(0, 1000), () => response.destroy());
      } else
        send(response, 206, large.subarray(5000), {
          'content-range': `bytes 5000-${large.length - 1}/${large.length}`,
        });
    });
    expect(await rejection(read(server.host))).toMatchObject({ code: 'REGISTRY_PROTOCOL' });
  });

  it('end when their reader does, and leave no connection behind', async () => {
    let closed = 0;
    const server = await startServer((_, response) => {
      response.on('close', () => {
        closed += 1;
      });
      response.writeHead(200, { 'content-length': String(1e9) });
      response.write(large);
    });
    const source = openTest(`${server.host}/app:1`);
    for await (const chunk of source.fetch({ ...blob, size: 1e9 })) {
      expect(chunk.byteLength).toBeGreaterThan(0);
      break;
    }
    await source.close();
    await expect.poll(() => closed).toBe(1);
  });

  it('stop when they are aborted', async () => {
    const server = await startServer((_, response) => {
      response.writeHead(200, { 'content-length': String(large.length) });
      response.write(large.subarray(0, 1000));
    });
    const controller = new AbortController();
    const reading = (async () => {
      for await (const _ of openTest(`${server.host}/app:1`).fetch(blob, controller.signal))
        controller.abort(new Error('enough'));
    })();
    await expect(reading).rejects.toThrow('enough');
  });
});

describe('the client: patience', () => {
  it('tries again as often as allowed, then says what the last attempt said', async () => {
    const clock = testClock();
    const server = await startServer((_, response) => send(response, 503, ''));
    expect(await rejection(openTest(`${server.host}/app:1`, { retries: 2, clock }).resolve())).toMatchObject({
      code: 'REGISTRY_BUSY',
    });
    expect(server.seen).toHaveLength(3);
    expect(clock.slept).toHaveLength(2);
    expect(clock.slept[1]).toBeGreaterThan(clock.slept[0] ?? 0);
  });

  it('with no retries makes one attempt', async () => {
    const server = await startServer((_, response) => send(response, 503, ''));
    await rejection(openTest(`${server.host}/app:1`, { retries: 0 }).resolve());
    expect(server.seen).toHaveLength(1);
  });

  it('goes through once a registry has recovered', async () => {
    const server = await startServer((request, response, number) =>
      number < 3 ? send(response, 500, '') : honest(request, response, number),
    );
    await expect(openTest(`${server.host}/app:1`).resolve()).resolves.toEqual(image.manifest);
  });

  it('waits as long as a registry asks, up to a bound', async () => {
    for (const [retryAfter, slept] of [
      ['7', [7000]],
      ['Wed, 25 Nov 2026 00:00:09 GMT', [9000]],
      ['3600', []],
    ] as const) {
      const clock = testClock();
      const server = await startServer((request, response, number) =>
        number === 1 ? send(response, 429, '', { 'retry-after': retryAfter }) : honest(request, response, number),
      );
      const resolving = openTest(`${server.host}/app:1`, { clock }).resolve();
      if (slept.length > 0) await resolving;
      else expect(await rejection(resolving)).toMatchObject({ code: 'REGISTRY_BUSY' });
      expect(clock.slept).toEqual(slept);
    }
  });

  it.each([
    ['that takes the connection and says nothing', () => undefined],
    [
      'that sends one header a second',
      (socket: { write(text: string): unknown }) => void socket.write('HTTP/1.1 200 OK\r\nx-slow: 1\r\n'),
    ],
    [
      'that sends half an answer',
      (socket: { write(text: string): unknown }) =>
        void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{'),
    ],
  ])('does not wait for a server %s', async (_, onSocket) => {
    const host = await startSocketServer(onSocket);
    const began = performance.now();
    const source = openTest(`${host}/app:1`, { retries: 1, patienceMs: 100, lastPatienceMs: 100 });
    const error = await rejection(source.resolve());
    expect(error.code).toBe('REGISTRY_UNREACHABLE');
    expect(error.detail).toContain('silent');
    expect(performance.now() - began).toBeLessThan(2000);
  });

  it('with the usual settings and no retries gives up within 2 seconds', async () => {
    const host = await startSocketServer(() => undefined);
    const began = performance.now();
    expect((await rejection(openTest(`${host}/app:1`, { retries: 0 }).resolve())).code).toBe('REGISTRY_UNREACHABLE');
    expect(performance.now() - began).toBeLessThan(2000);
  });

  it('says in words why there is no connection', async () => {
    const closed = await startSocketServer((socket) => socket.resetAndDestroy());
    expect(await rejection(openTest(`${closed}/app:1`, { retries: 0 }).resolve())).toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      detail: expect.stringContaining('was cut'),
    });
    expect(await rejection(openTest('127.0.0.1:1/app:1', { retries: 0 }).resolve())).toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      detail: expect.stringContaining('nothing listens'),
    });
    expect(await rejection(openTest('registry.invalid/app:1', { retries: 0 }).resolve())).toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      detail: expect.stringContaining('name'),
    });
    const shell = await startSocketServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    expect(await rejection(openTest(`${shell}/app:1`, { retries: 0 }).resolve())).toMatchObject({
      code: expect.stringMatching(/REGISTRY_(PROTOCOL|TLS)/),
    });
  });

  it('does not go on after it was aborted', async () => {
    const server = await startServer((_, response) => send(response, 503, ''));
    const controller = new AbortController();
    const clock = { now: () => 0, sleep: async () => controller.abort(new Error('enough')) };
    await expect(openTest(`${server.host}/app:1`, { clock }).resolve(controller.signal)).rejects.toThrow('enough');
    expect(server.seen).toHaveLength(1);
  });
});

describe('the client: mirrors', () => {
  it('are asked first, under their own path, and the registry when they fail', async () => {
    const origin = await startServer(honest);
    const good = await startServer(honest);
    const source = openTest(`${origin.host}/app:1`, { mirrors: new Map([[origin.host, [`${good.host}/cache`]]]) });
    await openImage(source);
    expect(good.seen[0]?.url).toBe('/v2/cache/app/manifests/1');
    expect(origin.seen).toEqual([]);

    const bad = await startServer((_, response) => send(response, 500, ''));
    const other = openTest(`${origin.host}/app:1`, { mirrors: new Map([[origin.host, ['127.0.0.1:1', bad.host]]]) });
    await expect(openImage(other)).resolves.toMatchObject({ manifest: image.manifest });
    expect(bad.seen.length).toBeGreaterThan(0);
  });

  it('that cannot be one are refused before anything is asked', () => {
    expect(() =>
      openTest('registry.invalid/app', { mirrors: new Map([['registry.invalid', ['not a host']]]) }),
    ).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });
});

describe('the client: tags', () => {
  it('are listed over all pages, and a page elsewhere is not followed', async () => {
    const list = (tags: string[]) => JSON.stringify({ name: 'app', tags });
    const server = await startServer((request, response) => {
      const more = request.url?.includes('last=b') === true;
      send(
        response,
        200,
        list(more ? ['c'] : ['a', 'b']),
        more ? {} : { link: '</v2/app/tags/list?last=b>; rel="next"' },
      );
    });
    expect(await readList(openTest(`${server.host}/app`).tags())).toEqual(['a', 'b', 'c']);
    const stranger = await startServer((_, response) =>
      send(response, 200, list(['a']), { link: '<http://other.invalid/v2/app/tags/list>; rel="next"' }),
    );
    const error = await rejection(readList(openTest(`${stranger.host}/app`).tags()));
    expect(error.code).toBe('REGISTRY_PROTOCOL');
    expect(wordsOf(error)).not.toContain('other.invalid');
  });
});

it('the blob of these tests has the digest that it is asked by', () => {
  expect(blob.digest).toBe(`sha256:${createHash('sha256').update(large).digest('hex')}`);
});
