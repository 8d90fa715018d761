import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareVersions, isVersion, isVersionOrder, prepareVersion, type VersionOrder } from './compare.ts';
import { findOrder } from './ecosystem.ts';

const orders: readonly VersionOrder[] = [
  'deb',
  'rpm',
  'apk',
  'pep440',
  'semver',
  'maven',
  'go',
  'gem',
  'nuget',
  'composer',
  'hex',
  'pub',
  'cran',
  'hackage',
  'opam',
  'generic',
];

/** Texts made of what versions are made of, right and wrong. */
const anyVersion = fc
  .array(
    fc.constantFrom(
      ...['0', '1', '2', '10', '01', '.', '.', '-', '_', '~', '^', '+', ':', 'a', 'b', 'rc', 'r', 'alpha', 'beta', 'p'],
      ...['dev', 'pre', 'post', 'sp', 'final', 'SNAPSHOT', 'x', 'v', '*', '!', '@', ' ', 'é', '_p', '-r1', '.el8'],
    ),
    { maxLength: 9 },
  )
  .map((parts) => parts.join(''));

/** Maven's own order is no order when a word stands between dots (see maven.ts): those shapes are left out of its laws. */
const mavenVersion = fc
  .tuple(
    fc.array(fc.constantFrom('0', '1', '2', '10'), { minLength: 1, maxLength: 4 }),
    fc.constantFrom('', '-alpha', '-beta-1', '-rc1', '-SNAPSHOT', '-sp', '-foo', '.Final', '-jre', '-1', '-20200101'),
  )
  .map(([numbers, tail]) => numbers.join('.') + tail);

describe('every order', () => {
  for (const order of orders) {
    it(`${order} is a total order and never throws`, () => {
      const version = order === 'maven' ? mavenVersion : anyVersion;
      fc.assert(
        fc.property(version, version, version, (a, b, c) => {
          const ab = compareVersions(order, a, b);
          expect(Number.isNaN(ab)).toBe(false);
          expect(Math.sign(compareVersions(order, b, a))).toBe(0 - Math.sign(ab));
          expect(compareVersions(order, a, a)).toBe(0);
          const sorted = [a, b, c].sort((x, y) => compareVersions(order, x, y));
          expect(compareVersions(order, sorted[0] ?? '', sorted[2] ?? '')).toBeLessThanOrEqual(0);
        }),
        { numRuns: 1500 },
      );
    });

    it(`${order} bears any text, lone surrogates and NUL included`, () => {
      fc.assert(
        fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
          expect(Math.sign(compareVersions(order, a, b))).toBe(0 - Math.sign(compareVersions(order, b, a)));
        }),
        { numRuns: 300 },
      );
    });

    it(`${order} takes linear time on long hostile texts`, () => {
      const pieces = [
        '1',
        '1.',
        '1-',
        'a1',
        '0.',
        '-',
        '.',
        '~',
        '_p1',
        '-alpha',
        'a',
        '1a-',
        '.-',
        '+',
        '0',
        '1:',
        '1-0',
      ];
      for (const piece of pieces) {
        const text = `1${piece.repeat(Math.ceil(10_000 / piece.length))}`;
        const started = performance.now();
        isVersion(order, text);
        compareVersions(order, text, `${text}!`);
        compareVersions(order, `${text}1`, `${text}2`);
        // Quadratic work would take a second and more; the bound leaves room for a busy machine.
        expect(performance.now() - started).toBeLessThan(250);
      }
    });
  }

  it('puts what it cannot read before everything it can', () => {
    expect(compareVersions('semver', 'main', '0.0.0-0')).toBeLessThan(0);
    expect(compareVersions('semver', 'main', 'main')).toBe(0);
    expect(prepareVersion('semver', 'main').readable).toBe(false);
    expect(prepareVersion('semver', ' 1.2.3\n').readable).toBe(true);
  });

  it('is known by its name', () => {
    expect(orders.every(isVersionOrder)).toBe(true);
    expect(isVersionOrder('constructor')).toBe(false);
  });
});

describe('the order of an OSV ecosystem', () => {
  it.each([
    ['Debian:12', 'deb'],
    ['Ubuntu:22.04:LTS', 'deb'],
    ['Ubuntu:Pro:18.04:LTS', 'deb'],
    ['Alpine:v3.4', 'apk'],
    ['Alpine', 'apk'],
    ['Wolfi', 'apk'],
    ['Chainguard', 'apk'],
    ['MinimOS', 'apk'],
    ['Alpaquita:stream', 'apk'],
    ['BellSoft Hardened Containers:23', 'apk'],
    ['Rocky Linux:9', 'rpm'],
    ['AlmaLinux:8', 'rpm'],
    ['Red Hat:enterprise_linux:9::baseos', 'rpm'],
    ['SUSE:Linux Enterprise Server 15 SP5', 'rpm'],
    ['openSUSE:Leap 15.5', 'rpm'],
    ['Azure Linux:3', 'rpm'],
    ['Photon OS:5.0', 'rpm'],
    ['Mageia:9', 'rpm'],
    ['openEuler:22.03-LTS', 'rpm'],
    ['PyPI', 'pep440'],
    ['npm', 'semver'],
    ['crates.io', 'semver'],
    ['Maven', 'maven'],
    ['Maven:https://repo.example.org/maven2', 'maven'],
    ['Go', 'go'],
    ['RubyGems', 'gem'],
    ['Packagist', 'composer'],
    ['Packagist:https://packages.example.org/8', 'composer'],
    ['NuGet', 'nuget'],
    ['Hex', 'hex'],
    ['Pub', 'pub'],
    ['CRAN', 'cran'],
    ['Bioconductor', 'cran'],
    ['SwiftURL', 'semver'],
    ['GitHub Actions', 'semver'],
    ['Bitnami', 'semver'],
    ['ConanCenter', 'semver'],
    ['Hackage', 'hackage'],
    ['GHC', 'hackage'],
    ['Julia', 'semver'],
    ['opam', 'opam'],
  ])('%s is ordered as %s', (ecosystem, order) => expect(findOrder(ecosystem)).toBe(order));

  it('is unknown for an ecosystem nobody has told us of', () => {
    expect(findOrder('Atari:800')).toBeUndefined();
    expect(findOrder('')).toBeUndefined();
    expect(findOrder('__proto__')).toBeUndefined();
  });
});
