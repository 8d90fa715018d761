import { parseDigest } from '@assay/contract';
import { describe, expect, it } from 'vitest';
import { checkCount } from './check-count.ts';
import { hashesOfIntegrity } from './integrity.ts';
import { joinPath } from './join-path.ts';
import type { Listed } from './listing.ts';
import { reachable } from './reachable.ts';
import { toPackages } from './to-packages.ts';

const listed = (key: string, more: Partial<Listed> = {}): Listed => ({
  key,
  name: key,
  version: '1',
  purl: `pkg:npm/${key}@1`,
  ...more,
});
const file = (path: string, ...packages: Listed[]) => ({ path, value: { packages, rejected: [] } });

describe('packages of several files', () => {
  it('that are the same are one, with all places, licences, hashes and needs', () => {
    const layer = parseDigest(`sha256:${'a'.repeat(64)}`);
    const { packages } = toPackages('npm', [
      { ...file('x', listed('a', { licenses: ['MIT'], dependsOn: ['b'] }), listed('b')), layer },
      file(
        'y',
        listed('a', { licenses: ['ISC', 'MIT'], hashes: { sha1: '00' }, dependsOn: ['c', 'nowhere'] }),
        listed('c'),
      ),
    ]);
    expect(packages.map(({ ref }) => ref)).toEqual(['npm:pkg:npm/a@1', 'npm:pkg:npm/b@1', 'npm:pkg:npm/c@1']);
    expect(packages[0]).toMatchObject({
      licenses: ['MIT', 'ISC'],
      hashes: { sha1: '00' },
      locations: [{ path: 'x', layer }, { path: 'y' }],
      dependsOn: ['npm:pkg:npm/b@1', 'npm:pkg:npm/c@1'],
      foundBy: 'npm',
    });
  });

  it('are for development only where every place that knows says so', () => {
    const dev = (...said: (boolean | undefined)[]) => {
      const files = said.map((value, i) => file(`${i}`, listed('a', value === undefined ? {} : { dev: value })));
      return toPackages('npm', files).packages[0]?.properties.some(({ name }) => name === 'assay:dev');
    };
    expect([dev(true), dev(true, undefined), dev(true, true)]).toEqual([true, true, true]);
    expect([dev(), dev(undefined), dev(true, false), dev(false, true)]).toEqual([undefined, false, false, false]);
  });

  it('find needs in their own file first; keys with a slash in front everywhere', () => {
    const { packages } = toPackages('npm', [
      file('x', listed('/x/a', { dependsOn: ['/y/b', 'c'] }), listed('c', { purl: 'pkg:npm/c@x' })),
      file('y', listed('/y/b'), listed('c', { purl: 'pkg:npm/c@y' })),
    ]);
    expect(packages[0]?.dependsOn).toEqual(['npm:pkg:npm//y/b@1', 'npm:pkg:npm/c@x']);
  });

  it('never need themselves; what was rejected keeps its place', () => {
    const { packages } = toPackages('npm', [file('x', listed('a', { dependsOn: ['a'] }))]);
    expect(packages[0]?.dependsOn).toEqual([]);
    const rejected = [
      { at: '', why: 'whole' },
      { at: 'line 2', why: 'part' },
    ];
    expect(toPackages('npm', [{ path: 'x', value: { packages: [], rejected } }]).rejected).toEqual([
      { at: 'x', why: 'whole' },
      { at: 'x#line 2', why: 'part' },
    ]);
  });
});

describe('what lists share', () => {
  it('an integrity has hashes in Base64', () => {
    // W3C Subresource Integrity, 3.5: the hash of the empty text is that of FIPS 180-4.
    expect(hashesOfIntegrity('sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk= md5-1B2M2Y8AsgTpgAmY7PhCfg==')).toEqual({
      sha1: 'da39a3ee5e6b4b0d3255bfef95601890afd80709',
      md5: 'd41d8cd98f00b204e9800998ecf8427e',
    });
    expect(hashesOfIntegrity('bogus')).toEqual({});
    expect(hashesOfIntegrity(undefined)).toEqual({});
  });

  it('a path beside a file stays inside the scan', () => {
    expect([joinPath('a/b/c', '../d'), joinPath('a', './b'), joinPath('a/b', '../../../../etc')]).toEqual([
      'a/d',
      'b',
      'etc',
    ]);
  });

  it('what can be reached is each thing once, circles too', () => {
    const edges = new Map([
      ['a', ['b']],
      ['b', ['a', 'c']],
      ['x', ['y']],
    ]);
    expect([...reachable(['a'], edges)].sort()).toEqual(['a', 'b', 'c']);
  });
});

describe('a file that lists more than anyone needs', () => {
  it('is refused before its packages are made', () => {
    expect(() => checkCount(30_000)).not.toThrow();
    expect(() => checkCount(30_001)).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
    const many = Array.from({ length: 30_001 }, (_, i) => listed(`p${i}`));
    expect(toPackages('npm', [file('x', ...many), file('y', listed('a'))])).toMatchObject({
      packages: [{ name: 'a' }],
      rejected: [{ at: 'x' }],
    });
  });
});
