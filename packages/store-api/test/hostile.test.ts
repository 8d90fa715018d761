import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStoreLog, createStoreServer, oneToken } from '../src/index.ts';
import { asCycloneDx, cycloneDx, digestA, digestB, digestC } from './documents.ts';
import { type AskOptions, type RunningStore, startStore } from './start-store.ts';

/** Above the ten million bytes of the longest names. */
const most = 12 * 1024 * 1024;
const images = '/api/v1/images';
const report = '/api/imageReport';
const asJson = { 'content-type': 'application/json' };
/** Text that no compression makes short enough for an index. */
const long = (bytes: number): string => randomBytes(bytes / 2).toString('hex');

const parts = [{ name: 'x', version: '1' }];
const good = JSON.stringify(cycloneDx({ parts }));
const upload = (body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}): AskOptions => ({
  headers: { ...asCycloneDx, ...headers },
  body,
});
const about = (name: string, version: string): AskOptions =>
  upload(JSON.stringify(cycloneDx({ name, version, parts })));
const madeAt = (timestamp: string, version: string): AskOptions =>
  upload(JSON.stringify(cycloneDx({ timestamp, version, parts })));
const form = (boundary: string, ...pieces: readonly string[]): AskOptions => ({
  headers: { 'report-type-format': 'cyclonedx', 'content-type': `multipart/form-data${boundary}` },
  body: `${pieces.map((piece) => `--b\r\n${piece}\r\n`).join('')}--b--\r\n`,
});
const filePiece = `content-disposition: form-data; name="file"; filename="a"\r\n\r\n${good}`;
const formatPiece = 'content-disposition: form-data; name="format"\r\n\r\napplication/json';
const tree = (more: object): AskOptions => ({ body: { Name: 'a', Digest: 'b', ...more } });
const treeOfPackage = (more: object): AskOptions => tree({ Packages: [{ Name: 'p', ...more }] });
const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
const deepDocument = `{"bomFormat":"CycloneDX","specVersion":"1.4","components":${deep(100_000)}}`;

const asEvent = { 'content-type': 'application/cloudevents+json' };
const asBatch = { 'content-type': 'application/cloudevents-batch+json' };
const imageCreated = 'vmware.tanzu.apps.image.created.v1';
const eventText = (more: object): string =>
  JSON.stringify({
    ...{ specversion: '1.0', id: randomBytes(8).toString('hex'), source: 'cluster', type: imageCreated },
    ...{ datacontenttype: 'application/json', data: { imageUrl: 'a' }, ...more },
  });
const event = (more: object): AskOptions => ({ headers: asEvent, body: eventText(more) });
const sbomEvent = (more: object): AskOptions =>
  event({
    ...{ type: 'vmware.tanzu.apps.image.sbom.pushed.v1', datacontenttype: 'application/vnd.cyclonedx+json' },
    ...{ image: `r.example.com/a@${digestA}`, data: { bomFormat: 'CycloneDX', specVersion: '1.4', version: 1 } },
    ...more,
  });
const appEvent = (replicas: number): AskOptions => {
  const containers = [{ name: 'workload', image: 'a@b' }];
  const data = { metadata: { name: 'a' }, spec: { template: { spec: { containers } } }, status: { replicas } };
  return event({ type: 'dev.knative.apiserver.resource.add', data });
};
/** `{}` instead of data, replaced by text that no printer writes. */
const withData = (headers: Readonly<Record<string, string>>, text: string, data: string): AskOptions => ({
  headers,
  body: text.replace('"data":{}', `"data":${data}`),
});
const query = (text: string, variables?: object): AskOptions => ({ body: { query: text, variables } });

