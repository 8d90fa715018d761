import {
  type Change,
  type ConfigMap,
  configMaps,
  createKindWatcher,
  createKubeClient,
  createReflector,
  customResourceDefinitions,
  inProcessTransport,
  type ReflectorOptions,
  VirtualClock,
} from '@assay/kube';
import { describe, expect, it } from 'vitest';
import { TinyServer } from './tiny-server.ts';

const base = '/api/v1/namespaces/demo/configmaps';
const all = '/api/v1/configmaps';

function configMap(data: Readonly<Record<string, string>>): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'demo' }, data };
}

function setUp(more: Partial<ReflectorOptions<ConfigMap, string>> = {}) {
  const clock = new VirtualClock();
  const server = new TinyServer(clock);
  const client = createKubeClient({ transport: inProcessTransport(server), fieldManager: 'test' });
  const changes: Change<string>[] = [];
  const errors: unknown[] = [];
  const reflector = createReflector<ConfigMap, string>({
    client,
    resource: configMaps,
    namespace: 'demo',
    project: (object) => object.data?.a ?? '',
    onChange: (change) => changes.push(change),
    onError: (error) => errors.push(error),
    clock,
    random: () => 0.5,
    ...more,
  });
  const put = (name: string, a: string) => server.put(`${base}/${name}`, configMap({ a }));
  const remove = (name: string) => server.remove(`${base}/${name}`);
  const started = async (): Promise<void> => {
    reflector.start();
    await clock.until(() => reflector.state === 'watching' && server.openWatches > 0);
  };
  return { clock, server, reflector, changes, errors, put, remove, started };
}

