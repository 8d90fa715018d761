import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AssayError } from '@assay/contract';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { buildImage } from './image-builder.ts';
import { type Handler, openTest, startRegistry, startServer, wordsOf } from './servers.ts';

const image = buildImage();
const honest: Handler = (request, response) => {
  response
    .writeHead(200, {
      'content-type': image.manifest.mediaType,
      'docker-content-digest': image.manifest.digest,
      'content-length': String(image.manifest.size),
    })
    .end(request.method === 'HEAD' ? undefined : image.manifestBytes);
};

interface Pair {
  readonly cert: string;
  readonly key: string;
}

let folder: string;
let authority: Pair;
let signed: Pair;
let selfSigned: Pair;
let elsewhere: Pair;

/** Makes a key and a certificate; signed by `by`, or by itself. */
function makePair(name: string, subject: string, extensions: readonly string[], by?: string, days = '2'): Pair {
  const path = (file: string) => join(folder, file);
  const run = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  run(
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    path(`${name}.key`),
    '-out',
    path(`${name}.pem`),
    '-subj',
    subject,
    '-days',
    days,
    ...extensions.flatMap((extension) => ['-addext', extension]),
    ...(by === undefined ? [] : ['-CA', path(`${by}.pem`), '-CAkey', path(`${by}.key`)]),
  );
  return { cert: readFileSync(path(`${name}.pem`), 'utf8'), key: readFileSync(path(`${name}.key`), 'utf8') };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-oci-tls-'));
  authority = makePair('authority', '/CN=Test Authority', ['keyUsage=critical,keyCertSign']);
  signed = makePair(
    'signed',
    '/CN=registry',
    ['subjectAltName=IP:127.0.0.1', 'basicConstraints=critical,CA:FALSE'],
    'authority',
  );
  selfSigned = makePair('self', '/CN=127.0.0.1', ['subjectAltName=IP:127.0.0.1']);
  elsewhere = makePair(
    'other',
    '/CN=other',
    ['subjectAltName=DNS:elsewhere.invalid', 'basicConstraints=critical,CA:FALSE'],
    'authority',
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function rejection(work: Promise<unknown>): Promise<AssayError> {
  return work.then(
    () => {
      throw new Error('nothing was thrown');
    },
    (error: AssayError) => error,
  );
}

describe('the client over TLS', () => {
  it('refuses a certificate that nobody it trusts has signed, without a second attempt', async () => {
    const server = await startServer(honest, selfSigned);
    const error = await rejection(openTest(`${server.host}/app:1`).resolve());
    expect(error).toMatchObject({
      code: 'REGISTRY_TLS',
      detail: expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT'),
    });
    expect(server.seen).toEqual([]);
  });

  it('trusts an authority it is given, and the usual ones besides', async () => {
    const server = await startServer(honest, signed);
    expect((await rejection(openTest(`${server.host}/app:1`).resolve())).code).toBe('REGISTRY_TLS');
    const caPem = `${selfSigned.cert}\n${authority.cert}`;
    await expect(openTest(`${server.host}/app:1`, { caPem }).resolve()).resolves.toEqual(image.manifest);
  });

  it('refuses a good certificate of another host', async () => {
    const server = await startServer(honest, elsewhere);
    expect(await rejection(openTest(`${server.host}/app:1`, { caPem: authority.cert }).resolve())).toMatchObject({
      code: 'REGISTRY_TLS',
      detail: expect.stringContaining('ALTNAME'),
    });
  });

  it('takes any certificate of a host that is called insecure, and only of that one', async () => {
    const storage = await startServer(honest, selfSigned);
    const server = await startServer((request, response, number) => {
      if (request.url?.includes('/blobs/') === true) response.writeHead(307, { location: `${storage.url}/blob` }).end();
      else honest(request, response, number);
    }, selfSigned);
    const repository = openTest(`${server.host}/app:1`, { insecureRegistries: [server.host], retries: 0 });
    await expect(repository.resolve()).resolves.toEqual(image.manifest);
    const reading = (async () => {
      for await (const _ of repository.fetch({ ...image.config }));
    })();
    expect((await rejection(reading)).code).toBe('REGISTRY_TLS');
  });

  it.each([
    ['', 'no certificate'],
    ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', 'damaged'],
  ])('says so when the authority given is %j', async (caPem, why) => {
    const server = await startServer(honest, signed);
    expect(await rejection(openTest(`${server.host}/app:1`, { caPem }).resolve())).toMatchObject({
      code: 'OPTION_INVALID',
      detail: expect.stringContaining(why),
    });
  });

  it('speaks with the embedded registry when that speaks TLS', async () => {
    const registry = await startRegistry({ tls: { certPem: signed.cert, keyPem: signed.key } });
    expect(registry.url).toMatch(/^https:/);
    const repository = openTest(`${registry.host}/app:1`, { caPem: authority.cert });
    const open = async function* () {
      yield image.configBytes;
    };
    await expect(repository.pushBlob({ digest: image.config.digest, size: image.config.size, open })).resolves.toBe(
      'sent',
    );
    await expect(repository.hasBlob(image.config.digest)).resolves.toBe(true);
  });
});

interface Proxy {
  readonly host: string;
  readonly seen: { readonly line: string; readonly authorization: string | undefined }[];
}

/** A proxy that leads every host to `port` of this machine, or refuses with a status. */
async function startProxy(port: number, refusal?: number): Promise<Proxy> {
  const seen: { line: string; authorization: string | undefined }[] = [];
  const sockets = new Set<Socket>();
  const note = ({ method, url, headers }: IncomingMessage) =>
    seen.push({ line: `${method} ${url}`, authorization: headers['proxy-authorization'] });
  const server = createServer((request, response) => {
    note(request);
    if (refusal !== undefined) return void response.writeHead(refusal).end();
    honest(request, response, 0);
  });
  server.on('connection', (socket) => sockets.add(socket));
  server.on('connect', (request, socket) => {
    note(request);
    if (refusal !== undefined) return void socket.end(`HTTP/1.1 ${refusal} No\r\n\r\n`);
    const upstream = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    sockets.add(upstream);
    for (const end of [socket, upstream]) end.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, seen }; // a TCP server that listens has one
}

describe('the client behind a proxy', () => {
  // No name is looked up here: the proxy does that.
  const reference = 'registry.invalid/app:1';

  it('reaches an https registry through a tunnel, and shows the proxy its own password only', async () => {
    const named = makePair(
      'named',
      '/CN=r',
      ['subjectAltName=DNS:registry.invalid', 'basicConstraints=critical,CA:FALSE'],
      'authority',
    );
    const server = await startServer(honest, named);
    const proxy = await startProxy(server.port);
    const options = { caPem: authority.cert, credentials: { username: 'me', password: 'secret' } };
    const repository = openTest(reference, { ...options, proxy: { httpsProxy: `http://user:p%40ss@${proxy.host}` } });
    await expect(repository.resolve()).resolves.toEqual(image.manifest);
    expect(proxy.seen).toEqual([
      { line: 'CONNECT registry.invalid:443', authorization: `Basic ${Buffer.from('user:p@ss').toString('base64')}` },
    ]);
    expect(server.seen[0]?.headers['proxy-authorization']).toBeUndefined();
  });

  it('does not ask it for loopback hosts, nor for those of NO_PROXY', async () => {
    const server = await startServer(honest);
    const proxy = await startProxy(server.port);
    const settings = { httpProxy: `http://${proxy.host}`, httpsProxy: `http://${proxy.host}` };
    await openTest(`${server.host}/app:1`, { proxy: settings }).resolve();
    await rejection(
      openTest(reference, { retries: 0, proxy: { ...settings, noProxy: 'example.org, .invalid' } }).resolve(),
    );
    expect(proxy.seen).toEqual([]);
  });

  it.each([403, 407, 502])('says in words that it refuses with %d, without its password', async (status) => {
    const proxy = await startProxy(1, status);
    const error = await rejection(
      openTest(reference, { retries: 0, proxy: { httpsProxy: `http://user:hunter2@${proxy.host}` } }).resolve(),
    );
    expect(error).toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      detail: expect.stringContaining(`through the proxy ${proxy.host}: the proxy`),
    });
    expect(wordsOf(error)).not.toContain('hunter2');
  });

  it('says that it is not there', async () => {
    const error = await rejection(
      openTest(reference, { retries: 0, proxy: { httpsProxy: 'http://127.0.0.1:1' } }).resolve(),
    );
    expect(error).toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      detail: expect.stringContaining('through the proxy 127.0.0.1:1'),
    });
  });

  it('refuses a setting that is no address, without repeating it', async () => {
    const error = await rejection(openTest(reference, { proxy: { httpsProxy: 'ftp://user:hunter2@proxy' } }).resolve());
    expect(error).toMatchObject({ code: 'OPTION_INVALID', detail: expect.stringContaining('HTTPS_PROXY') });
    expect(wordsOf(error)).not.toContain('hunter2');
  });
});
