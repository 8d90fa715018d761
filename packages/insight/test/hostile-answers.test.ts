import { describe, expect, it } from 'vitest';
import { call, withStore } from './call.ts';
import { image, openssl } from './documents.ts';
import { Reply } from './fake-store.ts';

const getImage = ['image', 'get', '-d', 'sha256:a1'];
const imagePath = 'GET /api/v1/images/sha256%3Aa1';

describe('an answer that is none (hostile until parsed)', () => {
  const html = new Reply(200, '<!DOCTYPE html><html>Sign in</html>', { 'content-type': 'text/html' });
  const cases: [what: string, words: string, path: string, reply: unknown][] = [
    ['a web page', getImage.join(' '), imagePath, html],
    ['an empty body', getImage.join(' '), imagePath, new Reply(200, '')],
    ['a list for an image', getImage.join(' '), imagePath, []],
    ['a text for an image', getImage.join(' '), imagePath, new Reply(200, '"ok"')],
    ['an object of something else for an image', getImage.join(' '), imagePath, { status: 'ok' }],
    ['an object for a list', 'package images -n a', 'GET /api/packages/a/images', { status: 'ok' }],
    ['a number for a list', 'package images -n a', 'GET /api/packages/a/images', 5],
    ['a number in a list', 'package images -n a', 'GET /api/packages/a/images', [5]],
    ['a web page for an SBOM', `${getImage.join(' ')} --output-format cyclonedx-xml`, imagePath, html],
    ['a web page for a JSON SBOM', `${getImage.join(' ')} --output-format spdx-json`, imagePath, html],
    ['an image for an SBOM', `${getImage.join(' ')} --output-format cyclonedx-json`, imagePath, image],
    ['an object of something else for a report', 'report get --uid a', 'GET /api/v1/reports/a', { status: 'ok' }],
    ['a web page of the health check', 'health', 'GET /api/health', html],
  ];
  for (const [what, words, path, reply] of cases)
    it(`is said: ${what}`, () =>
      withStore({ [path]: reply }, async (user) => {
        const told = await call(user, ...words.split(' '));
        expect(told).toMatchObject({ code: 1, out: '' });
        expect(told.err).toMatch(/^Error: [^\n]+\n$/);
        expect(told.err).not.toContain('internal error');
      }));
  it('does not steer the terminal by names or by messages', () =>
    withStore(
      {
        [imagePath]: { ...image, Name: 'a\u001b[2Jb\u202e', Packages: [{ ...openssl, Name: 'x\ny' }] },
        'GET /api/v1/images/a': new Reply(400, { message: 'bad \u001b]0;title\u0007\nError: second' }),
        'GET /api/v1/images/b': new Reply(403, 'no \u001b[31mway'),
      },
      async (user) => {
        const texts = [
          (await call(user, ...getImage)).out,
          (await call(user, 'image', 'get', '-d', 'a')).err,
          (await call(user, 'image', 'get', '-d', 'b')).err,
        ];
        for (const text of texts) expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
        expect(texts[0]).not.toContain('x\ny');
      },
    ));
  it('is matched without regard to case of its keys', () =>
    withStore(
      {
        [imagePath]: {
          registry: 'r',
          NAME: 'n',
          digest: 'd',
          packages: [{ name: 'p', version: '1', vulnerabilities: [] }],
        },
      },
      async (user) => {
        const told = await call(user, ...getImage);
        expect(told.out).toBe('Registry:\tr\nImage Name:\tn\nDigest:    \td\nPackages:\n\t1. p@1\n');
      },
    ));
});

describe('a path', () => {
  const cases: [words: string[], url: string][] = [
    [['package', 'images', '-n', 'a/b?c#d e'], '/api/packages/a%2Fb%3Fc%23d%20e/images'],
    [['report', 'get', '--uid', 'a.b~c'], '/api/v1/reports/a.b~c'],
  ];
  for (const [words, url] of cases)
    it(`escapes what the user gives: ${words.join(' ')}`, () =>
      withStore({}, async (user, store) => {
        await call(user, ...words);
        expect(store.seen[0]?.url).toBe(url);
      }));
  for (const words of [
    ['report', 'get', '--uid', '..'],
    ['report', 'get', '--uid', '.'],
    ['package', 'images', '-n', '..'],
    ['vulnerabilities', 'images', '-c', '..'],
    ['triage', 'copy', '-u', '..', '-d', 'x', '-y'],
  ])
    it(`is never left: ${words.join(' ')}`, () =>
      withStore({}, async (user, store) => {
        expect(await call(user, ...words)).toMatchObject({ code: 1, out: '' });
        expect(store.seen).toEqual([]);
      }));
});
