import { describe, expect, it } from 'vitest';
import {
  type ApiResponse,
  type ApiServer,
  type Clock,
  ConnectionReset,
  createApiServer,
  type JsonObject,
} from './index.ts';

class HandClock implements Clock {
  time = Date.parse('2026-01-01T00:00:00Z');
  #timers: { at: number; then: () => void }[] = [];

  now(): number {
    return this.time;
  }

  after(ms: number, then: () => void): () => void {
    const timer = { at: this.time + ms, then };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((t) => t !== timer);
    };
  }

  advance(ms: number): void {
    const until = this.time + ms;
    while (true) {
      const next = this.#timers.filter((t) => t.at <= until).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((t) => t !== next);
      this.time = next.at;
      next.then();
    }
    this.time = until;
  }
}

const maps = '/api/v1/namespaces/default/configmaps';

async function send(
  server: ApiServer,
  method: string,
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
) {
  const request = { method, url, headers: { 'content-type': 'application/json', ...headers } };
  const response = await server.handle(body === undefined ? request : { ...request, body: JSON.stringify(body) });
  return { status: response.status, headers: response.headers, body: (await response.json()) as JsonObject };
}

const map = (name: string, more: JsonObject = {}): JsonObject => ({ metadata: { name, ...more }, data: { a: 'b' } });

async function events(response: ApiResponse, count: number): Promise<{ type: string; object: JsonObject }[]> {
  const out: { type: string; object: JsonObject }[] = [];
  for await (const line of response.body) {
    out.push(JSON.parse(line));
    if (out.length === count) break;
  }
  return out;
}

const names = (body: JsonObject) => (body.items as JsonObject[]).map((item) => (item.metadata as JsonObject).name);

describe('lists', () => {
  it('pages through a snapshot: what is made later is not on later pages', async () => {
    const server = createApiServer();
    for (const name of ['a', 'b', 'c']) await send(server, 'POST', maps, map(name));
    const first = await send(server, 'GET', `${maps}?limit=2`);
    const { continue: token, remainingItemCount } = first.body.metadata as JsonObject;
    expect([names(first.body), remainingItemCount]).toEqual([['a', 'b'], 1]);
    await send(server, 'POST', maps, map('bb'));
    await send(server, 'DELETE', `${maps}/c`);
    expect(names((await send(server, 'GET', `${maps}?limit=2&continue=${token}`)).body)).toEqual(['c']);
  });

  it('answers 410 Expired to a page whose snapshot is forgotten', async () => {
    const server = createApiServer();
    for (const name of ['a', 'b']) await send(server, 'POST', maps, map(name));
    const first = await send(server, 'GET', `${maps}?limit=1`);
    await send(server, 'POST', maps, map('c'));
    server.store.compact();
    const next = await send(server, 'GET', `${maps}?limit=1&continue=${(first.body.metadata as JsonObject).continue}`);
    expect(next.body).toMatchObject({ kind: 'Status', code: 410, reason: 'Expired' });
  });

  it('selects by label and by field, and refuses fields it does not know', async () => {
    const server = createApiServer();
    await send(server, 'POST', maps, map('a', { labels: { app: 'x' } }));
    await send(server, 'POST', maps, map('b', { labels: { app: 'y' } }));
    const query = async (text: string) => (await send(server, 'GET', `${maps}?${text}`)).body;
    expect(names(await query('labelSelector=app%20in%20(y,z)'))).toEqual(['b']);
    expect(names(await query('labelSelector=!app'))).toEqual([]);
    expect(names(await query('fieldSelector=metadata.name!=a'))).toEqual(['b']);
    expect(await query('fieldSelector=data.a=b')).toMatchObject({
      code: 400,
      message: 'field label not supported: data.a',
    });
  });
});