/** What is refused, beside what refusals.test.ts has: path, what is sent, and the status. */
const refused: readonly (readonly [what: string, path: string, options: AskOptions, status: number])[] = [
  ['a name of ten million bytes', images, about(long(10_000_000), '1'), 400],
  ['a name that no index holds', images, about(long(6_000), '1'), 400],
  ['a version that no index holds', images, about('a', long(6_000)), 400],
  [
    'a name in a header that no index holds',
    images,
    upload(good, { 'entity-name': long(3_900), 'entity-version': '1' }),
    400,
  ],
  ['a location that no index holds', images, upload(good, { 'original-location': long(3_900) }), 400],
  ['a header that is too long', images, upload(good, { 'original-location': long(5_000) }), 400],
  ['a version without a name', images, upload(good, { 'entity-version': '1' }), 400],
  ['a report’s name that is not ASCII', images, upload(good, { 'report-uid': latin1('naïve') }), 400],
  ['a report’s name that is too long', images, upload(good, { 'report-uid': 'u'.repeat(513) }), 400],
  ['a document in UTF-16', images, upload(Buffer.from(good, 'utf16le')), 400],
  [
    'bytes that are no UTF-8',
    images,
    upload(Buffer.concat([Buffer.from(good.slice(0, -1)), Buffer.of(0xff, 0xfe)])),
    400,
  ],
  ['NUL between values', images, upload(good.replace(',', ',\0')), 400],
  ['two layers of compression', images, upload(good, { 'content-encoding': 'gzip, gzip' }), 400],
  ['a form without a boundary', images, form('', filePiece, formatPiece), 400],
  ['a form with an empty boundary', images, form('; boundary=', filePiece, formatPiece), 400],
  ['a form with two files', images, form('; boundary=b', filePiece, filePiece, formatPiece), 400],
  [
    'a form with a field of three megabytes',
    images,
    form('; boundary=b', filePiece, formatPiece + long(3_000_000)),
    400,
  ],
  [
    'a form with twenty fields',
    images,
    form('; boundary=b', ...Array.from({ length: 20 }, () => formatPiece), filePiece),
    400,
  ],
  ['a form where a tree is wanted', report, form('; boundary=b', filePiece), 400],
  ['a tree about a name of ten million bytes', report, tree({ Name: long(10_000_000) }), 400],
  ['a tree about a name that no index holds', report, tree({ Name: long(6_000) }), 400],
  ['a tree about a digest that no index holds', report, tree({ Digest: long(6_000) }), 400],
  [
    'a source of an organization that no index holds',
    '/api/sourceReport',
    { body: { Repository: 'a', Sha: 'b', Organization: long(6_000) } },
    400,
  ],
  ['a package that no index holds', report, treeOfPackage({ Name: long(6_000) }), 400],
  ['a version of a package that no index holds', report, treeOfPackage({ Version: long(6_000) }), 400],
  ['a package manager that no index holds', report, treeOfPackage({ PackageManager: long(6_000) }), 400],
  ['a vulnerability that no index holds', report, treeOfPackage({ Vulnerabilities: [{ CVEID: long(6_000) }] }), 400],
  ['a tree 100 000 levels deep', report, { headers: asJson, body: `{"Name":${deep(100_000)}}` }, 400],
  ['a tree in which a list is an object', report, tree({ Packages: { length: 1e9 } }), 400],
  ['a group’s name of ten million bytes', '/api/v1/artifact-groups', { body: { UID: long(10_000_000) } }, 400],
  ['an event without an id', '/', event({ id: undefined }), 400],
  ['an event of the future', '/', event({ specversion: '2.0' }), 400],
  [
    'an event in a header with a broken escape',
    '/',
    {
      headers: { ...asJson, 'ce-id': '%E0%A4%A', 'ce-source': 's', 'ce-type': imageCreated, 'ce-specversion': '1.0' },
      body: '{}',
    },
    400,
  ],
  ['a batch that is no list', '/', { headers: asBatch, body: '{}' }, 400],
  ['a batch of too many events', '/', { headers: asBatch, body: `[${'{},'.repeat(10_000)}{}]` }, 400],
  ['an event from a place that no index holds', '/', event({ source: long(1_000_000) }), 400],
  ['an event of the year 275 760', '/', event({ data: { timestamp: '+275760-09-13T00:00:00.000Z' } }), 400],
  ['an event before the calendar', '/', event({ data: { timestamp: '-271821-04-20T00:00:00.000Z' } }), 400],
  ['an event of the year 0', '/', event({ data: { timestamp: '0000-01-01T00:00:00Z' } }), 400],
  ['a report about an image that no index holds', '/', sbomEvent({ image: `${long(6_000)}@${digestA}` }), 400],
  ['a report from a place that no index holds', '/', sbomEvent({ scanresults: long(1_000_000) }), 400],
  ['a report of a workload whose name is too long', '/', sbomEvent({ workloaduid: long(600) }), 400],
  ['a report 100 000 levels deep', '/', withData(asEvent, sbomText(), deepDocument), 413],
  ['a report 100 000 levels deep in a batch', '/', withData(asBatch, `[${sbomText()}]`, deepDocument), 413],
  [
    'a location 100 000 levels deep',
    '/',
    withData(
      asEvent,
      eventText({ type: 'vmware.tanzu.apps.location.created.v1', data: {} }),
      `{"reference":${deep(100_000)}}`,
    ),
    400,
  ],
  ['a query of many fields', '/query', query(`{ ${'__typename '.repeat(600)} }`), 400],
  ['a query of 2 400 braces', '/query', query('{a'.repeat(2_400) + '}'.repeat(2_400)), 422],
  ['a query with a value of 2 400 lists', '/query', query(`{ locations(query: ${deep(2_400)}) { reference } }`), 422],
  [
    'a query of fragments that multiply',
    '/query',
    query(`{ ...f0 } ${multiplied(11, 'Query', (next) => next.repeat(20), '__typename')}`),
    400,
  ],
  ['a query that does not end', '/query', query('{'.repeat(4_000)), 422],
  ['a query of 300 000 blanks', '/query', query(' '.repeat(300_000)), 413],
  ['a list of queries', '/query', { body: [{ query: '{ __typename }' }] }, 400],
];

