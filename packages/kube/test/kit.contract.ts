import { randomBytes } from 'node:crypto';
import {
  type Change,
  type ConfigMap,
  type CustomResourceDefinition,
  configMaps,
  crdManifests,
  createEventRecorder,
  createKindWatcher,
  createKubeClient,
  createLeaderElector,
  createReflector,
  customResourceDefinitions,
  events,
  type ImageVulnerabilityScan,
  imageVulnerabilityScans,
  isStored,
  type KubeClient,
  type KubeError,
  leases,
  microTime,
  namespaces,
  type Resource,
  type Transport,
} from '@assay/kube';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goodSpec, manifestCases } from './scan-manifests.ts';

/** An API server under test. */
export interface ServerUnderTest {
  readonly transport: Transport;
  close(): Promise<void>;
}

const unique = randomBytes(3).toString('hex');
const namespace = `kube-kit-${unique}`;
const at = (name: string) => ({ namespace, name });

function configMap(name: string, data: Readonly<Record<string, string>>): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name }, data };
}

/** Our definition under another group: the real one belongs to whoever installs the product. */
function definition(group: string): CustomResourceDefinition {
  const [scan] = crdManifests();
  if (scan === undefined) throw new Error('no definition');
  const name = `${scan.spec.names.plural}.${group}`;
  return { ...scan, metadata: { name }, spec: { ...scan.spec, group } };
}

const failure = async (work: Promise<unknown>): Promise<KubeError> =>
  work.then(
    () => {
      throw new Error('it went through');
    },
    (error: KubeError) => error,
  );

/** Waits for what the cluster does by itself; bounded. */
async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 600; i += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('it did not happen');
}

/** What a server cannot do yet; the real one lacks nothing. */
export type Lack = 'definitions of scans' | 'apply with a uid';