describe('watches', () => {
  it('resume after a version and end with a bookmark at their timeout', async () => {
    const clock = new HandClock();
    const server = createApiServer({ clock });
    const made = await send(server, 'POST', maps, map('a'));
    const since = (made.body.metadata as JsonObject).resourceVersion;
    await send(server, 'PATCH', `${maps}/a`, { data: { a: 'c' } }, { 'content-type': 'application/merge-patch+json' });
    const url = `${maps}?watch=1&allowWatchBookmarks=true&timeoutSeconds=5&resourceVersion=${since}`;
    const watching = events(await server.handle({ method: 'GET', url }), 10);
    await send(server, 'DELETE', `${maps}/a`);
    clock.advance(5000);
    expect((await watching).map((e) => e.type)).toEqual(['MODIFIED', 'DELETED', 'BOOKMARK']);
  });

  it('tell a selector that an object left it', async () => {
    const server = createApiServer();
    await send(server, 'POST', maps, map('a', { labels: { app: 'x' } }));
    const response = await server.handle({ method: 'GET', url: `${maps}?watch=1&labelSelector=app=x` });
    const patch = { metadata: { labels: { app: 'y' } } };
    await send(server, 'PATCH', `${maps}/a`, patch, { 'content-type': 'application/merge-patch+json' });
    expect((await events(response, 2)).map((e) => e.type)).toEqual(['ADDED', 'DELETED']);
  });

  it('begin with one ERROR event when their version is forgotten', async () => {
    const server = createApiServer();
    for (const name of ['a', 'b']) await send(server, 'POST', maps, map(name));
    server.store.compact();
    const response = await server.handle({ method: 'GET', url: `${maps}?watch=1&resourceVersion=1` });
    expect(await events(response, 5)).toMatchObject([{ type: 'ERROR', object: { code: 410, reason: 'Expired' } }]);
  });

  it('send what is there first when asked, and say when that is done', async () => {
    const server = createApiServer();
    await send(server, 'POST', maps, map('a'));
    const url = `${maps}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`;
    const [added, end] = await events(await server.handle({ method: 'GET', url }), 2);
    expect(added?.type).toBe('ADDED');
    expect(end?.object).toMatchObject({ metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } });
  });
});

describe('writes', () => {
  it('refuse an update of an older version with 409, and change nothing when nothing changes', async () => {
    const server = createApiServer();
    const first = (await send(server, 'POST', maps, map('a'))).body;
    const same = (await send(server, 'PUT', `${maps}/a`, first)).body;
    expect((same.metadata as JsonObject).resourceVersion).toBe((first.metadata as JsonObject).resourceVersion);
    await send(server, 'PUT', `${maps}/a`, { ...first, data: { a: 'new' } });
    const stale = await send(server, 'PUT', `${maps}/a`, { ...first, data: { a: 'newer' } });
    expect(stale.body).toMatchObject({ code: 409, reason: 'Conflict', details: { name: 'a', kind: 'configmaps' } });
  });

  it('store nothing on a dry run', async () => {
    const server = createApiServer();
    expect((await send(server, 'POST', `${maps}?dryRun=All`, map('a'))).status).toBe(201);
    expect(server.store.get('', 'configmaps', 'default', 'a')).toBeUndefined();
  });

  it('name an object by generateName, from the random source', async () => {
    const server = createApiServer({ random: () => 0 });
    const made = await send(server, 'POST', maps, { metadata: { generateName: 'x-' } });
    expect(made.body).toMatchObject({ metadata: { name: 'x-bbbbb', uid: '00000000-0000-4000-8000-000000000000' } });
  });

  it('keep an object until its finalizers are gone', async () => {
    const server = createApiServer();
    await send(server, 'POST', maps, map('a', { finalizers: ['a.example/x'] }));
    const marked = await send(server, 'DELETE', `${maps}/a`);
    expect(marked.body).toMatchObject({ metadata: { deletionTimestamp: expect.any(String) } });
    await send(
      server,
      'PATCH',
      `${maps}/a`,
      { metadata: { finalizers: null } },
      { 'content-type': 'application/merge-patch+json' },
    );
    expect((await send(server, 'GET', `${maps}/a`)).status).toBe(404);
  });

  it('refuse a delete whose precondition names another uid', async () => {
    const server = createApiServer();
    await send(server, 'POST', maps, map('a'));
    const refused = await send(server, 'DELETE', `${maps}/a`, { preconditions: { uid: 'other' } });
    expect(refused.body).toMatchObject({ code: 409, reason: 'Conflict' });
  });

  it.each(['{', '[]', '"x"', '{"__proto__":{"a":1}}'])('refuse the body %s with 400', async (body) => {
    const response = await createApiServer().handle({ method: 'POST', url: maps, body });
    expect(response.status).toBe(400);
  });
});

