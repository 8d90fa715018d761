import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { call, withStore } from './call.ts';
import { analysis, page } from './documents.ts';
import { Reply } from './fake-store.ts';

const bom = '{"bomFormat":"CycloneDX","specVersion":"1.4"}';
const spdx = '{"spdxVersion":"SPDX-2.2"}';
const xml = '<?xml version="1.0"?>\n<bom xmlns="http://cyclonedx.org/schema/bom/1.4"></bom>';
const stored = { ID: 21, Digest: 'sha256:a1', Name: 'team/app', Registry: 'r', ReportUid: 'build-1' };
const group = { UID: 'group-1', Labels: {}, Entities: [{ ID: 21, Type: 'image' }], ReportUID: 'build-1' };
const table: Readonly<Record<string, unknown>> = {
  'POST /api/v1/images': stored,
  'POST /api/v1/sources': { ID: 31, Sha: 'c0ffee', ReportUID: 'build-2' },
  'POST /api/v1/artifact-groups': new Reply(201, group),
};

describe('add (§3.3)', () => {
  const cases: [words: string, file: string, headers: Record<string, string>][] = [
    ['--path', xml, { 'report-type-format': 'cyclonedx', 'content-type': 'application/xml' }],
    ['-i cyclonedx-json -p', bom, { 'report-type-format': 'cyclonedx', 'content-type': 'application/json' }],
    ['--input-format spdx-json --path', spdx, { 'report-type-format': 'spdx', 'content-type': 'application/json' }],
    ['--cyclonedxtype json --path', bom, { 'report-type-format': 'cyclonedx', 'content-type': 'application/json' }],
    ['--spdxtype json --path', spdx, { 'report-type-format': 'spdx', 'content-type': 'application/json' }],
    ['--cyclonedx', xml, { 'report-type-format': 'cyclonedx', 'content-type': 'application/xml' }],
    [
      '--report-uid a.b_c~d-1 --original-location r/x@sha256:1 -p',
      xml,
      { 'report-uid': 'a.b_c~d-1', 'original-location': 'r/x@sha256:1' },
    ],
  ];
  for (const [kind, told] of [
    ['image', 'Image report created.\n'],
    ['source', 'Source report created.\n'],
  ] as const)
    for (const [words, file, headers] of cases)
      it(`sends the file: ${kind} add ${words}`, () =>
        withStore(table, async (user, store) => {
          const path = join(user.home, 'report');
          await writeFile(path, file);
          expect(await call(user, kind, 'add', ...words.split(' '), path)).toEqual({ code: 0, out: told, err: '' });
          expect(store.seen).toHaveLength(1);
          expect(store.seen[0]).toMatchObject({ method: 'POST', url: `/api/v1/${kind}s`, body: file });
          expect(store.seen[0]?.headers).toMatchObject({ ...headers, authorization: 'Bearer secret-token' });
        }));

  it('puts the stored entity and its report into the group', () =>
    withStore(table, async (user, store) => {
      const path = join(user.home, 'report');
      await writeFile(path, xml);
      const words = ['--artifact-group-label', 'env=prod,team=a', '--artifact-group-label', 'url=http://x?a=b'];
      const told = await call(user, 'image', 'add', '-p', path, '--artifact-group-uid', 'group-1', ...words);
      expect(told).toEqual({ code: 0, out: 'Image report created.\n', err: '' });
      expect(store.seen[1]).toMatchObject({ method: 'POST', url: '/api/v1/artifact-groups' });
      expect(JSON.parse(store.seen[1]?.body ?? '')).toEqual({
        UID: 'group-1',
        Labels: { env: 'prod', team: 'a', url: 'http://x?a=b' },
        Type: 'image',
        EntityID: 21,
        ReportUID: 'build-1',
      });
    }));

  it('prints the answer of the group as api-json when there is one', () =>
    withStore(table, async (user) => {
      const path = join(user.home, 'report');
      await writeFile(path, xml);
      const words = ['image', 'add', '-p', path, '--output-format', 'api-json'];
      expect((await call(user, ...words)).out).toBe(`${JSON.stringify(stored)}\n`);
      expect((await call(user, ...words, '--artifact-group-uid', 'group-1')).out).toBe(`${JSON.stringify(group)}\n`);
    }));

  it('keeps the first result when the group fails, and says both (§8 row 11)', () =>
    withStore(
      { ...table, 'POST /api/v1/artifact-groups': new Reply(400, { message: 'no such entity' }) },
      async (user) => {
        const path = join(user.home, 'report');
        await writeFile(path, xml);
        const told = await call(user, 'image', 'add', '-p', path, '--artifact-group-uid', 'group-1');
        expect(told).toMatchObject({ code: 1, out: 'Image report created.\n' });
        expect(told.err).toMatch(/^Error: .*stored.*no such entity\n$/);
      },
    ));

  it('does not say "created" when the answer is a web page', () =>
    withStore({ 'POST /api/v1/images': new Reply(200, '<html>login</html>') }, async (user) => {
      const path = join(user.home, 'report');
      await writeFile(path, xml);
      expect(await call(user, 'image', 'add', '-p', path)).toMatchObject({ code: 1, out: '' });
    }));

  it('does not join a group when the answer names no entity', () =>
    withStore({ ...table, 'POST /api/v1/images': {} }, async (user, store) => {
      const path = join(user.home, 'report');
      await writeFile(path, xml);
      const told = await call(user, 'image', 'add', '-p', path, '--artifact-group-uid', 'group-1');
      expect(told.code).toBe(1);
      expect(store.seen.map(({ url }) => url)).toEqual(['/api/v1/images']);
    }));

  const refused: [words: string, file: string | undefined, error: RegExp][] = [
    ['--artifact-group-label a=b', xml, /artifact-group-label.*artifact-group-uid/],
    ['--artifact-group-uid g --artifact-group-label ab', xml, /key=value/],
    ['--report-uid a/b', xml, /report-uid/],
    ['', bom, /FILE.*cyclonedx-xml/],
    ['-i cyclonedx-json', xml, /FILE.*cyclonedx-json/],
    ['-i cyclonedx-json', spdx, /FILE.*cyclonedx-json/],
    ['-i spdx-json', '{"spdx', /FILE.*spdx-json/],
    ['', undefined, /FILE/],
    ['-i cyclonedx', xml, /cyclonedx-xml, cyclonedx-json or spdx-json/],
    ['--output-format cyclonedx-xml', xml, /text.*api-json/],
    ['--cyclonedxtype yaml', xml, /xml or json/],
  ];
  for (const [words, file, error] of refused)
    it(`refuses before any request: ${words} ${file === undefined ? 'without the file' : file.slice(0, 6)}`, () =>
      withStore(table, async (user, store) => {
        const path = join(user.home, 'report');
        if (file !== undefined) await writeFile(path, file);
        const told = await call(user, 'image', 'add', '-p', path, ...words.split(' ').filter((word) => word !== ''));
        expect(told).toMatchObject({ code: 1, out: '' });
        expect(told.err.replace(path, 'FILE')).toMatch(error);
        expect(store.seen).toEqual([]);
      }));
});