/** What the kit needs of an API server, said once for every server. */
export function kitContract(name: string, start: () => Promise<ServerUnderTest>, lacks: readonly Lack[] = []): void {
  describe(`the kit on ${name}`, () => {
    let server: ServerUnderTest;
    let client: KubeClient;

    beforeAll(async () => {
      server = await start();
      client = createKubeClient({ transport: server.transport, fieldManager: 'kit' });
      await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    });

    afterAll(async () => {
      await client.delete(namespaces, { name: namespace });
      await server.close();
    });

    describe('the client', () => {
      it('knows the version and the kinds of the server', async () => {
        expect((await client.version()).gitVersion).toMatch(/^v1\./);
        expect(await client.discovers('v1', 'ConfigMap')).toBe(true);
        expect(await client.discovers('coordination.k8s.io/v1', 'Lease')).toBe(true);
        expect(await client.discovers('v1', 'Nothing')).toBe(false);
        expect(await client.discovers('nothing.example.com/v1', 'Nothing')).toBe(false);
      });

      it('tells an object that is not there from a kind that is not there', async () => {
        expect(await client.get(configMaps, at('nobody'))).toBeUndefined();
        const unknown: Resource = { ...configMaps, group: 'nothing.example.com', version: 'v1' };
        expect(await failure(client.get(unknown, at('x')))).toMatchObject({ code: 'KUBE_KIND_MISSING', status: 404 });
        expect(await failure(client.list(unknown))).toMatchObject({ code: 'KUBE_KIND_MISSING' });
      });

      it('creates once', async () => {
        const made = await client.create(configMaps, configMap('once', { a: '1' }));
        expect(isStored(made)).toBe(true);
        expect(await failure(client.create(configMaps, configMap('once', {})))).toMatchObject({
          code: 'KUBE_CONFLICT',
          status: 409,
          reason: 'AlreadyExists',
          retryable: false,
        });
      });

      it('creates under a generated name', async () => {
        const { name: _name, ...metadata } = configMap('', {}).metadata;
        const made = await client.create(configMaps, {
          ...configMap('', {}),
          metadata: { ...metadata, generateName: 'made-' },
        });
        expect(made.metadata.name).toMatch(/^made-[a-z0-9]{5}$/);
      });

      it('says which fields are refused', async () => {
        const bad = { ...configMap('Bad_Name', {}) };
        const error = await failure(client.create(configMaps, bad));
        expect(error).toMatchObject({ code: 'KUBE_INVALID', status: 422, reason: 'Invalid', retryable: false });
        expect(error.causes[0]?.field).toBe('metadata.name');
      });

      it('replaces only what nobody changed meanwhile', async () => {
        const first = await client.create(configMaps, configMap('replaced', { a: '1' }));
        const second = await client.replace(configMaps, { ...first, data: { a: '2' } });
        expect(second.data).toEqual({ a: '2' });
        expect(await failure(client.replace(configMaps, { ...first, data: { a: '3' } }))).toMatchObject({
          status: 409,
          reason: 'Conflict',
          retryable: true,
        });
      });

      it('keeps fields it does not know', async () => {
        const made = await client.create(configMaps, {
          ...configMap('unknown', { a: '1' }),
          immutable: false,
        } as ConfigMap);
        const changed = await client.replace(configMaps, { ...made, data: { a: '2' } });
        expect(changed).toHaveProperty('immutable', false);
      });

      it('applies: what a manager no longer names is gone, what another set stays', async () => {
        await client.apply(configMaps, configMap('applied', { a: '1', b: '1' }));
        await client.apply(configMaps, configMap('applied', { c: '1' }), { fieldManager: 'other' });
        const after = await client.apply(configMaps, configMap('applied', { a: '2' }));
        expect(after.data).toEqual({ a: '2', c: '1' });
      });

      it('applies over the fields of another manager only with force', async () => {
        await client.apply(configMaps, configMap('forced', { a: '1' }));
        const mine = configMap('forced', { a: '2' });
        expect(await failure(client.apply(configMaps, mine, { fieldManager: 'other' }))).toMatchObject({
          code: 'KUBE_CONFLICT',
          status: 409,
        });
        const after = await client.apply(configMaps, mine, { fieldManager: 'other', force: true });
        expect(after.data).toEqual({ a: '2' });
      });

      it.skipIf(lacks.includes('apply with a uid'))('applies to the very object that was meant', async () => {
        const made = await client.apply(configMaps, configMap('very', { a: '1' }));
        const changed = await client.apply(configMaps, { ...made, data: { a: '2' } });
        expect(changed.data).toEqual({ a: '2' });
        const another = { ...made, metadata: { ...made.metadata, uid: '00000000-0000-0000-0000-000000000000' } };
        const refused = await failure(client.apply(configMaps, another));
        expect(refused.status).toBe(422);
        expect(refused.causes[0]?.field).toBe('metadata.uid');
        const gone = { ...another, metadata: { ...another.metadata, name: 'very-gone' } };
        expect(await failure(client.apply(configMaps, gone))).toMatchObject({ status: 409 });
      });

      it('does not change an object by applying it again', async () => {
        const first = await client.apply(configMaps, configMap('still', { a: '1' }));
        const second = await client.apply(configMaps, configMap('still', { a: '1' }));
        expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
      });

      it('patches by merge and by operations', async () => {
        await client.create(configMaps, configMap('patched', { a: '1', b: '1' }));
        const merged = await client.patch(configMaps, at('patched'), { data: { a: '2', b: null } });
        expect(merged.data).toEqual({ a: '2' });
        const operated = await client.patch(configMaps, at('patched'), [
          { op: 'test', path: '/data/a', value: '2' },
          { op: 'add', path: '/data/c', value: '3' },
        ]);
        expect(operated.data).toEqual({ a: '2', c: '3' });
      });

      it('deletes the very object that was meant, and says when it was gone', async () => {
        const made = await client.create(configMaps, configMap('deleted', {}));
        const key = at('deleted');
        expect(await failure(client.delete(configMaps, key, { uid: 'another' }))).toMatchObject({ status: 409 });
        expect(await failure(client.delete(configMaps, key, { resourceVersion: '1' }))).toMatchObject({ status: 409 });
        const { uid = '' } = made.metadata;
        expect(await client.delete(configMaps, key, { uid })).toBe(true);
        expect(await client.delete(configMaps, key, { uid })).toBe(false);
      });

      it('lists by pages, by labels and by fields', async () => {
        for (let i = 0; i < 5; i += 1) {
          const one = configMap(`page-${i}`, {});
          await client.create(configMaps, { ...one, metadata: { ...one.metadata, labels: { page: 'yes' } } });
        }
        const selection = { namespace, labelSelector: 'page=yes' };
        const sizes: number[] = [];
        for await (const page of client.pages(configMaps, { ...selection, pageSize: 2 })) sizes.push(page.items.length);
        expect(sizes).toEqual([2, 2, 1]);
        const whole = await client.list(configMaps, { ...selection, pageSize: 2 });
        expect(whole.items.map((one) => one.metadata.name)).toEqual(['page-0', 'page-1', 'page-2', 'page-3', 'page-4']);
        expect(whole.items[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
        const one = await client.list(configMaps, { namespace, fieldSelector: 'metadata.name=page-3' });
        expect(one.items.map((item) => item.metadata.name)).toEqual(['page-3']);
      });

      it('watches what happens after a version', async () => {
        const { resourceVersion } = await client.list(configMaps, { namespace });
        await client.create(configMaps, configMap('watched', { a: '1' }));
        await client.patch(configMaps, at('watched'), { data: { a: '2' } });
        await client.delete(configMaps, at('watched'));
        const seen: string[] = [];
        const stop = new AbortController();
        for await (const event of client.watch(configMaps, { namespace, resourceVersion, signal: stop.signal })) {
          if (event.type === 'BOOKMARK' || event.object.metadata.name !== 'watched') continue;
          seen.push(event.type);
          if (seen.length === 3) break;
        }
        expect(seen).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
      });

      it('ends a watch when it is told to', async () => {
        const { resourceVersion } = await client.list(configMaps, { namespace });
        const stop = new AbortController();
        const watching = (async () => {
          for await (const _event of client.watch(configMaps, { namespace, resourceVersion, signal: stop.signal }));
        })();
        setTimeout(() => stop.abort(new Error('enough')), 50);
        await expect(watching).rejects.toThrow('enough');
      });
    });

    describe.skipIf(lacks.includes('definitions of scans'))('the definition of a scan', () => {
      const group = `kit-${unique}.assay.dev`;
      const scans: Resource<ImageVulnerabilityScan> = { ...imageVulnerabilityScans, group };
      const scan = (scanName: string, spec: unknown): ImageVulnerabilityScan =>
        ({
          apiVersion: `${group}/v1alpha1`,
          kind: 'ImageVulnerabilityScan',
          metadata: { namespace, name: scanName },
          spec,
        }) as ImageVulnerabilityScan;

      beforeAll(async () => {
        await client.apply(customResourceDefinitions, definition(group));
        await eventually(() => client.discovers(`${group}/v1alpha1`, 'ImageVulnerabilityScan'));
        await eventually(() =>
          client.list(scans, { namespace }).then(
            () => true,
            () => false,
          ),
        );
      });

      afterAll(async () => {
        await client.delete(customResourceDefinitions, { name: `imagevulnerabilityscans.${group}` });
      });

      it('says the same of every manifest as the specification', async () => {
        const said = await Promise.all(
          manifestCases.map(async ({ what, spec }, index) => {
            const outcome = await client.create(scans, scan(`case-${index}`, spec)).then(
              () => 'accepted',
              (error: KubeError) => error.causes[0]?.field ?? error.message,
            );
            return [what, outcome];
          }),
        );
        expect(said).toEqual(manifestCases.map(({ what, refusedAt }) => [what, refusedAt ?? 'accepted']));
      });

      it('refuses a name too long for a label', async () => {
        await client.create(scans, scan('n'.repeat(63), goodSpec));
        const error = await failure(client.create(scans, scan('n'.repeat(64), goodSpec)));
        expect(error.detail).toContain('at most 63 characters');
      });

      it('keeps the spec of a scan, and lets labels change', async () => {
        await client.create(scans, scan('fixed', goodSpec));
        const image = goodSpec.image.replace('team', 'other');
        const error = await failure(client.patch(scans, at('fixed'), { spec: { image } }));
        expect(error).toMatchObject({ status: 422 });
        expect(error.causes[0]).toMatchObject({ field: 'spec' });
        const labelled = await client.patch(scans, at('fixed'), { metadata: { labels: { a: 'b' } } });
        expect(labelled.metadata.labels).toEqual({ a: 'b' });
      });

      it('keeps the status apart', async () => {
        await client.create(scans, scan('stated', goodSpec));
        const condition = {
          type: 'Succeeded' as const,
          reason: 'Running',
          message: '',
          lastTransitionTime: '2026-01-01T00:00:00Z',
        };
        const stated = await client.applyStatus(scans, {
          ...scan('stated', undefined),
          status: { observedGeneration: 1, conditions: [{ ...condition, status: 'Unknown' }] },
        });
        expect(stated.status?.conditions?.[0]).toMatchObject({ status: 'Unknown' });
        expect(stated.spec.image).toBe(goodSpec.image);
        const again = await client.patch(scans, at('stated'), { status: { scanResult: 'x' } });
        expect(again.status?.scanResult).toBeUndefined();
      });

      it('prints the columns of spec/scan-2.md §2.5', async () => {
        const answer = await server.transport.request({
          method: 'GET',
          path: `/apis/${group}/v1alpha1/namespaces/${namespace}/imagevulnerabilityscans`,
          headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
        });
        const table = answer.json as { columnDefinitions: { name: string; priority: number }[] };
        const shown = table.columnDefinitions.map((column) => [column.name.toUpperCase(), column.priority]);
        expect(shown).toEqual([
          ['NAME', 0],
          ['SCANRESULT', 1],
          ['SCANNEDIMAGE', 1],
          ['SUCCEEDED', 0],
          ['REASON', 0],
          ['AGE', 0],
        ]);
      });
    });

    describe('the reflector', () => {
      it('follows a namespace', async () => {
        const changes: Change<string>[] = [];
        const reflector = createReflector<ConfigMap, string>({
          client,
          resource: configMaps,
          namespace,
          labelSelector: 'followed',
          pageSize: 2,
          project: (object) => object.data?.a ?? '',
          onChange: (change) => changes.push(change),
        });
        const labelled = (a: string): ConfigMap => {
          const one = configMap('followed', { a });
          return { ...one, metadata: { ...one.metadata, labels: { followed: '' } } };
        };
        await client.create(configMaps, labelled('1'));
        reflector.start();
        await reflector.synced;
        await client.patch(configMaps, at('followed'), { data: { a: '2' } });
        await client.delete(configMaps, at('followed'));
        await client.create(configMaps, labelled('3'));
        await eventually(() => changes.length === 4);
        reflector.stop();
        expect(changes.map((change) => [change.type, change.object])).toEqual([
          ['added', '1'],
          ['changed', '2'],
          ['deleted', '2'],
          ['added', '3'],
        ]);
      });

      it.skipIf(lacks.includes('definitions of scans'))('finds a kind that is installed later', async () => {
        const group = `later-${unique}.assay.dev`;
        const scans: Resource<ImageVulnerabilityScan> = { ...imageVulnerabilityScans, group };
        const reflector = createReflector({ client, resource: scans, project: (object) => object.metadata.name });
        const kinds = createKindWatcher({ client, kinds: [{ resource: scans, reflector }] });
        kinds.start();
        reflector.start();
        await Promise.all([kinds.synced, reflector.synced]);
        expect(reflector.state).toBe('absent');
        await client.create(customResourceDefinitions, definition(group));
        await eventually(() => reflector.state === 'watching');
        await client.delete(customResourceDefinitions, { name: `imagevulnerabilityscans.${group}` });
        await eventually(() => reflector.state === 'absent');
        reflector.stop();
        kinds.stop();
      });
    });

    it('elects one of two, and the other when the first steps back', async () => {
      const lease = { namespace, name: 'leader' };
      const make = (identity: string) =>
        createLeaderElector({ client, lease, identity, retryMs: 100, onStarted: () => undefined });
      const [a, b] = [make('a'), make('b')];
      a.start();
      await eventually(() => a.isLeader);
      b.start();
      await eventually(() => b.holder === 'a');
      expect(b.isLeader).toBe(false);
      await a.stop();
      await eventually(() => b.isLeader);
      expect((await client.get(leases, lease))?.spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
      await b.stop();
      expect((await client.get(leases, lease))?.spec?.holderIdentity).toBeFalsy();
    });

    it('records events, and their series', async () => {
      const regarding = await client.create(configMaps, configMap('regarded', {}));
      const recorder = createEventRecorder({
        client,
        reportingController: 'assay.dev/kit',
        reportingInstance: 'kit-1',
        onError: (error) => {
          throw error;
        },
      });
      recorder.record({ regarding, type: 'Warning', reason: 'Tried', note: 'it was tried' });
      await recorder.flush();
      const mine = async () =>
        (await client.list(events, { namespace })).items.filter((one) => one.regarding.name === 'regarded');
      const [event] = await mine();
      expect(event).toMatchObject({
        reason: 'Tried',
        note: 'it was tried',
        type: 'Warning',
        reportingController: 'assay.dev/kit',
      });
      const series = { count: 3, lastObservedTime: microTime(Date.now()) };
      const changed = await client.patch(events, { namespace, name: event?.metadata.name ?? '' }, { series });
      expect(changed.series?.count).toBe(3);
      expect(recorder.dropped).toBe(0);
    });
  });
}
