import { describe, expect, it } from 'vitest';
import { parsePackageLock } from './package-lock.ts';

const parse = (value: unknown) =>
  parsePackageLock(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));
const names = (value: unknown): string[] => parse(value).packages.map(({ name, version }) => `${name}@${version}`);

// docs.npmjs.com/cli, "package-lock.json": lockfileVersion, packages, dependencies.
describe('a package-lock.json of version 2 or 3', () => {
  const whole = {
    name: 'app',
    version: '1.0.0',
    lockfileVersion: 3,
    packages: {
      '': {
        name: 'app',
        version: '1.0.0',
        license: 'ISC',
        dependencies: { a: '^1.0.0' },
        devDependencies: { t: '^1.0.0' },
        workspaces: ['packages/*'],
      },
      'node_modules/a': {
        version: '1.2.3',
        resolved: 'https://registry.example/a/-/a-1.2.3.tgz',
        integrity: 'sha1-qEeQIusaw2iocTibY1JixQXuNo8=',
        license: 'MIT',
        dependencies: { b: '^2.0.0' },
      },
      'node_modules/a/node_modules/b': { version: '2.0.0', optional: true },
      'node_modules/b': { version: '1.0.0' },
      'node_modules/t': { version: '1.0.0', dev: true, dependencies: { b: '^1.0.0' } },
      'node_modules/alias': { name: 'real', version: '3.0.0' },
      'node_modules/w': { resolved: 'packages/w', link: true },
      'packages/w': { name: '@app/w', version: '0.1.0', dependencies: { a: '*' } },
    },
  };

  it('lists every folder once, links not at all, aliases by their real name', () => {
    expect(names(whole).sort()).toEqual([
      '@app/w@0.1.0',
      'a@1.2.3',
      'app@1.0.0',
      'b@1.0.0',
      'b@2.0.0',
      'real@3.0.0',
      't@1.0.0',
    ]);
  });

  it('knows hash, licence, and which of two versions is needed', () => {
    const { packages } = parse(whole);
    const of = (key: string) => packages.find((listed) => listed.key === key);
    expect(of('node_modules/a')).toMatchObject({
      purl: 'pkg:npm/a@1.2.3',
      licenses: ['MIT'],
      hashes: { sha1: 'a8479022eb1ac368a871389b635262c505ee368f' },
      dependsOn: ['node_modules/a/node_modules/b'],
    });
    expect(of('node_modules/t')).toMatchObject({ dev: true, dependsOn: ['node_modules/b'] });
    expect(of('node_modules/a/node_modules/b')?.optional).toBe(true);
    expect(of('packages/w')).toMatchObject({ kind: 'application', dependsOn: ['node_modules/a'] });
    expect(of('')?.dependsOn).toEqual(['node_modules/a', 'node_modules/t']);
  });

  it('with `dependencies` for older npm too lists nothing twice', () => {
    expect(names({ ...whole, lockfileVersion: 2, dependencies: { a: { version: '1.2.3' } } })).toHaveLength(7);
  });

  it('keeps a package from a repository or a folder without a version', () => {
    const { packages } = parse({ packages: { 'node_modules/g': { version: 'git+ssh://git@host/g.git#abc' } } });
    expect(packages[0]).toMatchObject({ name: 'g', version: '', purl: 'pkg:npm/g' });
  });

  it('tells entries that are none', () => {
    expect(parse({ packages: { 'node_modules/a': 7, 'node_modules/b': { version: '1.0.0' } } })).toMatchObject({
      packages: [{ name: 'b' }],
      rejected: [{ at: '/packages/node_modules/a' }],
    });
  });
});

describe('a package-lock.json of version 1', () => {
  const old = {
    name: 'app',
    version: '1.0.0',
    lockfileVersion: 1,
    dependencies: {
      a: { version: '1.0.0', requires: { b: '^2.0.0' }, dependencies: { b: { version: '2.0.0' } } },
      b: { version: '1.0.0', dev: true },
      alias: { version: 'npm:@s/real@1.0.1' },
    },
  };

  it('is a tree, of which each node is a folder', () => {
    expect(names(old).sort()).toEqual(['@s/real@1.0.1', 'a@1.0.0', 'app@1.0.0', 'b@1.0.0', 'b@2.0.0']);
    const a = parse(old).packages.find(({ name }) => name === 'a');
    expect(a?.dependsOn).toEqual(['node_modules/a/node_modules/b']);
  });

  it('nested deeper than a path can be long is read as far as it can be, the rest told', () => {
    let node: object = { version: '1.0.0' };
    for (let i = 0; i < 400; i++) node = { version: '1.0.0', dependencies: { a: node } };
    const text = `{"lockfileVersion":1,"dependencies":{"a":${JSON.stringify(node)}}}`;
    const { packages, rejected } = parse(text);
    expect(packages.length).toBeGreaterThan(100);
    expect(rejected).toHaveLength(1);
  });
});

describe('a file that is no lock', () => {
  it.each(['', '[]', '{}', '{"packages":'])('is refused: %j', (text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'FILE_UNREADABLE' }));
  });

  it('but of brackets only is refused before it is parsed', () => {
    expect(() => parse('['.repeat(1_000_000))).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
    expect(() => parse(`{"packages":[${'[],'.repeat(2_000_000)}[]]}`)).toThrow(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED' }),
    );
  });

  it('and keys like those of the prototype are plain names', () => {
    expect(
      names(
        '{"packages":{"node_modules/__proto__":{"version":"1.0.0"},"node_modules/constructor":{"version":"2.0.0"}}}',
      ),
    ).toEqual(['__proto__@1.0.0', 'constructor@2.0.0']);
  });
});

describe('a hostile lock', () => {
  it('of deep folders with many needs is read in time', () => {
    const deep = 'node_modules/a/'.repeat(60).slice(0, -1);
    const needs = Object.fromEntries(Array.from({ length: 200_000 }, (_, i) => [`n${i}`, '1']));
    const start = performance.now();
    const { packages } = parse({ packages: { [deep]: { version: '1.0.0', dependencies: needs } } });
    expect(packages).toHaveLength(1);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
