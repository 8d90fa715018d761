import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Change,
  type Clock,
  type Cluster,
  type ConfigMap,
  configMaps,
  createKubeClient,
  createReflector,
  type KubeError,
  readCluster,
} from '@assay/kube';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FaultyServer, listenAsProxy, say } from './faulty-server.ts';

let server: FaultyServer;
let cluster: Cluster;

beforeEach(async () => {
  server = await FaultyServer.listen();
  cluster = await readCluster({ server: server.url, timeouts: { request: 2_000, streamStart: 500, connect: 500 } });
});

afterEach(async () => {
  await cluster.close();
  await server.close();
});

const client = () => createKubeClient({ transport: cluster.transport, fieldManager: 'test' });
const key = { namespace: 'demo', name: 'x' };
const object = (version: string, a: string) => ({
  metadata: { namespace: 'demo', name: 'x', uid: 'u', resourceVersion: version },
  data: { a },
});
const line = (type: string, value: unknown) => `${JSON.stringify({ type, object: value })}\n`;
const failure = async (work: Promise<unknown>): Promise<KubeError> =>
  work.then(
    () => {
      throw new Error('it went through');
    },
    (error: KubeError) => error,
  );

/** Timers fire a thousand times sooner: what takes a minute takes 60 ms, over real sockets. */
const fast: Clock = {
  now: () => Date.now() * 1000,
  after: (ms, then) => {
    const timer = setTimeout(then, ms / 1000);
    return () => clearTimeout(timer);
  },
};

const isWatch = (url: string | undefined): boolean => url?.includes('watch=true') === true;
const emptyList = { kind: 'ConfigMapList', metadata: { resourceVersion: '10' }, items: [] };

function follow() {
  const changes: Change<string>[] = [];
  const errors: unknown[] = [];
  const told: (() => void)[] = [];
  const reflector = createReflector<ConfigMap, string>({
    client: client(),
    resource: configMaps,
    project: (one) => one.data?.a ?? '',
    clock: fast,
    onChange: (change) => {
      changes.push(change);
      for (const wake of told) wake();
    },
    onError: (error) => errors.push(error),
  });
  const until = async (count: number): Promise<void> => {
    while (changes.length < count) await new Promise<void>((resolve) => told.push(resolve));
  };
  return { reflector, changes, errors, until };
}

describe('answers over real sockets', () => {
  it.each([
    [429, 'TooManyRequests', 'KUBE_BUSY', true],
    [500, 'InternalError', 'KUBE_BUSY', true],
    [503, 'ServiceUnavailable', 'KUBE_BUSY', true],
    [504, 'Timeout', 'KUBE_BUSY', true],
    [410, 'Expired', 'KUBE_EXPIRED', true],
    [409, 'Conflict', 'KUBE_CONFLICT', true],
    [409, 'AlreadyExists', 'KUBE_CONFLICT', false],
    [403, 'Forbidden', 'KUBE_DENIED', false],
    [401, 'Unauthorized', 'KUBE_DENIED', false],
    [422, 'Invalid', 'KUBE_INVALID', false],
    [400, 'BadRequest', 'KUBE_INVALID', false],
  ] as const)('%i %s', async (status, reason, code, retryable) => {
    server.handle = (_request, response) =>
      say(response, status, { kind: 'Status', code: status, reason, message: 'why' });
    const error = await failure(client().create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: key }));
    expect(error).toMatchObject({ status, reason, code, retryable });
    expect(error.detail).toBe('create configmaps x: why');
  });

  it('carry how long to wait, in milliseconds; a zero is not taken literally', async () => {
    const refuse = (seconds: string) => {
      server.handle = (_request, response) => say(response, 429, 'slow down', { 'retry-after': seconds });
      return failure(client().version());
    };
    expect((await refuse('7')).retryAfter).toBe(7000);
    expect((await refuse('0')).retryAfter).toBeUndefined();
    expect((await refuse('999999999')).retryAfter).toBe(600_000);
  });

  it('that are no API server', async () => {
    server.handle = (_request, response) => response.end('<html>welcome</html>');
    expect(await failure(client().version())).toMatchObject({ code: 'KUBE_PROTOCOL' });
    expect(await failure(client().list(configMaps))).toMatchObject({ code: 'KUBE_PROTOCOL' });
    server.handle = (_request, response) => say(response, 200, { items: 'x', metadata: {} });
    expect(await failure(client().list(configMaps))).toMatchObject({ code: 'KUBE_PROTOCOL' });
  });

  it('that never come', async () => {
    server.handle = () => undefined;
    const impatient = await readCluster({ server: server.url, timeouts: { request: 100 } });
    const calls = createKubeClient({ transport: impatient.transport, fieldManager: 'test' });
    expect(await failure(calls.version())).toMatchObject({
      reason: 'Timeout',
      retryable: true,
      code: 'KUBE_UNREACHABLE',
    });
    await impatient.close();
  });

  it('that break off in the middle', async () => {
    server.handle = (_request, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"major":');
      setImmediate(() => response.socket?.destroy());
    };
    expect(await failure(client().version())).toMatchObject({ reason: 'Reset', retryable: true });
  });

  it('from nobody', async () => {
    await server.close();
    expect(await failure(client().version())).toMatchObject({ reason: 'Unreachable', retryable: true });
    server = await FaultyServer.listen();
  });

  it('that the caller no longer wants', async () => {
    server.handle = () => undefined;
    const stop = new AbortController();
    const asking = client().get(configMaps, key, { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(asking).rejects.toThrow('enough');
  });

  it('after the connections were closed here', async () => {
    await cluster.close();
    expect(await failure(client().version())).toMatchObject({ reason: 'Closed', retryable: false });
  });
});

