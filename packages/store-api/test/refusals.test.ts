import { gzipSync, zstdCompressSync } from 'node:zlib';
import { revokeKeys } from '@assay/store';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKey, createStoreLog, createStoreServer, oneToken, openDoor, storedKeys } from '../src/index.ts';
import { asCycloneDx, cycloneDx, digestA } from './documents.ts';
import { type AskOptions, type RunningStore, startStore } from './start-store.ts';

const most = 2 * 1024 * 1024;
const good = JSON.stringify(cycloneDx({ parts: [{ name: 'x', version: '1' }] }));
const asXml = { 'report-type-format': 'cyclonedx', 'content-type': 'application/xml' };
const form = (...parts: readonly string[]): AskOptions => ({
  headers: { 'report-type-format': 'cyclonedx', 'content-type': 'multipart/form-data; boundary=b' },
  body: `${parts.map((part) => `--b\r\n${part}\r\n`).join('')}--b--\r\n`,
});
const filePart = `content-disposition: form-data; name="file"; filename="a"\r\n\r\n${good}`;
const formatPart = 'content-disposition: form-data; name="format"\r\n\r\napplication/json';

/** Requests to be refused: path, what is sent, and the status. */
const refusals: readonly (readonly [what: string, path: string, options: AskOptions, status: number])[] = [
  ['nothing', '/api/v1/images', { headers: asCycloneDx }, 400],
  ['half a document', '/api/v1/images', { headers: asCycloneDx, body: good.slice(0, 200) }, 400],
  [
    '100 000 lists in each other',
    '/api/v1/images',
    {
      headers: asCycloneDx,
      body: `{"bomFormat":"CycloneDX","specVersion":"1.4","components":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    },
    413,
  ],
  ['more than it takes', '/api/v1/images', { headers: asCycloneDx, body: `${' '.repeat(most)}${good}` }, 413],
  [
    'a bomb of gzip',
    '/api/v1/images',
    { headers: { ...asCycloneDx, 'content-encoding': 'gzip' }, body: gzipSync(Buffer.alloc(most * 20)) },
    413,
  ],
  [
    'a bomb of zstd',
    '/api/v1/images',
    { headers: { ...asCycloneDx, 'content-encoding': 'zstd' }, body: zstdCompressSync(Buffer.alloc(most * 20)) },
    413,
  ],
  ['brotli', '/api/v1/images', { headers: { ...asCycloneDx, 'content-encoding': 'br' }, body: good }, 400],
  ['gzip that is none', '/api/v1/images', { headers: { ...asCycloneDx, 'content-encoding': 'gzip' }, body: good }, 400],
  [
    'entities that multiply',
    '/api/v1/images',
    {
      headers: asXml,
      body: '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "xx"><!ENTITY c "&a;&a;">]><bom xmlns="http://cyclonedx.org/schema/bom/1.4">&c;</bom>',
    },
    400,
  ],
  [
    'an entity that reads a file',
    '/api/v1/images',
    {
      headers: asXml,
      body: '<!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/passwd">]><bom xmlns="http://cyclonedx.org/schema/bom/1.4">&a;</bom>',
    },
    400,
  ],
  [
    'elements without an end',
    '/api/v1/images',
    { headers: asXml, body: `<bom xmlns="http://cyclonedx.org/schema/bom/1.4">${'<a>'.repeat(100_000)}` },
    413,
  ],
  [
    'another format than it says',
    '/api/v1/images',
    { headers: { ...asCycloneDx, 'report-type-format': 'spdx' }, body: good },
    400,
  ],
  ['XML that is JSON', '/api/v1/images', { headers: asXml, body: good }, 400],
  [
    'a format nobody knows',
    '/api/v1/images',
    { headers: { ...asCycloneDx, 'report-type-format': 'swid' }, body: good },
    400,
  ],
  ['no format', '/api/v1/images', { headers: { 'content-type': 'application/json' }, body: good }, 400],
  ['SPDX as XML', '/api/v1/images', { headers: { ...asXml, 'report-type-format': 'spdx' }, body: '<a/>' }, 400],
  [
    'a media type of its own',
    '/api/v1/images',
    { headers: { ...asCycloneDx, 'content-type': 'text/yaml' }, body: good },
    400,
  ],
  ['a name without a version', '/api/v1/images', { headers: { ...asCycloneDx, 'entity-name': 'a' }, body: good }, 400],
  [
    'a report’s name with a slash',
    '/api/v1/images',
    { headers: { ...asCycloneDx, 'report-uid': 'a/b' }, body: good },
    400,
  ],
  [
    'no subject',
    '/api/v1/images',
    { headers: asCycloneDx, body: '{"bomFormat":"CycloneDX","specVersion":"1.4"}' },
    400,
  ],
  [
    'a version that nobody reads',
    '/api/v1/images',
    { headers: asCycloneDx, body: '{"bomFormat":"CycloneDX","specVersion":"9.9"}' },
    400,
  ],
  ['a form without a file', '/api/v1/images', form(formatPart), 400],
  ['a form without a format', '/api/v1/images', form(filePart), 400],
  ['a form that breaks off', '/api/v1/images', { ...form(filePart), body: `--b\r\n${filePart}` }, 400],
  ['a tree that is a list', '/api/imageReport', { body: '[]', headers: { 'content-type': 'application/json' } }, 400],
  [
    'a tree too deep',
    '/api/imageReport',
    { body: `{"Packages":${'['.repeat(5_000)}${']'.repeat(5_000)}}`, headers: { 'content-type': 'application/json' } },
    400,
  ],
  ['a tree of wrong types', '/api/imageReport', { body: { Name: 1, Digest: 'a' } }, 400],
  ['a number that is none', '/api/v1/artifact-groups', { body: { UID: 'g', Type: 'image', EntityID: 1.5 } }, 400],
  ['an event that is none', '/', { body: '{', headers: { 'content-type': 'application/cloudevents+json' } }, 400],
  [
    'a query too deep',
    '/query',
    { body: { query: `{ images ${'{ nodes { containers '.repeat(20)}{ nodes { name } }${' } }'.repeat(20)} }` } },
    400,
  ],
  [
    'a query of many names',
    '/query',
    { body: { query: `{ ${Array.from({ length: 100 }, (_, at) => `a${at}: locations { reference }`).join(' ')} }` } },
    400,
  ],
  ['a query of a circle', '/query', { body: { query: '{ locations { ...a } } fragment a on Location { ...a }' } }, 400],
  ['a query of many words', '/query', { body: { query: `{ ${'__typename '.repeat(6_000)} }` } }, 422],
];

const silent = createStoreLog({
  ...{ level: 'minimum', logger: 'test', hostname: '', write: () => undefined, now: () => new Date() },
});

describe('what the store refuses', () => {
  let running: RunningStore;
  const counts = async () => {
    const tables = [
      'report',
      'report_uid',
      'document',
      'artifact',
      'package',
      'vulnerability',
      'artifact_group',
      'artifact_record',
    ];
    const numbers: Record<string, unknown> = {};
    for (const table of tables) {
      const { rows } = await sql<{ count: number }>`select count(*)::int4 as count from ${sql.table(table)}`.execute(
        running.store.queries,
      );
      numbers[table] = rows[0]?.count;
    }
    return numbers;
  };

  beforeAll(async () => {
    running = await startStore(undefined, { maxDocumentBytes: most });
  });
  afterAll(() => running.close());

  it.each(refusals)('%s: with one sentence, and nothing stored', async (_what, path, options, status) => {
    const before = await counts();
    const answer = await running.ask('POST', path, options);
    expect([answer.status, answer.text.slice(0, 300)]).toEqual([status, expect.anything()]);
    const message = answer.json?.message ?? answer.json?.errors?.[0]?.message;
    expect(message).toMatch(/^[^\n]{5,600}$/);
    expect(message).not.toMatch(/internal error|at Object\.|node_modules/);
    expect((await running.ask('GET', '/api/health', { token: null })).status).toBe(200);
    expect(await counts()).toEqual(before);
  });

  it.each([
    '/api/v1/images/%E0%A4%A',
    '/api/v1/images/%00',
    '/api/packages?name=%00',
    `/api/v1/images/${'x'.repeat(5_000)}`,
  ])('the path %s', async (path) => {
    const { status } = await running.ask('GET', path);
    expect([400, 404, 414]).toContain(status);
  });

  it('keeps a name that no database holds without what cannot be held, and keys of a trap as what they are', async () => {
    const body = JSON.stringify(
      cycloneDx({ version: digestA, parts: [{ name: 'a\u0000b\ud800', version: '1' }] }),
    ).replace('"bomFormat"', '"__proto__":{"polluted":true},"bomFormat"');
    expect((await running.ask('POST', '/api/v1/images', { headers: asCycloneDx, body })).status).toBe(200);
    const { json } = await running.ask('GET', `/api/v1/images/${digestA}`);
    expect(json.Packages.map(({ Name }: { Name: string }) => Name)).toEqual(['ab\ufffd']);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('lets who may only read do nothing else', async () => {
    const reader = await startStore(undefined, { authenticator: oneToken('reader', 'read', 'reader') });
    for (const [method, path] of allRoutes.filter(([, path]) => path !== '/query')) {
      const options = { token: 'reader', ...(method === 'POST' ? { body: {} } : {}) };
      const { status } = await reader.ask(method, path.replace(/:\w+/g, '1'), options);
      if (method === 'POST') expect([path, status]).toEqual([path, 403]);
      else expect([path, status]).not.toEqual([path, 403]);
    }
    await reader.close();
  });

  it('answers to names of its own machine only, where it is told so', async () => {
    const shared = { store: running.store, authenticator: openDoor, log: silent, isLocalOnly: true };
    const local = createStoreServer(shared);
    const ask = async (host: string) => (await local.inject({ url: '/api/v1/images', headers: { host } })).statusCode;
    for (const host of ['localhost:7878', '127.0.0.1', '[::1]:80'])
      expect([host, await ask(host)]).toEqual([host, 200]);
    for (const host of ['rebound.example:7878', '127.0.0.1.example', 'localhost.example'])
      expect([host, await ask(host)]).toEqual([host, 403]);
    await local.close();
  });

  it('knows keys of its own by their hash alone, until they are revoked', async () => {
    const { queries } = running.store;
    const keyed = createStoreServer({ store: running.store, authenticator: storedKeys(queries), log: silent });
    const token = await createKey(queries, 'builds', 'read');
    const ask = async (given: string, method: 'GET' | 'POST' = 'GET') =>
      (await keyed.inject({ method, url: '/api/v1/images', headers: { authorization: `Bearer ${given}` } })).statusCode;
    expect([await ask(token), await ask(token, 'POST'), await ask(`${token}x`)]).toEqual([200, 403, 401]);
    const { rows } = await sql<{ text: string }>`select row_to_json(k)::text as text from api_key k`.execute(queries);
    expect(JSON.stringify(rows)).not.toContain(token.slice(6));
    expect(await revokeKeys(queries, 'builds')).toBe(1);
    expect(await ask(token)).toBe(401);
    await keyed.close();
  });

  it('lets no route but the open ones be asked without a token', async () => {
    const open = new Set(['/api/health', '/healthz', '/play']);
    for (const [method, path] of allRoutes) {
      const { status } = await running.ask(method, path.replace(/:\w+/g, '1'), {
        token: null,
        ...(method === 'POST' ? { body: {} } : {}),
      });
      expect([method, path, status]).toEqual([method, path, open.has(path) ? expect.any(Number) : 401]);
    }
  });
});

/** Every route of the contract and of AMR. */
const allRoutes: readonly (readonly ['GET' | 'POST', string])[] = [
  ...[
    ...['/api/health', '/healthz', '/play', '/api/images', '/api/images/packages', '/api/images/:key/packages'],
    ...['/api/images/:key/vulnerabilities', '/api/sources', '/api/sources/packages', '/api/sources/vulnerabilities'],
    ...[
      '/api/sources/:key/packages',
      '/api/sources/:key/vulnerabilities',
      '/api/packages',
      '/api/packages/:key/images',
    ],
    ...['/api/packages/:key/sources', '/api/packages/:key/vulnerabilities', '/api/vulnerabilities'],
    ...['/api/vulnerabilities/:key/images', '/api/vulnerabilities/:key/packages', '/api/vulnerabilities/:key/sources'],
    ...['/api/v1/images', '/api/v1/images/packages', '/api/v1/images/vulnerabilities', '/api/v1/images/:key'],
    ...['/api/v1/sources', '/api/v1/sources/packages', '/api/v1/sources/vulnerabilities', '/api/v1/sources/:key'],
    ...['/api/v1/packages', '/api/v1/packages/:key', '/api/v1/vulnerabilities/:key', '/api/v1/reports'],
    ...['/api/v1/reports/:uid', '/api/v1/report/:uid', '/api/v1/triage', '/api/v1/triage/rebase'],
  ].map((path) => ['GET', path] as const),
  ...[
    ...['/', '/query', '/api/imageReport', '/api/sourceReport', '/api/v1/images', '/api/v1/sources'],
    ...['/api/v1/artifact-groups', '/api/v1/artifact-groups/_search', '/api/v1/triage', '/api/v1/triage/:uid/copy'],
    ...['/api/v1/artifact-groups/vulnerabilities/_search', '/api/v1/artifact-groups/vulnerabilities/_reach'],
    ...['/api/v1/reports/_search'],
  ].map((path) => ['POST', path] as const),
];
