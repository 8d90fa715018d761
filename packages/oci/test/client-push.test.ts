import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { AssayError } from '@assay/contract';
import { describe, expect, it } from 'vitest';
import { Network } from '../src/client/network.ts';
import type { PushContent } from '../src/client/options.ts';
import { openImage } from '../src/open-image.ts';
import { readAll, verified } from '../src/verified.ts';
import { buildImage, describeBytes } from './image-builder.ts';
import { type Handler, openTest, startRegistry, startServer, startSocketServer } from './servers.ts';

const bytes = Buffer.from(Array.from({ length: 250_000 }, (_, at) => (at * 31 + (at >> 8)) & 0xff));
const what = describeBytes(bytes, 'application/octet-stream');

function contentOf(source: Uint8Array, pieces = 7): PushContent {
  const { digest, size } = describeBytes(source, '');
  return {
    digest,
    size,
    async *open() {
      const length = Math.max(1, Math.ceil(source.byteLength / pieces));
      for (let at = 0; at < source.byteLength; at += length) yield source.subarray(at, at + length);
    },
  };
}

async function rejection(work: Promise<unknown>): Promise<AssayError> {
  return work.then(
    () => {
      throw new Error('nothing was thrown');
    },
    (error: AssayError) => error,
  );
}

/** Hands requests on to a registry, except those that `meddle` answers itself. */
async function startMeddler(
  host: string,
  meddle: (request: IncomingMessage, number: number) => 'cut' | 'cut after' | 'busy' | undefined,
) {
  const [hostname, port] = host.split(':');
  const handler: Handler = (request, response, number) => {
    const way = meddle(request, number);
    if (way === 'busy') return void request.resume().on('end', () => response.writeHead(503).end());
    if (way === 'cut') return void request.once('data', () => request.socket.resetAndDestroy());
    const upstream = httpRequest(
      { hostname, port, path: request.url, method: request.method, headers: request.headers },
      (answer) => {
        if (way === 'cut after') return void request.socket.resetAndDestroy();
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      },
    );
    upstream.on('error', () => response.destroy());
    request.pipe(upstream);
  };
  return startServer(handler);
}