describe('a watch over real sockets', () => {
  it('goes on after connection resets, an error and a polite end, without a second list', {
    timeout: 10_000,
  }, async () => {
    let watches = 0;
    server.handle = (request, response) => {
      if (!isWatch(request.url)) return say(response, 200, emptyList);
      watches += 1;
      if (watches === 4) return say(response, 500, { kind: 'Status', code: 500, reason: 'InternalError' });
      const version = String(10 + watches);
      response.write(line(watches === 1 ? 'ADDED' : 'MODIFIED', object(version, version)));
      if (watches === 1) setImmediate(() => response.socket?.resetAndDestroy());
      if (watches === 2) setImmediate(() => response.socket?.destroy());
      if (watches === 3) response.end();
      return undefined;
    };
    const { reflector, changes, until } = follow();
    reflector.start();
    await until(4);
    reflector.stop();
    expect(changes.map((change) => change.object)).toEqual(['11', '12', '13', '15']);
    expect(reflector.lists).toBe(1);
    const asked = server.requests
      .filter((one) => isWatch(one.url))
      .map((one) => new URL(one.url, server.url).searchParams);
    expect(asked.map((query) => query.get('resourceVersion'))).toEqual(['10', '11', '12', '13', '13']);
  });

  it('lists anew after 410, whether as a status or as an event', { timeout: 10_000 }, async () => {
    let watches = 0;
    let lists = 0;
    const gone = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };
    server.handle = (request, response) => {
      if (!isWatch(request.url)) {
        lists += 1;
        return say(response, 200, {
          metadata: { resourceVersion: String(lists * 100) },
          items: [object(`${lists}`, `${lists}`)],
        });
      }
      watches += 1;
      if (watches === 1) return say(response, 410, gone);
      if (watches === 2) return response.end(line('ERROR', gone));
      response.flushHeaders();
      return undefined;
    };
    const { reflector, changes, until } = follow();
    reflector.start();
    await until(3);
    reflector.stop();
    expect(changes.map((change) => [change.type, change.object])).toEqual([
      ['added', '1'],
      ['changed', '2'],
      ['changed', '3'],
    ]);
  });

  it('is given up when it is half open', { timeout: 10_000 }, async () => {
    let watches = 0;
    server.handle = (request, response) => {
      if (!isWatch(request.url)) return say(response, 200, emptyList);
      watches += 1;
      response.flushHeaders();
      if (watches === 2) response.write(line('ADDED', object('11', 'back')));
      return undefined;
    };
    const { reflector, changes, errors, until } = follow();
    reflector.start();
    await until(1);
    reflector.stop();
    expect(changes).toMatchObject([{ type: 'added', object: 'back' }]);
    expect(errors).toMatchObject([{ reason: 'Inactive' }]);
  });

  it('reads lines that come in pieces, cut inside a character', { timeout: 10_000 }, async () => {
    const bytes = Buffer.from(line('ADDED', object('11', 'grün')) + line('MODIFIED', object('12', 'größer')));
    server.handle = (request, response) => {
      if (!isWatch(request.url)) return say(response, 200, emptyList);
      let at = 0;
      const next = (): void => {
        if (at >= bytes.length) return;
        response.write(bytes.subarray(at, at + 7));
        at += 7;
        setImmediate(next);
      };
      next();
      return undefined;
    };
    const { reflector, changes, until } = follow();
    reflector.start();
    await until(2);
    reflector.stop();
    expect(changes.map((change) => change.object)).toEqual(['grün', 'größer']);
  });

  it('leaves no connection open when it is stopped', async () => {
    let isClosed = false;
    server.handle = (request, response) => {
      if (!isWatch(request.url)) return say(response, 200, emptyList);
      response.on('close', () => {
        isClosed = true;
      });
      response.write(line('ADDED', object('11', 'a')));
      return undefined;
    };
    const { reflector, until } = follow();
    reflector.start();
    await until(1);
    reflector.stop();
    while (!isClosed) await new Promise((resolve) => setImmediate(resolve));
    await cluster.close();
    while ((await server.connections) > 0) await new Promise((resolve) => setImmediate(resolve));
  });

  it('does not wait for calls, however many watches there are', async () => {
    server.handle = (request, response) => {
      if (isWatch(request.url)) response.flushHeaders();
      else say(response, 200, { major: '1', minor: '34', gitVersion: 'v1.34.0' });
    };
    const stop = new AbortController();
    const watches = Array.from({ length: 40 }, async () => {
      for await (const _event of client().watch(configMaps, { resourceVersion: '1', signal: stop.signal }));
    });
    expect((await client().version()).minor).toBe('34');
    stop.abort(new Error('enough'));
    await Promise.allSettled(watches);
  });
});

