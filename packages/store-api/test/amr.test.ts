import { createHash } from 'node:crypto';
import { findReports, readOriginal } from '@assay/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawData } from '../src/events/raw-data.ts';
import { cycloneDx } from './documents.ts';
import { engines } from './engines.ts';
import { type RunningStore, startStore } from './start-store.ts';

const location = '8f14e45f-ceea-467f-a0d0-6b3f6f7d1f11';
const digest = `sha256:${'1'.repeat(64)}`;
const correlation = 'https://git.example.com/org/app.git?sub_path=/';
const structured = { 'content-type': 'application/cloudevents+json' };

/** An event as spec/amr.md §3 writes it. */
const event = (type: string, id: string, data: unknown, more: object = {}) => ({
  ...{ specversion: '1.0', id, source: location, type, datacontenttype: 'application/json', data },
  ...more,
});
const container = (id: string, timestamp: string, more: object = {}) =>
  event('vmware.tanzu.apps.container.running.v1', id, {
    ...{ correlationId: correlation, timestamp, imageUrl: 'registry.example.com/team/app', imageDigest: digest },
    ...{ name: 'workload', namespace: 'my-apps', state: 'running' },
    ...more,
  });

for (const engine of engines()) {
  describe(`AMR on ${engine.name}`, () => {
    let running: RunningStore;
    const send = (body: object | string, headers: Readonly<Record<string, string>> = structured) =>
      running.ask('POST', '/', { headers, body: typeof body === 'string' ? body : JSON.stringify(body) });
    const query = async (text: string, variables: object = {}) =>
      (await running.ask('POST', '/query', { body: { query: text, variables } })).json;

    beforeAll(async () => {
      running = await startStore(await engine.create());
      const labels = [
        { key: 'env', value: 'prod' },
        { key: 'region', value: 'east' },
      ];
      await send(event('vmware.tanzu.apps.location.created.v1', '1', { reference: location, labels }));
      await send(
        event('vmware.tanzu.apps.commit.created.v1', 'c1', {
          ...{
            correlationId: correlation,
            timestamp: '2026-01-01T00:00:00Z',
            repoUrl: 'https://git.example.com/org/app.git',
          },
          ...{ sha: 'abc', tag: '', name: 'app', namespace: 'my-apps' },
        }),
      );
      await send(
        event('vmware.tanzu.apps.image.created.v1', 'i1', {
          ...{
            correlationId: correlation,
            timestamp: '2026-01-01T00:05:00Z',
            imageUrl: 'registry.example.com/team/app',
          },
          ...{ imageDigest: '1'.repeat(64), name: 'app', namespace: 'my-apps', commit: 'abc', builder: 'kpack' },
        }),
      );
      await send(container('r1', '2026-01-01T00:10:00Z'));
      await send(container('r2', '2026-01-01T00:20:00Z'));
    });
    afterAll(async () => {
      await running.close();
      await engine.stop();
    });

    it('takes events in all three modes, and drops what it has already', async () => {
      const batch = [
        container('r1', '2026-01-01T00:10:00Z'),
        container('r3', '2026-01-01T00:10:00Z', { namespace: 'modes' }),
      ];
      expect((await send(JSON.stringify(batch), { 'content-type': 'application/cloudevents-batch+json' })).status).toBe(
        204,
      );
      const binary = await running.ask('POST', '/', {
        headers: {
          ...{ 'ce-specversion': '1.0', 'ce-id': 'b', 'ce-source': location, 'content-type': 'application/json' },
          'ce-type': 'vmware.tanzu.apps.container.terminated.v1',
        },
        body: JSON.stringify({ name: 'w', namespace: 'modes', timestamp: '2026-01-01T01:00:00Z' }),
      });
      expect(binary.status).toBe(204);
      const { data } = await query('{ containers(query: {namespace: "modes"}) { nodes { name state timestamp } } }');
      expect(data.containers.nodes).toEqual([
        { name: 'workload', state: 'running', timestamp: '2026-01-01T00:10:00.000Z' },
        { name: 'w', state: 'terminated', timestamp: '2026-01-01T01:00:00.000Z' },
      ]);
    });

    it('stores a report byte by byte, once, with its workload’s group', async () => {
      const report = JSON.stringify(cycloneDx({ parts: [{ name: 'x', version: '1' }] })).replace(
        '{"bomFormat":"CycloneDX",',
        '{ "bomFormat" :\t"CycloneDX",\n',
      );
      const scan = {
        ...{ image: `registry.example.com/team/app@${digest}`, scanresults: `registry.example.com/results@${digest}` },
        ...{ file: 'out/scan.cdx.json', name: 'scan-x', namespace: 'my-apps' },
        ...{ workloaduid: 'uid-1', workloadname: 'app', workloadnamespace: 'my-apps' },
      };
      const attributes = JSON.stringify({
        ...{ specversion: '1.0', id: 'scan-1', source: location, type: 'vmware.tanzu.apps.image.sbom.pushed.v1alpha1' },
        datacontenttype: 'application/vnd.cyclonedx+json;version=1.4',
        ...scan,
      });
      const body = `${attributes.slice(0, -1)},"data":${report}}`;
      expect((await send(body)).status).toBe(204);
      expect((await send(body)).status).toBe(204);
      const uid = createHash('sha256').update(`${location}scan-1`).digest('hex');
      const stored = (await running.ask('GET', `/api/v1/reports?digest=${digest}&artifact_group_uid=uid-1`)).json;
      expect(stored.Results).toEqual([
        expect.objectContaining({
          ...{ UID: uid, OriginalLocation: scan.scanresults, OriginalLocationFilePath: scan.file },
          artifact_group: { UID: 'uid-1', Labels: { name: 'app', namespace: 'my-apps' } },
        }),
      ]);
      const head = (await findReports(running.store.queries, { uids: [uid] }, 'DESC')).rows[0];
      const original = head && (await readOriginal(running.store.queries, head));
      expect(Buffer.from(original?.bytes ?? []).toString()).toBe(report);
      expect(running.lines.map(({ msg }) => msg)).toContain(
        `Error posting image report: Validation failed: {"message":"a report with uid '${uid}' already exists"}`,
      );
      const image = (await running.ask('GET', `/api/v1/images/${digest}`)).json;
      expect(image).toMatchObject({ Registry: 'registry.example.com', Name: 'team/app', Packages: [{ Name: 'x' }] });
    });

    it('keeps the good events of a batch with a bad one, and says what is wrong with that', async () => {
      const batch = [
        event('dev.knative.apiserver.resource.add', 'k1', { metadata: { name: 'rs' }, spec: {} }),
        container('r9', '2026-01-02T00:00:00Z', { namespace: 'batch' }),
      ];
      const answer = await send(JSON.stringify(batch), { 'content-type': 'application/cloudevents-batch+json' });
      expect([answer.status, answer.json.message]).toEqual([
        500,
        'generate application payload error: unable to find workload container',
      ]);
      expect(
        (await query('{ containers(query: {namespace: "batch"}) { nodes { name } } }')).data.containers.nodes,
      ).toHaveLength(1);
    });

    it('refuses what is no event, a report of an unknown kind, and a type that nobody handles', async () => {
      expect((await send('{')).status).toBe(400);
      expect((await send({ specversion: '1.0' })).status).toBe(400);
      expect((await send(event('some.other.type', 'x', {}))).status).toBe(500);
      const report = event(
        'vmware.tanzu.apps.image.sbom.pushed.v1',
        'y',
        {},
        { datacontenttype: 'application/pdf', image: `a@${digest}` },
      );
      expect((await send(report)).status).toBe(400);
    });

    it('knows apps of 1.6: the newest of each name, in the order of time', async () => {
      const replicaSet = (id: string, time: string, status: object, type = 'updated') =>
        event(
          `dev.knative.apiserver.resource.${type}`,
          id,
          {
            metadata: { name: 'app-1', namespace: 'apps-of-1-6' },
            spec: { template: { spec: { containers: [{ name: 'workload', image: `r.example.com/a@${digest}` }] } } },
            status,
          },
          { time },
        );
      await send(replicaSet('a1', '2026-01-01T00:00:00Z', {}, 'add'));
      await send(replicaSet('a3', '2026-01-03T00:00:00Z', { replicas: 2, availableReplicas: 2 }));
      await send(replicaSet('a2', '2026-01-02T00:00:00Z', { replicas: 1 }, 'update'));
      const { data } = await query(
        '{ newest: apps(latest: true, query: {namespace: "apps-of-1-6"}) { name status instances imageDigest } apps(query: {namespace: "apps-of-1-6", order: {field: timestamp, direction: DESC}}) { status timestamp } }',
      );
      expect(data.newest).toEqual([{ name: 'app-1', status: 'Available', instances: 2, imageDigest: digest }]);
      expect(data.apps.map(({ status }: { status: string }) => status)).toEqual([
        'Available',
        'Unavailable',
        'Created',
      ]);
    });

    it('answers where an image runs and what it was built from', async () => {
      const { data } = await query(
        `query ($digest: String) { images(query: {imageDigest: $digest}) { nodes {
          imageUrl location { reference labels { key value } } commit { repoUrl sha }
          containers { nodes { state } pageInfo { hasNextPage } } } } }`,
        { digest },
      );
      expect(data.images.nodes).toHaveLength(1);
      expect(data.images.nodes[0]).toMatchObject({
        imageUrl: 'registry.example.com/team/app',
        location: {
          reference: location,
          labels: [
            { key: 'env', value: 'prod' },
            { key: 'region', value: 'east' },
          ],
        },
        commit: { repoUrl: 'https://git.example.com/org/app.git', sha: 'abc' },
      });
      expect(data.images.nodes[0].containers.nodes.length).toBeGreaterThanOrEqual(2);
    });

    it('finds locations by labels, each with a key, a value, or both', async () => {
      const found = async (labels: string) =>
        (await query(`{ locations(query: {labels: [${labels}]}) { reference } }`)).data.locations.length;
      expect(await found('{key: "env"}, {key: "region", value: "east"}')).toBe(1);
      expect(await found('{value: "prod"}')).toBe(1);
      expect(await found('{key: "env", value: "east"}')).toBe(0);
      expect((await query('{ locations(query: {labels: [{}]}) { reference } }')).errors[0].message).toMatch(
        /a key, a value/,
      );
    });

    it('gives pages whose last one says that it is the last', async () => {
      const page = async (after: string | null) =>
        (
          await query(
            'query ($after: String) { containers(first: 1, after: $after, query: {namespace: "my-apps"}) { nodes { timestamp } pageInfo { endCursor hasNextPage } } }',
            { after },
          )
        ).data.containers;
      const first = await page(null);
      const second = await page(first.pageInfo.endCursor);
      expect([first.nodes, first.pageInfo.hasNextPage]).toEqual([[{ timestamp: '2026-01-01T00:10:00.000Z' }], true]);
      expect([second.nodes, second.pageInfo.hasNextPage]).toEqual([[{ timestamp: '2026-01-01T00:20:00.000Z' }], false]);
    });

    it('measures from commit to running container, by the median, and counts an image once', async () => {
      const { data } = await query(
        `{ doraMetrics(query: {location: {labels: [{key: "env", value: "prod"}]}, correlationId: "${correlation}"}) {
          aggregatedLeadTime aggregatedDeployments doraMetricsPerCorrelationID { nodes { correlationId leadTime deployments } } } }`,
      );
      expect(data.doraMetrics).toEqual({
        aggregatedLeadTime: 600,
        aggregatedDeployments: 1,
        doraMetricsPerCorrelationID: { nodes: [{ correlationId: correlation, leadTime: 600, deployments: 1 }] },
      });
      const later = await query(
        '{ doraMetrics(query: {timestamp: {after: "2027-01-01T00:00:00Z"}}) { aggregatedLeadTime aggregatedDeployments } }',
      );
      expect(later.data.doraMetrics).toEqual({ aggregatedLeadTime: null, aggregatedDeployments: 0 });
    });

    it('knows accelerator runs and what they were put together from', async () => {
      const run = {
        ...{ guid: 'g-1', timestamp: '2026-03-01T00:00:00Z', username: 'me', source: 'TAP-GUI' },
        accelerator: {
          name: 'node-express',
          git: { url: 'https://git.example.com/acc.git', ref: { branch: 'main' }, subPath: 'node', commit: 'abc' },
        },
        fragments: [
          { name: 'tap-workload', git: { url: 'https://git.example.com/f.git', ref: { tag: 'v1' }, commit: 'zzz' } },
        ],
      };
      await send(event('vmware.tanzu.apps.accelerator.run.v1', 'acc', run));
      const { data } = await query(
        `{ appAcceleratorRuns(query: {source: "TAP-GUI"}) { nodes { guid name appAcceleratorRevision appAcceleratorSubpath
          appAcceleratorSource { sha repoUrl } appAcceleratorFragments { nodes { name appAcceleratorFragmentSourceRevision
          appAcceleratorFragmentSource { sha } } } } pageInfo { hasNextPage } } }`,
      );
      expect(data.appAcceleratorRuns.nodes).toEqual([
        {
          ...{ guid: 'g-1', name: 'node-express', appAcceleratorRevision: 'main', appAcceleratorSubpath: 'node' },
          appAcceleratorSource: { sha: 'abc', repoUrl: 'https://git.example.com/org/app.git' },
          appAcceleratorFragments: {
            nodes: [
              {
                name: 'tap-workload',
                appAcceleratorFragmentSourceRevision: 'v1',
                appAcceleratorFragmentSource: { sha: 'zzz' },
              },
            ],
          },
        },
      ]);
    });

    it('says what is wrong with a query, and is well without a token', async () => {
      const unknown = await running.ask('POST', '/query', { body: { query: '{ nothing }' } });
      expect([unknown.status, unknown.json.errors[0].message]).toEqual([422, expect.stringMatching(/nothing/)]);
      expect((await running.ask('POST', '/query', { token: null, body: { query: '{ __typename }' } })).status).toBe(
        401,
      );
      expect((await running.ask('GET', '/healthz', { token: null })).status).toBe(204);
      const page = await running.ask('GET', '/play', { token: null });
      expect(page.status).toBe(200);
      // Nothing on the page comes from anybody else.
      expect(page.text).not.toMatch(/(?:src|href)\s*=\s*["']?(?:https?:)?\/\//);
      expect(String(page.headers['content-security-policy'])).toMatch(/default-src 'none'.*connect-src 'self'/);
    });
  });
}

describe('the data of an event as it was sent', () => {
  it.each([
    ['{"data":{"a": 1 ,"b":[ ]} }', '{"a": 1 ,"b":[ ]}'],
    ['{"x":{"data":1},"data" : "a\\"}b" , "y":2}', '"a\\"}b"'],
    ['{"data":1,"data":[{"data":2}]}', '[{"data":2}]'],
    ['{"d\\u0061ta":null}', 'null'],
    ['{"x":"data\\":{"}', undefined],
    ['{"data":-1.5e3}', '-1.5e3'],
  ])('of %s is %s', (text, expected) => {
    expect(rawData(text)).toBe(expected);
  });
});