describe('pushing blobs', () => {
  it.each([
    ['in one piece', {}],
    ['in parts', { chunkBytes: 64 * 1024 }],
    ['in parts of odd length', { chunkBytes: 99_999 }],
    ['in one part larger than all', { chunkBytes: 1_000_000 }],
  ])('%s', async (_, options) => {
    const registry = await startRegistry();
    const repository = openTest(`${registry.host}/app:1`);
    await expect(repository.pushBlob(contentOf(bytes), options)).resolves.toBe('sent');
    await expect(repository.pushBlob(contentOf(bytes), options)).resolves.toBe('present');
    expect(Buffer.from(await readAll(verified(repository.fetch(what), what), 1e6)).equals(bytes)).toBe(true);
  });

  it('of no bytes', async () => {
    const registry = await startRegistry();
    const repository = openTest(`${registry.host}/app:1`);
    for (const chunkBytes of [undefined, 10]) {
      const empty = contentOf(new Uint8Array(0));
      await repository.pushBlob(empty, chunkBytes === undefined ? {} : { chunkBytes });
      await expect(repository.hasBlob(empty.digest)).resolves.toBe(true);
    }
  });

  it('mounts what another repository has, and sends what it lacks', async () => {
    const registry = await startRegistry();
    await openTest(`${registry.host}/one:1`).pushBlob(contentOf(bytes));
    const two = openTest(`${registry.host}/two:1`);
    await expect(two.pushBlob(contentOf(bytes), { mountFrom: 'one' })).resolves.toBe('mounted');
    await expect(two.pushBlob(contentOf(Buffer.from('other')), { mountFrom: 'one' })).resolves.toBe('sent');
  });

  it('begins anew when one piece is cut off', async () => {
    const registry = await startRegistry();
    let puts = 0;
    const meddler = await startMeddler(registry.host, (request) => {
      if (request.method !== 'PUT') return undefined;
      puts += 1;
      return puts === 1 ? 'cut' : undefined;
    });
    await expect(openTest(`${meddler.host}/app:1`).pushBlob(contentOf(bytes))).resolves.toBe('sent');
    expect(meddler.seen.filter(({ method }) => method === 'POST')).toHaveLength(2);
  });

  it.each(['cut', 'cut after', 'busy'] as const)(
    'in parts goes on where it stands when a part is met with: %s',
    async (way) => {
      const registry = await startRegistry();
      let parts = 0;
      const meddler = await startMeddler(registry.host, (request) => {
        if (request.method !== 'PATCH') return undefined;
        parts += 1;
        return parts === 3 ? way : undefined;
      });
      const repository = openTest(`${meddler.host}/app:1`);
      await expect(repository.pushBlob(contentOf(bytes), { chunkBytes: 50_000 })).resolves.toBe('sent');
      // One upload, and no part sent that the registry was known to have: 5 parts, one of them twice unless it had arrived.
      expect(meddler.seen.filter(({ method }) => method === 'POST')).toHaveLength(1);
      const ranges = meddler.seen
        .filter(({ method }) => method === 'PATCH')
        .map(({ headers }) => headers['content-range']);
      const again = way === 'cut after' ? [] : ['100000-149999'];
      expect(ranges).toEqual(['0-49999', '50000-99999', '100000-149999', ...again, '150000-199999', '200000-249999']);
    },
  );

  it('in parts begins anew when the registry has forgotten the upload', async () => {
    const registry = await startRegistry();
    let parts = 0;
    const meddler = await startMeddler(registry.host, (request) => {
      if (request.method !== 'PATCH') return undefined;
      parts += 1;
      if (parts !== 2) return undefined;
      httpRequest(`http://${registry.host}${request.url}`, { method: 'DELETE' }).end();
      return 'busy';
    });
    await expect(openTest(`${meddler.host}/app:1`).pushBlob(contentOf(bytes), { chunkBytes: 50_000 })).resolves.toBe(
      'sent',
    );
    expect(meddler.seen.filter(({ method }) => method === 'POST').length).toBeGreaterThan(1);
  });

  it('gives up after the attempts allowed, in parts too', async () => {
    const registry = await startRegistry();
    const meddler = await startMeddler(registry.host, (request) => (request.method === 'PATCH' ? 'busy' : undefined));
    const error = await rejection(
      openTest(`${meddler.host}/app:1`, { retries: 2 }).pushBlob(contentOf(bytes), { chunkBytes: 50_000 }),
    );
    expect(error.code).toBe('REGISTRY_BUSY');
    expect(meddler.seen.filter(({ method }) => method === 'PATCH')).toHaveLength(3);
  });

  it('takes parts as small as the registry allows, no smaller', async () => {
    const lengths: number[] = [];
    const server = await startServer((request, response) => {
      if (request.method === 'HEAD') return void response.writeHead(404).end();
      lengths.push(Number(request.headers['content-length']));
      const status = request.method === 'PUT' ? 201 : 202;
      request
        .resume()
        .on('end', () =>
          response
            .writeHead(status, { location: '/v2/app/blobs/uploads/x?_state=a%3D', 'oci-chunk-min-length': '100000' })
            .end(),
        );
    });
    await openTest(`${server.host}/app:1`).pushBlob(contentOf(bytes), { chunkBytes: 10 });
    expect(lengths).toEqual([0, 100_000, 100_000, 50_000, 0]);
    expect(server.seen.at(-1)?.url).toBe(
      `/v2/app/blobs/uploads/x?_state=a%3D&digest=${encodeURIComponent(what.digest)}`,
    );
  });

  it.each([
    ['fewer bytes', bytes.subarray(0, 1000), 'CONTENT_TRUNCATED'],
    ['more bytes', Buffer.concat([bytes, bytes]), 'CONTENT_MISMATCH'],
    ['other bytes', Buffer.alloc(bytes.byteLength), 'CONTENT_MISMATCH'],
  ])('refuses to send %s than it was promised', async (_, other, code) => {
    const registry = await startRegistry();
    const content = { ...contentOf(bytes), open: () => contentOf(other).open() };
    for (const options of [{}, { chunkBytes: 50_000 }]) {
      expect((await rejection(openTest(`${registry.host}/app:1`).pushBlob(content, options))).code).toBe(code);
    }
    await expect(openTest(`${registry.host}/app:1`).hasBlob(what.digest)).resolves.toBe(false);
  });

  it('stops when it is aborted', async () => {
    const registry = await startRegistry();
    const controller = new AbortController();
    const content: PushContent = {
      ...contentOf(bytes),
      async *open() {
        yield bytes.subarray(0, 1000);
        controller.abort(new Error('enough'));
        yield bytes.subarray(1000);
      },
    };
    await expect(openTest(`${registry.host}/app:1`).pushBlob(content, { signal: controller.signal })).rejects.toThrow(
      'enough',
    );
  });

  it.each([
    ['no Location', {}],
    ['a Location of another kind', { location: 'file:///etc/passwd' }],
  ])('refuses an upload with %s', async (_, headers) => {
    const server = await startServer((request, response) =>
      response.writeHead(request.method === 'HEAD' ? 404 : 202, headers).end(),
    );
    expect((await rejection(openTest(`${server.host}/app:1`).pushBlob(contentOf(bytes)))).code).toBe(
      'REGISTRY_PROTOCOL',
    );
  });
});