describe('a large list', () => {
  it('of 200 000 objects in one page is read', { timeout: 30_000 }, async () => {
    const items = Array.from({ length: 200_000 }, (_, i) => ({
      metadata: { name: `n${i}`, uid: `${i}`, resourceVersion: '1' },
    }));
    const text = JSON.stringify({ metadata: { resourceVersion: '1' }, items });
    server.handle = (_request, response) => say(response, 200, text);
    expect((await client().list(configMaps)).items).toHaveLength(200_000);
  });
});

describe('credentials', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kube-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (name: string, user: string, more = ''): string => {
    const file = join(folder, name);
    writeFileSync(
      file,
      `apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "${server.url}"}}]
users: [{name: u, user: ${user}}]
contexts: [{name: x, context: {cluster: c, user: u, namespace: mine}}]
current-context: x
${more}`,
    );
    return file;
  };
  const version = { major: '1', minor: '34', gitVersion: 'v1.34.0' };
  const expectToken = (wanted: () => string) => {
    server.handle = (request, response) =>
      request.headers.authorization === wanted()
        ? say(response, 200, version)
        : say(response, 401, { kind: 'Status', code: 401, reason: 'Unauthorized' });
  };
  const open = async (options: Parameters<typeof readCluster>[0]) => {
    const found = await readCluster(options);
    return { found, calls: createKubeClient({ transport: found.transport, fieldManager: 'test' }) };
  };

  it('of a kubeconfig file go to a plain http server too', async () => {
    expectToken(() => 'Bearer secret');
    const { found, calls } = await open({ kubeconfig: write('config', '{token: secret}') });
    expect(await calls.version()).toEqual(version);
    expect(found.namespace).toBe('mine');
    await found.close();
  });

  it('by user name and password', async () => {
    expectToken(() => `Basic ${Buffer.from('me:word').toString('base64')}`);
    const { found, calls } = await open({ kubeconfig: write('config', '{username: me, password: word}') });
    expect(await calls.version()).toEqual(version);
    await found.close();
  });

  it('of a plug-in are asked for again when the server refuses them', async () => {
    const script = join(folder, 'plugin.mjs');
    const counter = join(folder, 'count');
    writeFileSync(counter, '');
    writeFileSync(
      script,
      `import { appendFileSync, readFileSync } from 'node:fs';
appendFileSync(${JSON.stringify(counter)}, 'x');
const token = 't' + readFileSync(${JSON.stringify(counter)}, 'utf8').length;
console.log(JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token } }));`,
    );
    const user = `{exec: {apiVersion: client.authentication.k8s.io/v1, command: "${process.execPath}", args: ["${script}"], interactiveMode: Never}}`;
    let wanted = 'Bearer t1';
    expectToken(() => wanted);
    const { found, calls } = await open({ kubeconfig: write('config', user) });
    await calls.version();
    await calls.version();
    expect(server.requests).toHaveLength(2);
    // The server revokes the first token.
    wanted = 'Bearer t2';
    expect(await calls.version()).toEqual(version);
    expect(server.requests).toHaveLength(4);
    // A refusal that stays one is told, after one more try.
    wanted = 'Bearer nothing';
    expect(await failure(calls.version())).toMatchObject({ code: 'KUBE_DENIED', status: 401 });
    expect(server.requests).toHaveLength(6);
    await found.close();
  });

  it('of a plug-in that fails are told with its words', async () => {
    const user = `{exec: {apiVersion: client.authentication.k8s.io/v1, command: "${process.execPath}", args: ["-e", "console.error('sign in first'); process.exit(1)"]}}`;
    const { found, calls } = await open({ kubeconfig: write('config', user) });
    await expect(calls.version()).rejects.toMatchObject({
      code: 'KUBE_CONFIG_INVALID',
      detail: expect.stringContaining('sign in first'),
    });
    await found.close();
  });

  it('go through the proxy that the kubeconfig names', async () => {
    const proxy = await listenAsProxy();
    expectToken(() => 'Bearer secret');
    const kubeconfig = write('config', '{token: secret}');
    const direct = readFileSync(kubeconfig, 'utf8');
    writeFileSync(kubeconfig, direct.replace('cluster: {server:', `cluster: {proxy-url: "${proxy.url}", server:`));
    const { found, calls } = await open({ kubeconfig });
    expect(await calls.version()).toEqual(version);
    expect(proxy.tunnels()).toBeGreaterThan(0);
    await found.close();
    await proxy.close();
  });

  it('of several files are merged, the first wins', async () => {
    expectToken(() => 'Bearer first');
    const first = write('first', '{token: first}');
    const second = write('second', '{token: second}', '');
    const { found, calls } = await open({ kubeconfig: `${first}:${second}` });
    await calls.version();
    await found.close();
  });

  it('of a context that is not there are refused with those that are', async () => {
    const kubeconfig = write('config', '{token: a}');
    await expect(readCluster({ kubeconfig, context: 'y' })).rejects.toMatchObject({
      code: 'KUBE_CONFIG_INVALID',
      detail: 'there is no context "y"; there are: x',
    });
  });

  it.each([
    ['a file that is not there', { kubeconfig: '/nothing/here' }],
    ['a server that is no URL', { server: 'nothing' }],
    ['a server of another scheme', { server: 'ftp://x' }],
  ])('need %s to be right', async (_what, options) => {
    await expect(readCluster(options)).rejects.toMatchObject({ code: 'KUBE_CONFIG_INVALID' });
  });

  it('need a file with a context', async () => {
    const file = join(folder, 'empty');
    writeFileSync(file, 'apiVersion: v1\nkind: Config\n');
    await expect(readCluster({ kubeconfig: file })).rejects.toMatchObject({ code: 'KUBE_CONFIG_INVALID' });
  });

  it('of a pod need the authority beside the token', async () => {
    writeFileSync(join(folder, 'token'), 'a');
    await expect(readCluster({ serviceAccountFolder: folder })).rejects.toMatchObject({
      code: 'KUBE_CONFIG_INVALID',
      detail: expect.stringContaining('ca.crt'),
    });
  });
});
