import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiServer, createApiServer, type Json, type JsonObject } from '../src/index.ts';
import { hasCluster, type RealCluster, realCluster } from './real-cluster.ts';
import { definition } from './sample-definition.ts';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const suite = 'the same objects as the real API server after the same writes';
const merge = 'application/merge-patch+json';
const jsonPatch = 'application/json-patch+json';
const strategic = 'application/strategic-merge-patch+json';
const apply = 'application/apply-patch+yaml';

// What is different on every server.
const own: ReadonlySet<string> = new Set([
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'time',
  'deletionTimestamp',
  'selfLink',
]);

function normal(value: Json): Json {
  if (Array.isArray(value)) return value.map(normal);
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'string'
      ? value.replaceAll(/ at \d{4}-\d\d-\d\dT[\d:]+Z/g, ' at TIME').replaceAll(/record \(\d+\)/g, 'record (N)')
      : value;
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !own.has(key))
      .map(([key, child]) => [key, normal(child)]),
  );
}

describe.runIf(hasCluster(suite))(suite, () => {
  const id = `W${process.pid}`;
  const namespace = `apiserver-${process.pid}`;
  const item = {
    type: 'object',
    required: ['name'],
    properties: {
      name: { type: 'string' },
      image: { type: 'string' },
      args: { type: 'array', items: { type: 'string' } },
    },
  };
  const sample = definition(id, {
    type: 'object',
    properties: {
      text: { type: 'string' },
      count: { type: 'integer', default: 1 },
      labels: { type: 'object', additionalProperties: { type: 'string' } },
      steps: { type: 'array', items: item, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] },
      set: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
      atomic: { type: 'array', items: item },
    },
  });
  const names = (sample.spec as JsonObject).names as JsonObject;
  const samples = `/apis/tests.assay.dev/v1/namespaces/${namespace}/${names.plural}`;
  const maps = `/api/v1/namespaces/${namespace}/configmaps`;
  const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  let ours: ApiServer;
  let real: RealCluster;

  async function send(method: string, url: string, body?: unknown, type = 'application/json') {
    const request = { method, url, headers: { 'content-type': type } };
    const response = await ours.handle(body === undefined ? request : { ...request, body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as JsonObject };
  }

  /** Sends one write to both and compares what they answer. */
  async function same(method: string, url: string, body?: unknown, type?: string): Promise<void> {
    const there = await real.send(method, url, body, type);
    const here = await send(method, url, body, type);
    expect({ status: here.status, body: normal(here.body) }).toEqual({
      status: there.status,
      body: normal(there.body as JsonObject),
    });
  }

  beforeAll(async () => {
    real = realCluster();
    ours = createApiServer();
    for (const url of [definitions, '/api/v1/namespaces']) {
      const body = url === definitions ? sample : { metadata: { name: namespace } };
      const [there, here] = [await real.send('POST', url, body), await send('POST', url, body)];
      expect([there.status, here.status]).toEqual([201, 201]);
    }
    for (let tries = 0; tries < 100 && (await real.send('GET', samples)).status !== 200; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });

  afterAll(async () => {
    await real?.send('DELETE', `${definitions}/${(sample.metadata as JsonObject).name}`);
    await real?.send('DELETE', `/api/v1/namespaces/${namespace}`);
    real?.close();
    await ours?.close();
  });

  const cr = (name: string, spec: object) => ({
    apiVersion: 'tests.assay.dev/v1',
    kind: names.kind,
    metadata: { name },
    spec,
  });

  it('a custom resource is created, changed and deleted', async () => {
    const by = '?fieldManager=one';
    await same(
      'POST',
      samples + by,
      cr('a', { text: 'x', steps: [{ name: 's', image: 'i', args: ['1'] }], set: ['a', 'b'] }),
    );
    await same('PATCH', `${samples}/a${by}`, { spec: { count: 5, labels: { k: 'v' } } }, merge);
    await same('PATCH', `${samples}/a?fieldManager=two`, { spec: { text: 'y', set: ['b', 'c'] } }, merge);
    await same('PATCH', `${samples}/a?fieldManager=two`, { spec: { text: null, labels: null } }, merge);
    await same('PATCH', `${samples}/a${by}`, [{ op: 'add', path: '/spec/steps/-', value: { name: 't' } }], jsonPatch);
    await same('PATCH', `${samples}/a${by}`, [{ op: 'remove', path: '/spec/steps/0' }], jsonPatch);
    await same('PATCH', `${samples}/a/status${by}`, { status: { phase: 'Done' }, spec: { text: 'ignored' } }, merge);
    await same('PATCH', `${samples}/a${by}`, { status: { phase: 'ignored' } }, merge);
    await same('PATCH', `${samples}/a${by}`, { metadata: { labels: { a: 'b' }, finalizers: ['a.example/x'] } }, merge);
    await same('DELETE', `${samples}/a`);
    await same('PATCH', `${samples}/a${by}`, { metadata: { finalizers: ['a.example/x', 'a.example/y'] } }, merge);
    await same('PATCH', `${samples}/a${by}`, { metadata: { finalizers: null } }, merge);
    await same('GET', `${samples}/a`);
  });

  it('a custom resource is applied by several managers', async () => {
    const by = (manager: string, force = false) => `${samples}/b?fieldManager=${manager}&force=${force}`;
    await same(
      'PATCH',
      by('one'),
      cr('b', { text: 'x', steps: [{ name: 's', image: 'i' }], set: ['a'], labels: { k: 'v' } }),
      apply,
    );
    await same(
      'PATCH',
      by('one'),
      cr('b', { text: 'x', steps: [{ name: 's', image: 'i' }], set: ['a'], labels: { k: 'v' } }),
      apply,
    );
    await same(
      'PATCH',
      by('two'),
      cr('b', { steps: [{ name: 't', image: 'j' }], set: ['b'], labels: { l: 'w' } }),
      apply,
    );
    await same('PATCH', by('two'), cr('b', { text: 'y', steps: [{ name: 's', image: 'other' }] }), apply);
    await same('PATCH', by('two', true), cr('b', { text: 'y', steps: [{ name: 't', image: 'k' }] }), apply);
    await same('PATCH', by('one'), cr('b', { steps: [{ name: 's' }], atomic: [{ name: 'x' }] }), apply);
    await same('PATCH', `${samples}/b?fieldManager=three`, { spec: { steps: [{ name: 'only' }] } }, merge);
    await same('PATCH', by('one'), cr('b', {}), apply);
    await same('PATCH', `${samples}/b/status?fieldManager=one`, { ...cr('b', {}), status: { phase: 'P' } }, apply);
    await same('PATCH', `${samples}/b`, cr('b', {}), apply);
  });

  it('built-in kinds are created, patched and refused', async () => {
    await same('POST', `${maps}?fieldManager=one`, { metadata: { name: 'm', labels: { a: 'b' } }, data: { k: 'v' } });
    await same('PATCH', `${maps}/m?fieldManager=two`, { data: { l: 'w', k: null } }, strategic);
    await same('PATCH', `${maps}/m?fieldManager=two`, { immutable: true }, strategic);
    await same('PATCH', `${maps}/m?fieldManager=two`, { data: { l: 'x' } }, merge);
    await same('POST', maps, { metadata: { name: 'm' } });
    await same('POST', `${accounts}?fieldManager=one`, {
      metadata: { name: 's' },
      secrets: [{ name: 'a' }],
      imagePullSecrets: [{ name: 'p' }],
    });
    await same(
      'PATCH',
      `${accounts}/s?fieldManager=two`,
      { secrets: [{ name: 'b' }], imagePullSecrets: [{ name: 'q' }] },
      strategic,
    );
    await same('DELETE', `${accounts}/s`);
    await same('DELETE', `${maps}/none`);
    await same('DELETE', `${maps}/m`, { preconditions: { resourceVersion: '1' } });
  });
});