describe('pushing images', () => {
  it('and opening them gives the same image', async () => {
    const image = buildImage();
    const registry = await startRegistry();
    const repository = openTest(`${registry.host}/team/app:1`);
    for (const blob of image.blobs.values()) await repository.pushBlob(contentOf(blob));
    await expect(repository.pushManifest(image.manifestBytes, image.manifest.mediaType, { tag: '1' })).resolves.toEqual(
      image.manifest,
    );
    const opened = await openImage(openTest(`${registry.host}/team/app:1`));
    expect(opened).toMatchObject({ manifest: image.manifest, imageId: image.config.digest, layers: image.layers });
    for (const layer of opened.layers) await readAll(verified(repository.fetch(layer), layer), 1e6);
    await repository.deleteManifest(image.manifest.digest);
    expect((await rejection(openTest(`${registry.host}/team/app:1`).resolve())).code).toBe('REGISTRY_NOT_FOUND');
  });

  it('says what a registry says against a manifest', async () => {
    const image = buildImage();
    const registry = await startRegistry();
    const error = await rejection(
      openTest(`${registry.host}/app:1`).pushManifest(image.manifestBytes, image.manifest.mediaType),
    );
    expect(error).toMatchObject({
      code: 'REGISTRY_PROTOCOL',
      detail: expect.stringContaining('400 MANIFEST_BLOB_UNKNOWN'),
    });
  });
});

describe('connecting', () => {
  it('is given up after a time of its own, and when the network is closed', async () => {
    // Takes the connection and never answers the TLS greeting: as a black hole, it leaves the connection begun.
    const host = await startSocketServer(() => undefined);
    const url = new URL(`https://${host}/v2/`);
    const quick = new Network({ connectTimeoutMs: 50 });
    await expect(quick.request(url, { method: 'GET' }, false)).rejects.toMatchObject({
      code: 'UND_ERR_CONNECT_TIMEOUT',
    });
    await quick.close();
    const closing = new Network({ connectTimeoutMs: 60_000 });
    const failed = expect(closing.request(url, { method: 'GET' }, false)).rejects.toThrow();
    await new Promise(setImmediate);
    await closing.close();
    await failed;
  });
});