describe('the reflector', () => {
  it('lists once, then follows', async () => {
    const { clock, reflector, changes, put, remove, started } = setUp();
    put('x', '1');
    await started();
    expect(reflector.isSynced).toBe(true);
    put('x', '2');
    put('y', '1');
    remove('x');
    await clock.advance(0);
    expect(changes).toEqual([
      { type: 'added', key: 'demo/x', object: '1' },
      { type: 'changed', key: 'demo/x', object: '2', before: '1' },
      { type: 'added', key: 'demo/y', object: '1' },
      { type: 'deleted', key: 'demo/x', object: '2' },
    ]);
    expect([...reflector.store.keys()]).toEqual(['demo/y']);
    expect(reflector.lists).toBe(1);
  });

  it('asks for pages and for bookmarks', async () => {
    const { server, reflector, put, started } = setUp({ pageSize: 2 });
    for (const name of ['a', 'b', 'c', 'd', 'e']) put(name, '1');
    await started();
    expect(reflector.store.size).toBe(5);
    expect(server.listsAsked().map((query) => query.get('limit'))).toEqual(['2', '2', '2']);
    expect(server.watchesAsked()[0]?.get('allowWatchBookmarks')).toBe('true');
  });

  it.each(['reset', 'end'] as const)('goes on after a watch was broken: %s', async (how) => {
    const { clock, server, reflector, changes, put, started } = setUp();
    put('x', '1');
    await started();
    await clock.advance(10_000);
    server.hitWatches(how);
    put('x', '2');
    await clock.advance(1000);
    expect(changes.at(-1)).toEqual({ type: 'changed', key: 'demo/x', object: '2', before: '1' });
    // Resumed where it ended, not listed anew.
    expect(reflector.lists).toBe(1);
    expect(reflector.state).toBe('watching');
  });

  it('goes on after the server failed again and again', async () => {
    const { clock, server, reflector, changes, put, started } = setUp();
    await started();
    let failures = 0;
    server.fault = () => {
      failures += 1;
      return failures <= 5 ? { status: 500 } : undefined;
    };
    server.hitWatches('reset');
    put('x', '1');
    await clock.advance(60_000);
    expect(failures).toBe(6);
    expect(changes).toEqual([{ type: 'added', key: 'demo/x', object: '1' }]);
    expect(reflector.failure).toBeUndefined();
  });

  it('waits longer and longer when every watch ends at once, however politely', async () => {
    const { clock, server, reflector } = setUp();
    server.fault = ({ url }) => (url.includes('watch=true') ? 'end' : undefined);
    reflector.start();
    await clock.advance(60_000);
    // With random 0.5 the waits are 188 ms, 375 ms, … 22.5 s: eight in the first minute.
    expect(server.watchesAsked().length).toBeLessThanOrEqual(9);
    expect(reflector.lists).toBe(1);
  });

  it('gives up a connection that is half open', async () => {
    const { clock, server, errors, changes, put, started } = setUp({ inactivityMs: 60_000 });
    await started();
    server.hitWatches('silence');
    put('x', '1');
    await clock.advance(59_000);
    expect(changes).toEqual([]);
    await clock.advance(2_000);
    expect(changes).toEqual([{ type: 'added', key: 'demo/x', object: '1' }]);
    expect(errors).toMatchObject([{ code: 'KUBE_UNREACHABLE', reason: 'Inactive' }]);
  });

  it('does not give up a quiet connection whose bookmarks come', async () => {
    const { clock, server, errors, started } = setUp({ inactivityMs: 60_000 });
    await started();
    for (let minute = 0; minute < 10; minute += 1) {
      await clock.advance(50_000);
      server.bookmark();
      await clock.advance(0);
    }
    expect(errors).toEqual([]);
    expect(server.watchesAsked()).toHaveLength(1);
  });

  it('resumes from the last bookmark', async () => {
    const { clock, server, reflector, started, put } = setUp();
    await started();
    server.bookmark();
    await clock.advance(10_000);
    server.compact();
    server.hitWatches('end');
    put('x', '1');
    await clock.advance(1_000);
    expect(reflector.lists).toBe(1);
    expect(reflector.store.get('demo/x')).toBe('1');
  });

  it('lists anew when the server has forgotten, and tells what happened meanwhile', async () => {
    const { clock, server, reflector, changes, put, remove, started } = setUp();
    put('kept', '1');
    put('changed', '1');
    put('gone', '1');
    await started();
    changes.length = 0;
    server.fault = ({ url }) => (url.includes('watch=true') ? { status: 503 } : undefined);
    server.hitWatches('reset');
    put('changed', '2');
    remove('gone');
    put('new', '1');
    server.compact();
    await clock.advance(1_000);
    server.fault = () => undefined;
    await clock.until(() => reflector.lists === 2);
    expect(changes).toEqual([
      { type: 'changed', key: 'demo/changed', object: '2', before: '1' },
      { type: 'added', key: 'demo/new', object: '1' },
      { type: 'deleted', key: 'demo/gone', object: '1' },
    ]);
  });

  it('tells of an object that was deleted and made anew in a gap as two objects', async () => {
    const { clock, server, changes, put, remove, reflector, started } = setUp();
    put('x', '1');
    await started();
    changes.length = 0;
    server.fault = ({ url }) => (url.includes('watch=true') ? { status: 503 } : undefined);
    server.hitWatches('reset');
    remove('x');
    put('x', '2');
    server.compact();
    await clock.advance(100);
    server.fault = () => undefined;
    await clock.until(() => reflector.lists === 2);
    expect(changes).toEqual([
      { type: 'deleted', key: 'demo/x', object: '1' },
      { type: 'added', key: 'demo/x', object: '2' },
    ]);
  });

  it('begins a list anew when its token expires', async () => {
    const { clock, server, reflector, put } = setUp({ pageSize: 2 });
    for (const name of ['a', 'b', 'c']) put(name, '1');
    let refused = 0;
    server.fault = ({ url }) => {
      if (!url.includes('continue=') || refused > 0) return undefined;
      refused += 1;
      return { status: 410, reason: 'Expired' };
    };
    reflector.start();
    await clock.until(() => reflector.isSynced);
    expect(reflector.store.size).toBe(3);
  });

  it('waits as long as the server asks', async () => {
    const { clock, server, reflector } = setUp();
    server.fault = () => ({ status: 429, retryAfter: 20 });
    reflector.start();
    await clock.advance(19_000);
    expect(server.requests).toHaveLength(1);
    await clock.advance(2_000);
    expect(server.requests).toHaveLength(2);
  });

  it('survives handlers, projections and handlers of errors that throw', async () => {
    const { clock, server, reflector, put, started } = setUp({
      onChange: () => {
        throw new Error('handler');
      },
      onError: () => {
        throw new Error('nor here');
      },
      project: (object) => {
        if (object.data?.a === 'odd') throw new Error('projection');
        return object.data?.a ?? '';
      },
    });
    put('x', '1');
    await started();
    put('y', 'odd');
    put('x', '2');
    await clock.advance(10_000);
    server.hitWatches('end');
    put('z', '3');
    await clock.advance(1_000);
    expect([...reflector.store.values()].sort()).toEqual(['2', '3']);
    expect(reflector.lists).toBe(1);
  });

  it('stops at once: no watch is opened after a list that was under way, and nothing is told', async () => {
    const { clock, server, reflector, changes, put } = setUp();
    put('x', '1');
    server.fault = () => ({ slowMs: 1000 });
    reflector.start();
    await clock.advance(500);
    reflector.stop();
    await clock.advance(60_000);
    expect(server.requests).toHaveLength(1);
    expect(changes).toEqual([]);
    expect(reflector.state).toBe('stopped');
  });

  it('stops a watch that hangs', async () => {
    const { clock, server, reflector, started } = setUp();
    await started();
    server.hitWatches('silence');
    reflector.stop();
    await clock.advance(0);
    expect(server.openWatches).toBe(0);
    expect(await clock.step()).toBe(false);
  });

  it('is in step with a kind that is not served, and finds it when it appears', async () => {
    const { clock, server, reflector, changes, put } = setUp();
    server.missing.add('configmaps');
    reflector.start();
    await clock.until(() => reflector.isSynced);
    expect(reflector.state).toBe('absent');
    await clock.advance(3_600_000);
    // At rest: not more than one question in fifteen seconds.
    expect(server.requests.length).toBeLessThan(260);
    server.missing.clear();
    put('x', '1');
    reflector.nudge();
    await clock.advance(0);
    expect(changes).toEqual([{ type: 'added', key: 'demo/x', object: '1' }]);
  });

  it('forgets the objects of a kind that is taken away', async () => {
    const { clock, server, reflector, changes, put, started } = setUp();
    put('x', '1');
    await started();
    server.missing.add('configmaps');
    server.hitWatches('end');
    await clock.advance(1_000);
    expect(reflector.state).toBe('absent');
    expect(changes.at(-1)).toEqual({ type: 'deleted', key: 'demo/x', object: '1' });
  });

  it('finds objects by index, also after they changed', async () => {
    const { clock, reflector, put, remove, started } = setUp({ indexes: { value: (kept) => [kept] } });
    put('x', 'red');
    put('y', 'red');
    await started();
    expect(reflector.store.by('value', 'red')).toEqual(['red', 'red']);
    put('x', 'blue');
    remove('y');
    await clock.advance(0);
    expect(reflector.store.by('value', 'red')).toEqual([]);
    expect(reflector.store.by('value', 'blue')).toEqual(['blue']);
    expect(() => reflector.store.by('colour', 'red')).toThrow(RangeError);
  });

  it('is nudged when a definition appears', async () => {
    const { clock, server, reflector, changes, put } = setUp();
    const client = createKubeClient({ transport: inProcessTransport(server), fieldManager: 'test' });
    const kind = { ...configMaps, group: 'demo.dev' };
    const told: unknown[] = [];
    const kinds = createKindWatcher({
      client,
      clock,
      kinds: [{ resource: kind, reflector }],
      onChange: (name, served) => told.push([name, served]),
    });
    server.missing.add('configmaps');
    kinds.start();
    reflector.start();
    await clock.advance(600_000);
    server.missing.clear();
    put('x', '1');
    server.put('/apis/apiextensions.k8s.io/v1/customresourcedefinitions/configmaps.demo.dev', {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: customResourceDefinitions.kind,
      metadata: {},
      spec: { group: 'demo.dev', versions: [{ name: 'v1', served: true }] },
      status: { conditions: [{ type: 'Established', status: 'True' }] },
    } as never);
    await clock.advance(1_000);
    expect(changes).toEqual([{ type: 'added', key: 'demo/x', object: '1' }]);
    expect(told).toEqual([['configmaps.demo.dev', true]]);
  });

  it('makes less than one request in a minute at rest', async () => {
    const { clock, server, started } = setUp();
    await started();
    const before = server.requests.length;
    // The server ends each watch at the time it was asked to, and sends bookmarks until then.
    for (let minute = 0; minute < 60; minute += 1) {
      await clock.advance(60_000);
      server.bookmark();
      await clock.advance(0);
      if (minute % 7 === 6) server.hitWatches('end');
    }
    expect(server.requests.length - before).toBeLessThan(60);
    expect(server.watchesAsked()[0]?.get('timeoutSeconds')).toBe('450');
  });
});

describe('all namespaces', () => {
  it('are listed by the path without one', async () => {
    const clock = new VirtualClock();
    const server = new TinyServer(clock);
    const client = createKubeClient({ transport: inProcessTransport(server), fieldManager: 'test' });
    const reflector = createReflector({ client, resource: configMaps, project: () => '', clock });
    reflector.start();
    await clock.until(() => reflector.isSynced);
    expect(server.requests[0]?.url.split('?')[0]).toBe(all);
    reflector.stop();
  });
});