const update = 'triage update -v CVE-2024-0001 -n openssl -p 3.0.1 -a group-1'.split(' ');
const lookUp = 'GET /api/v1/triage?all=true&artifact_group_uid=group-1&digest=sha256%3Aa1';
const fresh = { 'POST /api/v1/triage': new Reply(201, { UID: 'triage-1' }) };
const known = { [lookUp]: page(analysis), 'POST /api/v1/triage': { UID: 'triage-1' } };
const posts = (store: { readonly seen: readonly { readonly method: string }[] }) =>
  store.seen.filter(({ method }) => method === 'POST').length;

describe('triage update (§3.11)', () => {
  it('creates an analysis of an image', () =>
    withStore(fresh, async (user, store) => {
      const words = '-d sha256:a1 --img-registry r -s exploitable -r update,rollback -r will_not_fix -t'.split(' ');
      const told = await call(user, ...update, ...words, '-not a flag');
      expect(told).toEqual({ code: 0, out: 'Triage created: triage-1\n', err: '' });
      expect(JSON.parse(store.seen.at(-1)?.body ?? '')).toEqual({
        vulnerability: { CVEID: 'CVE-2024-0001' },
        package: { Name: 'openssl', Version: '3.0.1' },
        image: { Digest: 'sha256:a1', Registry: 'r' },
        ArtifactGroupUid: 'group-1',
        analysis: { State: 'exploitable', Response: ['update', 'rollback', 'will_not_fix'], Comments: '-not a flag' },
      });
    }));
  it('takes in_triage for the state, and a source', () =>
    withStore(fresh, async (user, store) => {
      await call(user, ...update, '-c', 'c0ffee', '--src-org', 'o', '--src-repo', 'r');
      const sent: unknown = JSON.parse(store.seen.at(-1)?.body ?? '');
      expect(sent).toMatchObject({ source: { Sha: 'c0ffee', Org: 'o', Repo: 'r' }, analysis: { State: 'in_triage' } });
      expect(sent).not.toHaveProperty('image');
    }));
  it('asks when the instance has an analysis, and goes on after yes (§8 row 4)', () =>
    withStore(known, async (user, store) => {
      const told = await call({ ...user, types: 'y\n' }, ...update, '-d', 'sha256:a1');
      expect(told).toMatchObject({ code: 0, out: 'Triage updated: triage-1\n' });
      expect(told.err).toContain('?');
      expect(posts(store)).toBe(1);
    }));
  for (const types of ['n\n', '\n', '', 'yesterday\n'])
    it(`writes nothing when the answer is ${JSON.stringify(types)}`, () =>
      withStore(known, async (user, store) => {
        expect(await call({ ...user, types }, ...update, '-d', 'sha256:a1')).toMatchObject({ code: 1, out: '' });
        expect(posts(store)).toBe(0);
      }));
  it('is an error without a terminal and without --yes', () =>
    withStore(known, async (user, store) => {
      const told = await call(user, ...update, '-d', 'sha256:a1');
      expect(told).toMatchObject({ code: 1, out: '' });
      expect(told.err).toContain('--yes');
      expect(posts(store)).toBe(0);
    }));
  it('does not ask with --yes, nor about another package', () =>
    withStore(known, async (user, store) => {
      expect(await call(user, ...update, '-d', 'sha256:a1', '-y')).toMatchObject({ code: 0, err: '' });
      expect(await call(user, ...update, '-d', 'sha256:a1', '-n', 'zlib')).toMatchObject({ code: 0, err: '' });
      expect(posts(store)).toBe(2);
    }));
  const refused: [words: string, error: RegExp][] = [
    ['-s fixed -d x', /resolved, resolved_with_pedigree, exploitable, in_triage, false_positive or not_affected/],
    ['-s not_affected -d x', /justification/],
    ['-s not_affected -j because -d x', /code_not_present/],
    ['-r ignore -d x', /can_not_fix, will_not_fix, update, rollback or workaround_available/],
    ['-d x -c y', /img-digest.*src-commit/],
    ['', /img-digest.*src-commit/],
  ];
  for (const [words, error] of refused)
    it(`refuses before any request: ${words} (§5)`, () =>
      withStore(fresh, async (user, store) => {
        const told = await call(user, ...update, ...words.split(' ').filter((word) => word !== ''));
        expect(told).toMatchObject({ code: 1, out: '' });
        expect(told.err).toMatch(error);
        expect(store.seen).toEqual([]);
      }));
});

