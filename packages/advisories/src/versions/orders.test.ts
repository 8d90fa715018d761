import { describe, expect, it } from 'vitest';
import { compareVersions, isVersion, type VersionOrder } from './compare.ts';

/** Chains of versions from the oldest to the newest; `=` joins equal ones. Facts of each ecosystem's own documents, typed here. */
const chains: readonly (readonly [order: VersionOrder, source: string, chain: string])[] = [
  // Debian Policy 5.6.12.1: "~~, ~~a, ~, the empty part, a".
  ['deb', 'Policy 5.6.12.1, tilde', '1~~ < 1~~a < 1~ < 1 < 1a'],
  ['deb', 'Policy 5.6.12, epochs and revisions', '9.9-9 < 1:0.1 < 1:0.1-1 < 2:0'],
  ['deb', 'Policy 5.6.12.1, letters before the rest', '1.0a < 1.0b < 1.0+ < 1.0.1'],
  ['deb', 'Policy 5.6.12, a missing epoch or revision is zero', '0:1.0-0 = 1.0 = 1.0-0 < 1.0-1'],
  ['deb', 'deb-version(7), numbers', '1.2 < 1.10 = 1.010 < 1.11'],
  [
    'deb',
    'security updates and backports',
    '3.0.9-1~bpo12+1 < 3.0.9-1 < 3.0.9-1ubuntu1 < 3.0.9-1+b1 < 3.0.9-1+deb12u1 < 3.0.9-1+deb12u2',
  ],
  // rpm, tests/rpmvercmp.at
  ['rpm', 'rpmvercmp.at, basics', '1.0 < 2.0 < 2.0.1 < 2.0.1a < 5.5p1 < 5.5p2 < 5.5p10'],
  ['rpm', 'rpmvercmp.at, letters before numbers', 'xyz.4 < 2 < 8'],
  ['rpm', 'rpmvercmp.at, separators do not count', '2_0 = 2.0 = 2+0'],
  ['rpm', 'rpmvercmp.at, leading zeros', '10.0001 = 10.1 < 10.39'],
  ['rpm', 'rpmvercmp.at, tilde', '1.0~rc1 < 1.0~rc1.1 < 1.0~rc2 < 1.0'],
  ['rpm', 'rpmvercmp.at, tilde twice', '1.0~rc1~git123 < 1.0~rc1 < 1.0'],
  ['rpm', 'rpmvercmp.at, caret', '1.0 < 1.0^ < 1.0^git1 < 1.0.1'],
  ['rpm', 'rpmvercmp.at, caret and tilde', '1.0^git1~pre < 1.0^git1 < 1.0^git2 < 1.01'],
  ['rpm', 'rpm-version(7), epochs', '9-1 < 1:1-1 = 1:1-1 < 2:0'],
  ['rpm', 'a missing epoch is 0', '0:1.2-3 = 1.2-3'],
  ['rpm', 'our rule: no release is older than any', '1.2 < 1.2-1.el8 < 1.2-1.el8_4 < 1.2-2.el8'],
  // apk-tools, test/version.data
  [
    'apk',
    'version.data, suffixes',
    '1.0_alpha < 1.0_beta < 1.0_pre < 1.0_rc < 1.0 < 1.0_cvs < 1.0_svn < 1.0_git < 1.0_hg < 1.0_p < 1.0.1',
  ],
  ['apk', 'version.data, numbers behind suffixes', '0.1.0_alpha < 0.1.0_alpha2 < 1.3_alpha3 < 1.3_alpha8'],
  ['apk', 'version.data, two suffixes', '0.1.0_alpha_pre2 < 0.1.0_alpha'],
  ['apk', 'version.data, revisions', '1.3-r0 < 1.3-r1 < 1.3-r10 < 1.3.1-r0'],
  ['apk', 'version.data, letters', '0.9.8c-r1 < 0.9.8d < 1.6d < 1.7 < 1.7b < 2.12r-r4 < 2.12r-r5'],
  ['apk', 'version.data, leading zeros make a fraction', '1.06-r6 < 1.1 < 006 < 013 < 014-r1 < 104'],
  ['apk', 'version.data, patch levels and dates', '1.0_p9-r0 < 1.0_p10-r0 < 1.6.8_p12-r1 < 3.0.20060720 < 20060720'],
  ['apk', 'version.data, long numbers', '1.0.0_pre20191002222144-r0 < 1.0.0_pre20210530193627-r0'],
  // PEP 440
  [
    'pep440',
    'PEP 440, summary of permitted suffixes',
    '1.dev0 < 1.0.dev456 < 1.0a1 < 1.0a2.dev456 < 1.0a12.dev456 < 1.0a12 < 1.0b1.dev456 < 1.0b2 < 1.0b2.post345.dev456 < 1.0b2.post345 < 1.0rc1.dev456 < 1.0rc1 < 1.0 < 1.0+abc.5 < 1.0+abc.7 < 1.0+5 < 1.0.post456.dev34 < 1.0.post456 < 1.0.15 < 1.1.dev1',
  ],
  ['pep440', 'PEP 440, epochs', '2013.10 < 2014.04 < 1!1.0 < 1!1.1'],
  [
    'pep440',
    'PEP 440, normalisation',
    '1.1RC1 = 1.1rc1 = v1.1c1 = 1.1-preview_1 < 1.1 = 1.1.0 < 1.1-1 = 1.1.post1 = 1.1.rev1 = 1.1r1',
  ],
  ['pep440', 'PEP 440, implicit numbers', '1.2a = 1.2a0 < 1.2.post = 1.2.post0 < 1.3.dev = 1.3.dev0'],
  ['pep440', 'pkg_resources before PEP 440', '2004d < 2004e < 2005g < 0.1 < 2004b < 2004'],
  ['pep440', 'pkg_resources before PEP 440, words', '1.0-foo1x < 1.0-x1x < 1.1-foo1x'],
  // semver.org item 11
  [
    'semver',
    'semver.org 11.4',
    '1.0.0-alpha < 1.0.0-alpha.1 < 1.0.0-alpha.beta < 1.0.0-beta < 1.0.0-beta.2 < 1.0.0-beta.11 < 1.0.0-rc.1 < 1.0.0',
  ],
  ['semver', 'semver.org 11.2', '1.0.0 < 2.0.0 < 2.1.0 < 2.1.1'],
  ['semver', 'semver.org 10, build metadata', '1.0.0+20130313144700 = 1.0.0+exp.sha.5114f85 = 1.0.0'],
  ['semver', 'OSV schema, the least version', '0.0.0-0 < 0.0.0-1 < 0.0.0-a < 0.0.0'],
  ['semver', 'node-semver, loose', 'v1.2.3beta = 1.2.3-beta < 1.2.3 = =1.2.3 = 01.02.03'],
  ['semver', 'tags with fewer or more parts', 'v1 = 1.0 = 1.0.0 < v1.0.0.1 < v2'],
  ['hex', 'Elixir Version', '1.0.0-dev < 1.0.0-rc.1 < 1.0.0 = 1.0.0+build'],
  ['pub', 'pub_semver README', '1.2.3-dev < 1.2.3 < 1.2.3+1 < 1.2.3+2 < 1.2.3+10'],
  // maven.apache.org/pom.html#version-order-specification
  [
    'maven',
    'POM reference, examples',
    '1-alpha < 1-beta < 1-milestone < 1-rc = 1-cr < 1-snapshot < 1 = 1-ga = 1-final = 1-release < 1-sp < 1-foo < 1-1 < 1.1',
  ],
  ['maven', 'POM reference, trailing nothings', '1 = 1.0 = 1.0.0 = 1-ga = 1.final = 1-0 = 1.0-0'],
  ['maven', 'POM reference, numbers', '1-foo1 < 1-foo2 < 1-foo10 < 1-1'],
  ['maven', 'POM reference, separators', '1.foo = 1-foo < 1-1 < 1.1'],
  [
    'maven',
    'POM reference, single letters before a digit',
    '1-a1 = 1-alpha-1 < 1-b1 = 1-beta-1 < 1-m1 = 1-milestone-1 < 1',
  ],
  ['maven', 'real ones', '2.0-beta9 < 2.0-rc1 < 2.0 < 2.3.1 < 2.12.2 < 2.15.0-SNAPSHOT < 2.15.0'],
  ['maven', 'real ones, words', '31.1-android < 31.1-jre < 32.0.0-android < 32.0.0-jre'],
  ['maven', 'real ones, RELEASE', '5.3.17.RELEASE < 5.3.18 = 5.3.18.RELEASE < 5.3.19'],
  // Go Modules Reference, "Versions" and "Pseudo-versions"
  ['go', 'Go Modules Reference, pre-releases', 'v1.2.3-pre < v1.2.3 = v1.2.3+incompatible < v1.10.0 < v2.0.0'],
  [
    'go',
    'Go Modules Reference, pseudo-versions',
    'v0.0.0-20190101000000-abcdefabcdef < v0.0.0-20191109021931-daa7c04131f5 < v1.2.3-pre.0.20191109021931-daa7c04131f5 < v1.2.3 < v1.2.4-0.20191109021931-daa7c04131f5 < v1.2.4',
  ],
  [
    'go',
    'go.dev/doc/toolchain',
    'go1.21rc1 = 1.21.0-rc.1 < go1.21rc2 < go1.21.0 = 1.21 < go1.21.1 = go1.21.1-1.el9 < go1.22beta1 < go1.22rc1',
  ],
  // Gem::Version
  ['gem', 'Gem::Version, documentation', '1.0.a.2 < 1.0.b1 < 1.0 = 1.0.0 = 1 < 1.0.1.a < 1.0.1'],
  ['gem', 'test_gem_version.rb', '0.beta.1 < 0 < 0.0.1'],
  ['gem', 'test_gem_version.rb, hyphen', '1.9.3-1 < 1.9.3'],
  [
    'gem',
    'Gem::Platform behind the version',
    '1.15.3-java < 1.15.4-x86_64-linux = 1.15.4 = 1.15.4-arm64-darwin < 1.15.5',
  ],
  // NuGet
  [
    'nuget',
    'package versioning, pre-releases',
    '1.0.1-alpha < 1.0.1-alpha.2 < 1.0.1-alpha.10 < 1.0.1-beta < 1.0.1-open < 1.0.1-rc < 1.0.1-zzz < 1.0.1',
  ],
  ['nuget', 'package versioning, normalisation', '1.00 = 1.0 = 1 = 1.0.0.0 < 1.01.1 = 1.1.1 < 1.1.1.2'],
  ['nuget', 'package versioning, case and metadata', '1.0.0-RC1 = 1.0.0-rc1 < 1.0.0+73 = 1.0.0'],
  // Composer and version_compare
  [
    'composer',
    'Composer, stability',
    '1.0.0-dev < 1.0.0-alpha = 1.0.0a < 1.0.0-alpha1 < 1.0.0-beta2 < 1.0.0-RC1 < 1.0.0 = 1.0 = v1.0.0.0 < 1.0.0-p1 = 1.0.0-patch1 = 1.0.0-pl1',
  ],
  ['composer', 'Composer, branches', '1.2.99 < 1.2.x-dev < 1.3.0 < 1.x-dev < 2.0.0'],
  [
    'composer',
    'Composer, dates, build metadata and stability flags',
    '2010.01.02 = 2010.1.2+build < 2010-02-01 < 20100102 < 20100103@stable',
  ],
  // Others
  ['cran', 'R, numeric_version', '0.9-9 < 1.0 < 1.0-0 = 1.0.0 < 1.0-1 < 1.0-10 < 1.1'],
  ['hackage', 'PVP, version numbers', '1.2 < 1.2.0 < 1.2.3 < 1.10'],
  ['opam', 'opam manual, version ordering', '0.1~beta < 0.1 < 0.1.0'],
  ['generic', 'our own rule', '1.0alpha < 1.0beta < 1.0 < 1.0.1 < 1.2 < 1.10 < 2021.1'],
];

