import { describe, expect, it } from 'vitest';
import { call, withStore } from './call.ts';
import { image, source } from './documents.ts';
import { Reply } from './fake-store.ts';

const table: Readonly<Record<string, unknown>> = {
  'GET /api/health': new Reply(200, ''),
  'GET /api/v1/images/sha256%3Aa1': image,
  'GET /api/sources?sha=c0ffee': [source],
};

describe('the token', () => {
  it('goes to every path but health (§3.2)', () =>
    withStore(table, async (user, store) => {
      await call(user, 'health');
      await call(user, 'image', 'get', '-d', 'sha256:a1');
      expect(store.seen.map(({ headers }) => headers.authorization)).toEqual([undefined, 'Bearer secret-token']);
    }));
  it('of the environment wins over the stored one (§2)', () =>
    withStore(table, async (user, store) => {
      await call(user, 'config', 'set-target', store.endpoint, '--access-token', 'stored-token');
      await call(user, 'image', 'get', '-d', 'sha256:a1');
      await call({ home: user.home }, 'image', 'get', '-d', 'sha256:a1');
      expect(store.seen.map(({ headers }) => headers.authorization)).toEqual([
        'Bearer secret-token',
        'Bearer stored-token',
      ]);
    }));
  it('of an empty variable is none', () =>
    withStore(table, async (user, store) => {
      await call(user, 'config', 'set-target', store.endpoint, '--access-token', 'stored-token');
      await call({ home: user.home, token: '' }, 'image', 'get', '-d', 'sha256:a1');
      expect(store.seen[0]?.headers.authorization).toBe('Bearer stored-token');
    }));
});

describe('an SBOM', () => {
  const cases: [flag: string, headers: Record<string, string>][] = [
    ['--output-format cyclonedx-xml', { accept: 'application/xml', 'report-type-format': 'cyclonedx' }],
    ['--output-format cyclonedx-json', { accept: 'application/json', 'report-type-format': 'cyclonedx' }],
    ['--output-format spdx-json', { accept: 'application/json', 'report-type-format': 'spdx2.2' }],
    ['--format cyclonedx', { accept: 'application/xml', 'report-type-format': 'cyclonedx' }],
  ];
  const bom = '<bom xmlns="http://cyclonedx.org/schema/bom/1.4"/>\n';
  const sbom = (flag: string) =>
    /xml|cyclonedx$/.test(flag) ? bom : '{"bomFormat":"CycloneDX","spdxVersion":"SPDX-2.2"}\n';
  const sboms = (flag: string): Readonly<Record<string, unknown>> =>
    Object.fromEntries(
      ['images/sha256%3Aa1', 'sources/31', 'reports/build-1'].map((path) => [`GET /api/v1/${path}`, sbom(flag)]),
    );
  for (const [flag, headers] of cases)
    for (const words of ['image get -d sha256:a1', 'source get -c c0ffee', 'report get --uid build-1'])
      it(`is asked for by headers: ${words} ${flag} (§3.4)`, () =>
        withStore({ ...table, ...sboms(flag) }, async (user, store) => {
          expect(await call(user, ...words.split(' '), ...flag.split(' '))).toEqual({
            code: 0,
            out: sbom(flag),
            err: '',
          });
          expect(store.seen.at(-1)?.headers).toMatchObject(headers);
        }));
  it('needs one source (§3.7)', () =>
    withStore({ 'GET /api/sources?sha=c0ffee': [source, source] }, async (user) => {
      const told = await call(user, 'source', 'get', '-c', 'c0ffee', '--output-format', 'spdx-json');
      expect(told).toMatchObject({ code: 1, out: '' });
      expect(told.err).toContain('2 sources');
    }));
  it('of several sources is no matter for text: each is printed (§3.7)', () =>
    withStore({ 'GET /api/sources?sha=c0ffee': [source, source] }, async (user) => {
      const told = await call(user, 'source', 'get', '-c', 'c0ffee');
      expect(told.out.match(/^ID:/gm)).toHaveLength(2);
    }));
});