describe('triage copy and rebase (§3.11)', () => {
  const rebaseList = 'GET /api/v1/triage/rebase?all=true&artifact_group_uid=group-1&digest=sha256%3Ab2';
  const rebase = 'triage rebase -d sha256:b2 -a group-1'.split(' ');
  it('copies to the targets that are given', () =>
    withStore({ 'POST /api/v1/triage/triage-1/copy': new Reply(201, { UID: 'triage-2' }) }, async (user, store) => {
      const told = await call(user, ...'triage copy -u triage-1 -d sha256:b2 -a group-2 -y'.split(' '));
      expect(told).toEqual({ code: 0, out: 'Triage created: triage-2\n', err: '' });
      expect(JSON.parse(store.seen.at(-1)?.body ?? '')).toEqual({
        image: { Digest: 'sha256:b2' },
        ArtifactGroupUid: 'group-2',
      });
    }));
  it('needs a target', () =>
    withStore({}, async (user, store) => {
      expect(await call(user, ...'triage copy -u triage-1 -y'.split(' '))).toMatchObject({ code: 1, out: '' });
      expect(store.seen).toEqual([]);
    }));
  it('shows what qualifies, asks, and copies each', () =>
    withStore(
      {
        [rebaseList]: page(analysis, { ...analysis, UID: 'triage-3' }),
        'POST /api/v1/triage/triage-1/copy': new Reply(201, { UID: 'triage-8' }),
        'POST /api/v1/triage/triage-3/copy': { UID: 'triage-9' },
      },
      async (user, store) => {
        const told = await call({ ...user, types: 'yes\n' }, ...rebase);
        expect(told.code).toBe(0);
        expect(told.out).toMatch(
          /^1\. UID: +triage-1\n[\s\S]*\n2\. UID: +triage-3\n[\s\S]*\nTriage created: triage-8\nTriage updated: triage-9\n$/,
        );
        expect(store.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
          rebaseList,
          'POST /api/v1/triage/triage-1/copy',
          'POST /api/v1/triage/triage-3/copy',
        ]);
        expect(JSON.parse(store.seen.at(-1)?.body ?? '')).toEqual({ image: { Digest: 'sha256:b2' } });
      },
    ));
  it('copies nothing when nothing qualifies, and does not ask', () =>
    withStore({ [rebaseList]: page() }, async (user, store) => {
      expect(await call(user, ...rebase)).toEqual({ code: 0, out: '\n', err: '' });
      expect(posts(store)).toBe(0);
    }));
  it('is an error without a terminal and without --yes', () =>
    withStore({ [rebaseList]: page(analysis) }, async (user, store) => {
      expect((await call(user, ...rebase)).code).toBe(1);
      expect(posts(store)).toBe(0);
    }));
  it('says what was copied before a copy failed', () =>
    withStore(
      {
        [rebaseList]: page(analysis, { ...analysis, UID: 'triage-3' }),
        'POST /api/v1/triage/triage-1/copy': new Reply(201, { UID: 'triage-8' }),
        'POST /api/v1/triage/triage-3/copy': new Reply(400, { message: 'no such package' }),
      },
      async (user) => {
        const told = await call(user, ...rebase, '-y');
        expect(told).toMatchObject({ code: 1 });
        expect(told.err).toContain('no such package');
        expect(told.out).toContain('Triage created: triage-8\n');
      },
    ));
});
