import { describe, expect, it } from 'vitest';
import { catalogueTexts } from '../../test/catalogue-texts.ts';
import type { TargetKind } from '../cataloguer.ts';
import { npm } from './cataloguer.ts';

const catalogue = (kind: TargetKind, texts: Readonly<Record<string, string>>) => catalogueTexts(npm, kind, texts);

const named = (name: string, version: string, more: object = {}): string => JSON.stringify({ name, version, ...more });
const lock = JSON.stringify({
  name: 'app',
  version: '1.0.0',
  lockfileVersion: 3,
  packages: {
    '': { name: 'app', version: '1.0.0', dependencies: { a: '^1.0.0' } },
    'node_modules/a': { version: '1.0.0', license: 'MIT' },
    'node_modules/t': { version: '2.0.0', dev: true },
  },
});

describe('packages of npm', () => {
  it('in an image are all that a package.json names, nested ones too, with what they need', () => {
    const { packages } = catalogue('image', {
      'app/package.json': named('app', '1.0.0', { dependencies: { a: '1', '@s/b': '1' } }),
      'app/node_modules/a/package.json': named('a', '1.0.0', { dependencies: { '@s/b': '^2.0.0' } }),
      'app/node_modules/a/node_modules/@s/b/package.json': named('@s/b', '2.0.0'),
      'app/node_modules/@s/b/package.json': named('@s/b', '1.0.0'),
      'app/node_modules/a/esm/package.json': '{"type":"module"}',
    });
    expect(packages.map(({ purl }) => purl)).toEqual([
      'pkg:npm/%40s/b@1.0.0',
      'pkg:npm/%40s/b@2.0.0',
      'pkg:npm/a@1.0.0',
      'pkg:npm/app@1.0.0',
    ]);
    const needs = Object.fromEntries(packages.map(({ name, version, dependsOn }) => [`${name}@${version}`, dependsOn]));
    expect(needs['app@1.0.0']).toEqual(['npm:pkg:npm/%40s/b@1.0.0', 'npm:pkg:npm/a@1.0.0']);
    expect(needs['a@1.0.0']).toEqual(['npm:pkg:npm/%40s/b@2.0.0']);
  });

  it('installed at the root of the file system find what they need there', () => {
    const { packages } = catalogue('image', {
      'node_modules/a/package.json': named('a', '1.0.0', { dependencies: { b: '1' } }),
      'node_modules/b/package.json': named('b', '1.0.0'),
    });
    expect(packages[0]?.dependsOn).toEqual(['npm:pkg:npm/b@1.0.0']);
  });

  it('in the store of pnpm find what they need when there is just one of that name', () => {
    const { packages } = catalogue('image', {
      'app/node_modules/.pnpm/a@1.0.0/node_modules/a/package.json': named('a', '1.0.0', {
        dependencies: { b: '1', c: '1' },
      }),
      'app/node_modules/.pnpm/b@1.0.0/node_modules/b/package.json': named('b', '1.0.0'),
      'app/node_modules/.pnpm/c@1.0.0/node_modules/c/package.json': named('c', '1.0.0'),
      'app/node_modules/.pnpm/c@2.0.0/node_modules/c/package.json': named('c', '2.0.0'),
    });
    expect(packages[0]?.dependsOn).toEqual(['npm:pkg:npm/b@1.0.0']);
  });

  it('that no registry would take are applications without a package URL', () => {
    const { packages } = catalogue('image', { 'app/package.json': named('My App', '1.0.0') });
    expect(packages).toMatchObject([{ name: 'My App', version: '1.0.0' }]);
    expect(packages[0]?.purl).toBeUndefined();
  });

  it('in a folder come from its lock files and from what is installed, as one package with two places', () => {
    const { packages } = catalogue('directory', {
      'package.json': named('app', '1.0.0'),
      'package-lock.json': lock,
      'node_modules/a/package.json': named('a', '1.0.0', { license: 'MIT' }),
      'node_modules/a/package-lock.json': lock.replaceAll('"app"', '"someone elses"'),
      'node_modules/a/test/fixture/package.json': named('fixture', '1.0.0'),
      'src/package.json': named('generated', '1.0.0'),
    });
    expect(packages.map(({ name }) => name)).toEqual(['a', 'app', 't']);
    expect(packages[0]?.locations.map(({ path }) => path)).toEqual([
      'node_modules/a/package.json',
      'package-lock.json',
    ]);
  });

  // docs.npmjs.com, package-lock.json, "Hidden Lockfiles": `node_modules/.package-lock.json` lists what is installed.
  it('are found in a folder that is itself a node_modules, and the hidden lock is read nowhere else', () => {
    const hidden = JSON.stringify({ lockfileVersion: 3, packages: { 'node_modules/a': { version: '1.0.0' } } });
    const purls = (texts: Readonly<Record<string, string>>) =>
      catalogue('directory', texts).packages.map(({ purl }) => purl);
    expect(purls({ '.package-lock.json': hidden, 'a/package.json': named('a', '1.0.0') })).toEqual(['pkg:npm/a@1.0.0']);
    expect(purls({ 'node_modules/.package-lock.json': hidden })).toEqual([]);
  });

  it('only needed to develop are kept and marked', () => {
    const { packages } = catalogue('directory', { 'package-lock.json': lock });
    const marks = packages.map(({ name, properties }) => [name, properties.some(({ name: n }) => n === 'assay:dev')]);
    expect(marks).toEqual([
      ['a', false],
      ['app', false],
      ['t', true],
    ]);
  });

  it('of an image never come from lock files', () => {
    expect(catalogue('image', { 'app/package-lock.json': lock }).packages).toEqual([]);
  });

  it('that cannot be read are told, and the others found', () => {
    const { packages, rejected } = catalogue('image', {
      'node_modules/bad/package.json': '{',
      'node_modules/good/package.json': named('good', '1.0.0'),
    });
    expect(packages.map(({ name }) => name)).toEqual(['good']);
    expect(rejected).toMatchObject([
      { at: 'node_modules/bad/package.json', why: expect.stringContaining('not valid JSON') },
    ]);
  });

  it('are catalogued a thousand in a tenth of a second', () => {
    const texts: Record<string, string> = {};
    for (let i = 0; i < 1000; i++) {
      texts[`app/node_modules/p${i}/package.json`] = named(`p${i}`, '1.0.0', {
        description: 'x'.repeat(200),
        dependencies: { [`p${(i + 1) % 1000}`]: '1', [`p${(i + 7) % 1000}`]: '1' },
        scripts: { test: 'x'.repeat(500) },
      });
    }
    catalogue('image', texts);
    const start = performance.now();
    expect(catalogue('image', texts).packages).toHaveLength(1000);
    // Four times the aim: other work shares the machine.
    expect(performance.now() - start).toBeLessThan(400);
  });
});