describe('garbage', () => {
  const owned = async (server: ApiServer) => {
    const owner = (await send(server, 'POST', maps, map('owner'))).body.metadata as JsonObject;
    const reference = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name: 'owner',
      uid: owner.uid ?? '',
      blockOwnerDeletion: true,
    };
    await send(server, 'POST', maps, map('child', { ownerReferences: [reference] }));
  };
  const left = (server: ApiServer) =>
    server.store.list('', 'configmaps', 'default').map((o) => (o.metadata as JsonObject).name);

  it.each(['Background', 'Foreground'])('goes with its owner: %s', async (propagationPolicy) => {
    const server = createApiServer();
    await owned(server);
    await send(server, 'DELETE', `${maps}/owner`, { propagationPolicy });
    expect(left(server)).toEqual([]);
  });

  it('stays when it is orphaned, without the reference', async () => {
    const server = createApiServer();
    await owned(server);
    await send(server, 'DELETE', `${maps}/owner`, { propagationPolicy: 'Orphan' });
    expect(left(server)).toEqual(['child']);
    expect(server.store.get('', 'configmaps', 'default', 'child')?.metadata).not.toHaveProperty('ownerReferences');
  });

  it('is everything in a namespace that is deleted', async () => {
    const server = createApiServer();
    await send(server, 'POST', '/api/v1/namespaces', { metadata: { name: 'n' } });
    await send(server, 'POST', '/api/v1/namespaces/n/configmaps', map('a'));
    await send(server, 'DELETE', '/api/v1/namespaces/n');
    expect(server.store.list('', 'configmaps', 'n')).toEqual([]);
    expect(server.store.get('', 'namespaces', '', 'n')).toBeUndefined();
    expect((await send(server, 'POST', '/api/v1/namespaces/n/configmaps', map('a'))).status).toBe(404);
  });
});

describe('faults', () => {
  it('lose the answer of a write that was done', async () => {
    const server = createApiServer();
    server.faults.plan = ({ verb }) => (verb === 'create' ? { is: 'lose-response' } : undefined);
    await expect(send(server, 'POST', maps, map('a'))).rejects.toThrow(ConnectionReset);
    expect(server.store.get('', 'configmaps', 'default', 'a')).toBeDefined();
  });

  it('reset before anything is done, and say 429 with Retry-After', async () => {
    const server = createApiServer();
    server.faults.plan = () => ({ is: 'reset' });
    await expect(send(server, 'POST', maps, map('a'))).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(server.store.get('', 'configmaps', 'default', 'a')).toBeUndefined();
    server.faults.plan = () => ({ is: 'status', code: 429, retryAfterSeconds: 2 });
    expect(await send(server, 'GET', maps)).toMatchObject({ status: 429, headers: { 'retry-after': '2' } });
  });

  it('hang until the caller gives up', async () => {
    const server = createApiServer();
    server.faults.plan = () => ({ is: 'half-open' });
    const caller = new AbortController();
    const asked = server.handle({ method: 'GET', url: maps, signal: caller.signal });
    caller.abort();
    await expect(asked).rejects.toThrow(ConnectionReset);
  });

  it('expire and drop watches', async () => {
    const server = createApiServer();
    await send(server, 'POST', maps, map('a'));
    server.faults.plan = () => ({ is: 'expired', after: 1 });
    const expiring = await server.handle({ method: 'GET', url: `${maps}?watch=1` });
    expect((await events(expiring, 5)).map((e) => e.type)).toEqual(['ADDED', 'ERROR']);
    server.faults.plan = () => ({ is: 'drop-watch', after: 1, open: false });
    expect(await events(await server.handle({ method: 'GET', url: `${maps}?watch=1` }), 5)).toHaveLength(1);
  });
});

describe('access', () => {
  it('refuses strangers with 401 and the unentitled with 403', async () => {
    const access = {
      authenticate: (token: string | undefined) => (token === 't' ? { username: 'u', groups: [] } : undefined),
      authorize: (_: unknown, { resource }: { resource: string }): true | string =>
        resource === 'secrets' ? '' : true,
    };
    const server = createApiServer({ access });
    expect((await send(server, 'GET', maps)).body).toMatchObject({ code: 401, reason: 'Unauthorized' });
    const headers = { authorization: 'Bearer t' };
    expect((await send(server, 'GET', maps, undefined, headers)).status).toBe(200);
    const refused = await send(server, 'GET', '/api/v1/namespaces/default/secrets', undefined, headers);
    expect(refused.body).toMatchObject({
      code: 403,
      message: expect.stringContaining('User "u" cannot list resource "secrets"'),
    });
  });
});