/** Odd, and not the store's failure: it may take them or refuse them. */
const odd: readonly (readonly [what: string, path: string, options: AskOptions])[] = [
  ['NUL in the place of an event', '/', event({ source: 'a\0b' })],
  ['NUL in the image of a report', '/', sbomEvent({ image: `a\0b@${digestB}` })],
  ['NUL in the place of a report', '/', sbomEvent({ scanresults: 'a\0b' })],
  ['half a replica', '/', appEvent(1.5)],
  ['more replicas than a number holds', '/', appEvent(1e99)],
  ['fewer replicas than none', '/', appEvent(-5e9)],
  [
    'a location of 2 000 wide characters',
    '/',
    event({ type: 'vmware.tanzu.apps.location.created.v1', data: { reference: wide(2_000) } }),
  ],
  ['a document of the year 0', images, madeAt('0000-01-01T00:00:00Z', 'year-0')],
  ['a document of the year 275 760', images, madeAt('+275760-09-13T00:00:00Z', 'year-275760')],
  ['a document before the calendar', images, madeAt('-271821-04-20T00:00:00Z', 'year--271821')],
  [
    'a rating without an end',
    report,
    treeOfPackage({ Vulnerabilities: [{ CVEID: 'C', Ratings: [{ Vector: long(6_000) }] }] }),
  ],
  [
    'a score without an end',
    report,
    {
      headers: asJson,
      body: '{"Name":"a","Digest":"b","Packages":[{"Name":"p","Vulnerabilities":[{"CVEID":"C","Ratings":[{"Score":1e999}]}]}]}',
    },
  ],
  [
    'more names of reports than parameters',
    '/api/v1/reports/_search',
    { body: { ReportUIDs: Array.from({ length: 70_000 }, (_, at) => `${at}`) } },
  ],
  ['a page without an end', '/api/v1/reports/_search', { body: { ReportUIDs: ['\0'], Page: 1e15, PageSize: 1e15 } }],
];

