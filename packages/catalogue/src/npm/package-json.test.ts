import { describe, expect, it } from 'vitest';
import { parsePackageJson } from './package-json.ts';

const parse = (value: unknown) =>
  parsePackageJson(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));

describe('a package.json', () => {
  it('says name, version, licence, author and what is needed at run time', () => {
    const found = parse({
      name: '@babel/core',
      version: '7.1.0',
      description: 'Babel compiler core.',
      license: 'MIT',
      author: 'Sebastian McKenzie <sebmck@example.org> (https://example.org)',
      dependencies: { debug: '^4.0.0' },
      optionalDependencies: { fsevents: '^2.0.0' },
      devDependencies: { jest: '^29.0.0' },
    });
    expect(found).toEqual({
      name: '@babel/core',
      version: '7.1.0',
      description: 'Babel compiler core.',
      licenses: ['MIT'],
      supplier: 'Sebastian McKenzie',
      needs: ['debug', 'fsevents'],
      isPrivate: false,
      hashes: {},
    });
  });

  // docs.npmjs.com, "package.json", license: the old shapes that are still published.
  it.each([
    [{ license: { type: 'ISC', url: 'https://opensource.org/licenses/ISC' } }, ['ISC']],
    [
      {
        licenses: [
          { type: 'MIT', url: 'x' },
          { type: 'Apache-2.0', url: 'y' },
        ],
      },
      ['MIT', 'Apache-2.0'],
    ],
    [{ license: '(ISC OR GPL-3.0)' }, ['(ISC OR GPL-3.0)']],
    [{ license: ['MIT', 'BSD'] }, ['MIT', 'BSD']],
    [{ license: 7 }, []],
    [{}, []],
  ])('takes every shape of licence: %j', (shape, licenses) => {
    expect(parse({ name: 'a', version: '1.0.0', ...shape })?.licenses).toEqual(licenses);
  });

  it('that only sets the type of modules names no package', () => {
    expect(parse({ type: 'module' })).toBeUndefined();
    expect(parse({ name: 'application' })).toBeUndefined();
    expect(parse({ name: '', version: '1.0.0' })).toBeUndefined();
    expect(parse({ name: 'a', version: '' })).toBeUndefined();
  });

  it('with a byte order mark is read', () => {
    expect(parse('\ufeff{"name":"a","version":"1.0.0"}')?.name).toBe('a');
  });

  it('written by npm 6 keeps the hash of its archive', () => {
    // SRI of the empty text: sha512 z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==
    const integrity = 'sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==';
    expect(parse({ name: 'a', version: '1.0.0', _integrity: integrity })?.hashes.sha512).toMatch(/^cf83e1357eefb8bd/);
  });

  it.each(['', '{', '[]', '"text"', 'null', '{"name":{},"version":"1"}'])(
    'that is no package is refused: %j',
    (text) => {
      expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'FILE_UNREADABLE' }));
    },
  );

  it('does not reach the prototype', () => {
    const found = parse('{"__proto__":{"name":"x","version":"1"},"name":"a","version":"1.0.0"}');
    expect(found?.name).toBe('a');
    expect(parse('{"__proto__":{"name":"x","version":"1"}}')).toBeUndefined();
  });
});