describe('versions in their ecosystem’s order', () => {
  for (const [order, source, chain] of chains) {
    it(`${order}: ${source}`, () => {
      const classes = chain.split(' < ').map((text) => text.split(' = '));
      for (const [i, left] of classes.entries()) {
        for (const [j, right] of classes.entries()) {
          for (const a of left) {
            for (const b of right) {
              expect(`${a} ${sign(compareVersions(order, a, b))} ${b}`).toBe(`${a} ${sign(i - j)} ${b}`);
            }
          }
        }
      }
    });
  }

  it('reads what each ecosystem has, and nothing that is no version', () => {
    const unreadable: readonly (readonly [VersionOrder, string])[] = [
      ['deb', ''],
      ['deb', 'unknown'],
      ['deb', '1.0 beta'],
      ['deb', 'a:1.0'],
      ['rpm', '()'],
      ['apk', '1.0-1'],
      ['apk', '1.0_gamma'],
      ['apk', 'v1.0'],
      ['pep440', 'latest'],
      ['semver', 'latest'],
      ['semver', '1.2.3-ä'],
      ['maven', '{project.version} x'],
      ['go', '(devel)'],
      ['gem', '1..2'],
      ['gem', 'x1'],
      ['nuget', '1.*'],
      ['nuget', '1.2.3.4.5'],
      ['nuget', '[1.0,2.0)'],
      ['composer', 'dev-main'],
      ['cran', '1.0a'],
      ['hackage', '1.0-1'],
      ['generic', '???'],
    ];
    expect(unreadable.filter(([order, text]) => isVersion(order, text))).toEqual([]);
    for (const [order, , chain] of chains) {
      expect(chain.split(/ [<=] /).filter((text) => !isVersion(order, text))).toEqual([]);
    }
  });
});

function sign(difference: number): string {
  return difference < 0 ? '<' : difference > 0 ? '>' : '=';
}