describe('hostile requests', () => {
  let running: RunningStore;

  beforeAll(async () => {
    running = await startStore(undefined, { maxDocumentBytes: most });
  });
  afterAll(() => running.close());

  const isUp = async () => (await running.ask('GET', '/api/health', { token: null })).status;

  it.each(refused)('%s: refused with one sentence, and nothing stored', async (_what, path, options, status) => {
    const before = await counts(running);
    const answer = await running.ask('POST', path, options);
    const message = answer.json?.message ?? answer.json?.errors?.[0]?.message;
    expect([answer.status, message]).toEqual([status, expect.stringMatching(/^[^\n]{5,600}$/)]);
    expect(message).not.toMatch(/internal error|at Object\.|node_modules/);
    expect(await isUp()).toBe(200);
    expect(await counts(running)).toEqual(before);
  });

  it.each(odd)('%s: no failure of the store', async (_what, path, options) => {
    const answer = await running.ask('POST', path, options);
    expect([200, 204, 400]).toContain(answer.status);
    expect(await isUp()).toBe(200);
  });

  it('takes names that only look bad, and keeps them', async () => {
    const named = upload(good, { 'entity-name': latin1('café'), 'entity-version': digestB });
    expect((await running.ask('POST', images, named)).json.Name).toBe('café');
    const twice = JSON.stringify(cycloneDx({ version: digestC, parts })).replace('"name":"x"', '"name":"y","name":"x"');
    expect((await running.ask('POST', images, upload(twice))).status).toBe(200);
    const { json } = await running.ask('GET', `/api/v1/images/${digestC}`);
    expect(json.Packages.map(({ Name }: { Name: string }) => Name)).toEqual(['x']);
  });

  it('tells a client which variable is wrong, and what it may ask', async () => {
    const wrong = await running.ask(
      'POST',
      '/query',
      query('query($n: Int) { images(first: $n) { nodes { name } } }', { n: 'x' }),
    );
    expect(wrong.json.errors[0].message).toMatch(/\$n/);
    const schema = await running.ask('POST', '/query', query('{ __schema { queryType { name } } }'));
    expect(schema.json).toEqual({ data: { __schema: { queryType: { name: 'Query' } } } });
  });

  it('says at once that a query costs too much, however it is put', async () => {
    // Twice the time for each fragment more: 60 of them, 3 KB, would hold the process until it is killed.
    const twice = multiplied(24, '__Type', (next) => `ofType { ${next} } ofType { ${next} }`, 'name');
    const many = `{ ${'locations { reference } '.repeat(1_200)} }`;
    const hidden = `{ __typename } fragment unused on Query { __schema { types { ...f0 } } } ${twice}`;
    for (const text of [`{ __schema { types { ...f0 } } } ${twice}`, hidden, many]) {
      const began = performance.now();
      const { status } = await running.ask('POST', '/query', query(text));
      expect([400, 422]).toContain(status);
      expect(performance.now() - began).toBeLessThan(500);
    }
  });

  it('makes the group of a report that was stored before its sender was told', async () => {
    const sent = { id: 'sent-twice', image: `r.example.com/twice@${digestA}` };
    expect((await running.ask('POST', '/', sbomEvent(sent))).status).toBe(204);
    expect((await running.ask('POST', '/', sbomEvent({ ...sent, workloaduid: 'its-workload' }))).status).toBe(204);
    const { json } = await running.ask('GET', `/api/v1/reports?artifact_group_uid=its-workload&digest=${digestA}`);
    expect(json.Count).toBe(1);
  });

  it('asked for anything by any path and question, answers and does not fail', async () => {
    const routes = (await routesOf(running)).filter(({ method }) => method === 'GET').map(({ path }) => path);
    const text = fc.oneof(
      fc.constantFrom(
        '%00',
        '%',
        '%ED%A0%80',
        '%E0%A4%A',
        '..%2f..%2fetc',
        '%27%20or%201=1--',
        '__proto__',
        '-1',
        '9'.repeat(400),
      ),
      fc.string({ unit: 'binary' }).map((value) => encodeURIComponent(value.toWellFormed()) || 'x'),
    );
    const names = [
      'id',
      'name',
      'digest',
      'sha',
      'CVEID',
      'page',
      'page_size',
      'all',
      'Severity',
      'ordering',
      'repo',
      'registry',
    ];
    const asked = fc.dictionary(fc.constantFrom(...names), text, { maxKeys: 4 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...routes), text, asked, async (route, key, given) => {
        const question = Object.entries(given).map(([name, value]) => `${name}=${value}`);
        const answer = await running.ask('GET', `${route.replace(/:\w+/g, () => key)}?${question.join('&')}`);
        expect(answer.status).toBeLessThan(500);
        // v2 says its faults as RFC 9457 does.
        if (answer.status >= 400) expect(answer.json.message ?? answer.json.detail).toMatch(/^[^\n]{5,}$/);
      }),
      { seed: 11, numRuns: 400 },
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('has no door that is open by mistake', async () => {
    const open = new Set(['/api/health', '/healthz', '/play']);
    const routes = await routesOf(running);
    expect(routes.length).toBeGreaterThan(40);
    const reader = createStoreServer({
      store: running.store,
      authenticator: oneToken('reader', 'read', 'r'),
      log: silent,
    });
    for (const { method, path } of routes) {
      const url = path.replace(/:\w+/g, '1');
      const ask = async (headers: Readonly<Record<string, string>>) =>
        (await reader.inject({ method, url, headers, ...(method === 'POST' ? { payload: '{}' } : {}) })).statusCode;
      if (open.has(path)) continue;
      expect([method, path, await ask({})]).toEqual([method, path, 401]);
      expect([method, path, await ask({ authorization: 'Bearer other' })]).toEqual([method, path, 401]);
      // A question to GraphQL is a POST and reads all the same.
      const isAllowed = method === 'GET' || method === 'HEAD' || path === '/query';
      const status = await ask({ authorization: 'Bearer reader' });
      expect([method, path, status === 403]).toEqual([method, path, !isAllowed]);
    }
    await reader.close();
  });
});

const silent = createStoreLog({
  ...{ level: 'minimum', logger: 'test', hostname: '', write: () => undefined, now: () => new Date() },
});

/** Every route that a server of this kind has, as the framework knows it. */
async function routesOf({ store }: RunningStore) {
  const server = createStoreServer({ store, authenticator: oneToken('t', 'write', 'u'), log: silent });
  const routes: { readonly method: 'GET' | 'HEAD' | 'POST'; readonly path: string }[] = [];
  server.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) {
      const known = (['GET', 'HEAD', 'POST'] as const).find((name) => name === each);
      if (known === undefined) throw new Error(`nobody has looked at ${each} ${url}`);
      routes.push({ method: known, path: url });
    }
  });
  await server.ready();
  await server.close();
  return routes;
}

/** Rows of what requests add to. */
async function counts({ store }: RunningStore): Promise<Readonly<Record<string, unknown>>> {
  const numbers: Record<string, unknown> = {};
  for (const table of [
    'report',
    'report_uid',
    'document',
    'artifact',
    'package',
    'artifact_group',
    'artifact_record',
    'location',
  ])
    numbers[table] = (
      await sql`select count(*)::int4 as count from ${sql.table(table)}`.execute(store.queries)
    ).rows[0];
  return numbers;
}

/** As Node hands over bytes of a header. */
function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Characters of three bytes each, without a pattern. */
function wide(length: number): string {
  return [...randomBytes(length)].map((byte, at) => String.fromCharCode(0x4e00 + byte * 37 + (at % 7))).join('');
}

function sbomText(): string {
  return String(sbomEvent({ data: {} }).body);
}

/** Fragments each of which has the next one several times. */
function multiplied(count: number, type: string, several: (next: string) => string, last: string): string {
  const bodies = Array.from({ length: count }, (_, at) => (at === count - 1 ? last : several(`...f${at + 1} `)));
  return bodies.map((body, at) => `fragment f${at} on ${type} { ${body} }`).join(' ');
}
