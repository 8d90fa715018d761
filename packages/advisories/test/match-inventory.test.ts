import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Distro, Inventory, Package } from '@assay/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildData, type Matched, matchInventory, openData } from '../src/index.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'assay-match-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface RecordWords {
  readonly id: string;
  readonly ecosystem: string;
  readonly name: string;
  readonly events?: readonly object[];
  readonly versions?: readonly string[];
  readonly more?: object;
}

function toOsv({ id, ecosystem, name, events, versions, more }: RecordWords): object {
  const ranges = events === undefined ? [] : [{ type: 'ECOSYSTEM', events }];
  const affected = [{ package: { ecosystem, name }, ranges, versions: versions ?? [] }];
  return { id, modified: '2024-01-01T00:00:00Z', affected, ...more };
}

const below = (fixed: string): readonly object[] => [{ introduced: '0' }, { fixed }];

function pkg(purl: string, more: Partial<Package> = {}): Package {
  const version = decodeURIComponent(/@([^?#]*)/.exec(purl.replace('pkg:npm/@', 'pkg:npm/'))?.[1] ?? '');
  return {
    ref: purl,
    kind: 'library',
    name: purl.replace(/^pkg:[^/]+\/|@.*$/g, ''),
    version,
    purl,
    licenses: [],
    cpes: [],
    hashes: {},
    locations: [],
    dependsOn: [],
    properties: [],
    ...more,
  };
}

const debian12: Distro = { id: 'debian', version: '12', like: [] };

async function match(records: readonly RecordWords[], packages: readonly Package[], distro?: Distro): Promise<Matched> {
  const source = join(folder, 'in.jsonl');
  writeFileSync(source, records.map((record) => JSON.stringify(toOsv(record))).join('\n'));
  await buildData([source], join(folder, 'data.db'), { now: new Date('2024-06-01T00:00:00Z') });
  const data = openData(join(folder, 'data.db'));
  try {
    const inventory: Inventory = {
      subject: { kind: 'image', name: 'x' },
      packages,
      rejected: [],
      tools: [],
      ...(distro && { distro }),
    };
    return matchInventory(inventory, data);
  } finally {
    data.close();
  }
}

const told = ({ findings }: Matched): readonly string[] =>
  findings.map((f) => `${f.package.name} ${f.package.version}: ${f.id}`);

describe('packages of languages', () => {
  it.each([
    ['PyPI', 'Zope.Interface', 'pkg:pypi/zope-interface@1.0'],
    ['NuGet', 'Newtonsoft.Json', 'pkg:nuget/newtonsoft.json@1.0.0'],
    ['Maven', 'org.slf4j:slf4j-api', 'pkg:maven/org.slf4j/slf4j-api@1.0'],
    ['npm', '@babel/core', 'pkg:npm/%40babel/core@1.0.0'],
    ['Go', 'github.com/x/Y/v2', 'pkg:golang/github.com/x/y@v1.0.0#v2'],
    ['Go', 'stdlib', 'pkg:golang/stdlib@go1.0.1'],
    ['Packagist', 'Symfony/Http-Kernel', 'pkg:composer/symfony/http-kernel@v1.0.0'],
    ['crates.io', 'foo_bar', 'pkg:cargo/foo_bar@1.0.0'],
    ['RubyGems', 'nokogiri', 'pkg:gem/nokogiri@1.9.0-x86_64-linux'],
    ['Hex', 'plug', 'pkg:hex/plug@1.0.0'],
    ['Pub', 'http', 'pkg:pub/http@1.0.0'],
    ['CRAN', 'readxl', 'pkg:cran/readxl@1.0.0'],
    ['Hackage', 'aeson', 'pkg:hackage/aeson@1.0.0.0'],
    ['SwiftURL', 'https://github.com/Apple/swift-nio', 'pkg:swift/github.com/apple/swift-nio@1.0.0'],
    ['GitHub Actions', 'tj-actions/changed-files', 'pkg:github/tj-actions/changed-files@v1'],
    ['Bitnami', 'wordpress', 'pkg:bitnami/wordpress@1.0.0'],
    ['ConanCenter', 'zlib', 'pkg:conan/zlib@1.0.0'],
    ['Julia', 'HTTP', 'pkg:julia/HTTP@1.0.0?uuid=x'],
  ])('of %s: the record on %s holds for %s', async (ecosystem, name, purl) => {
    const { findings, notices } = await match([{ id: 'R-1', ecosystem, name, events: below('2.0.0') }], [pkg(purl)]);
    expect(findings).toMatchObject([
      {
        id: 'R-1',
        fixState: 'fixed',
        fixedIn: ['2.0.0'],
        evidence: [{ advisory: 'R-1', source: ecosystem, range: '< 2.0.0' }],
      },
    ]);
    expect(notices).toEqual([]);
  });

  it('of Bitnami are fixed in the version of the application, whatever their revision', async () => {
    const record = { id: 'BIT-1', ecosystem: 'Bitnami', name: 'wordpress', events: below('6.4.2') };
    const packages = [pkg('pkg:bitnami/wordpress@6.4.2-1'), pkg('pkg:bitnami/wordpress@6.4.1-7')];
    expect(told(await match([record], packages))).toEqual(['wordpress 6.4.1-7: BIT-1']);
  });

  it('of npm and crates.io are told apart by case and by underscore', async () => {
    const records = [
      { id: 'R-1', ecosystem: 'npm', name: 'JSONStream', events: below('2.0.0') },
      { id: 'R-2', ecosystem: 'crates.io', name: 'foo-bar', events: below('2.0.0') },
    ];
    expect(told(await match(records, [pkg('pkg:npm/jsonstream@1.0.0'), pkg('pkg:cargo/foo_bar@1.0.0')]))).toEqual([]);
  });

  it('of different major versions of a Go module are different packages', async () => {
    const records = [{ id: 'R-1', ecosystem: 'Go', name: 'github.com/x/y', events: [{ introduced: '0' }] }];
    expect(told(await match(records, [pkg('pkg:golang/github.com/x/y/v2@v2.0.0')]))).toEqual([]);
  });
});

describe('packages of distributions', () => {
  const openssl = {
    id: 'DEBIAN-CVE-2023-1000',
    ecosystem: 'Debian:12',
    name: 'openssl',
    events: below('3.0.10-1~deb12u1'),
  };

  it('are matched by the name and the version of their source', async () => {
    const source = { name: 'openssl', version: '3.0.9-1' };
    const matched = await match(
      [openssl],
      [pkg('pkg:deb/debian/libssl3@3.0.11-1%2Bb1', { source }), pkg('pkg:deb/debian/openssl@3.0.10-1~deb12u1')],
      debian12,
    );
    expect(matched.findings).toMatchObject([
      {
        id: 'CVE-2023-1000',
        aliases: ['DEBIAN-CVE-2023-1000'],
        package: { version: '3.0.11-1+b1' },
        evidence: [
          { source: 'Debian:12', matchedName: 'openssl', matchedVersion: '3.0.9-1', range: '< 3.0.10-1~deb12u1' },
        ],
      },
    ]);
  });

  it('say in a purl which source and which release they are of, where nothing else does', async () => {
    const purls = [
      'pkg:deb/debian/libssl3@3.0.9-1?distro=debian-12.5&upstream=openssl%403.0.9-1',
      'pkg:deb/debian/libssl3@3.0.9-1?distro=debian-11&upstream=openssl',
    ];
    expect(
      told(
        await match(
          [openssl],
          purls.map((purl) => pkg(purl)),
        ),
      ),
    ).toHaveLength(1);
  });

  it('of rpm are matched by their own and by their source’s name, with the epoch', async () => {
    const records = [
      { id: 'ALSA-1', ecosystem: 'AlmaLinux:9', name: 'openssl-libs', events: below('1:3.0.7-25.el9_3') },
      { id: 'RLSA-1', ecosystem: 'AlmaLinux:9', name: 'openssl', events: below('1:3.0.7-26.el9_3') },
    ];
    const purl = 'pkg:rpm/almalinux/openssl-libs@3.0.7-24.el9?epoch=1&upstream=openssl-3.0.7-24.el9.src.rpm';
    expect(told(await match(records, [pkg(purl)], { id: 'almalinux', version: '9.3', like: [] })).length).toBe(2);
    const fixed = 'pkg:rpm/almalinux/openssl-libs@3.0.7-26.el9_3?epoch=1&upstream=openssl-3.0.7-26.el9_3.src.rpm';
    expect(told(await match(records, [pkg(fixed)], { id: 'almalinux', version: '9.3', like: [] }))).toEqual([]);
  });

  it('are asked for under every spelling of their release', async () => {
    const records = [{ id: 'A-1', ecosystem: 'Alpine:v3.20', name: 'busybox', events: below('1.36.1-r30') }];
    expect(
      told(
        await match(records, [pkg('pkg:apk/alpine/busybox@1.36.1-r29')], { id: 'alpine', version: '3.20.3', like: [] }),
      ),
    ).toHaveLength(1);
  });

  // Spellings of the records: OSV's exports of Ubuntu, Red Hat, SUSE, Rocky Linux and Wolfi.
  it.each([
    [
      'Ubuntu:22.04:LTS',
      'openssl',
      '3.0.2-0ubuntu1.15',
      'pkg:deb/ubuntu/libssl3@3.0.2-0ubuntu1.10?upstream=openssl&distro=ubuntu-22.04',
    ],
    [
      'Red Hat:enterprise_linux:9::baseos',
      'openssl-libs',
      '1:3.0.7-25.el9_3',
      'pkg:rpm/redhat/openssl-libs@3.0.7-24.el9?epoch=1&distro=redhat-9.3',
    ],
    [
      'SUSE:Linux Enterprise Module for Basesystem 15 SP5',
      'openssl-1_1',
      '1.1.1l-150500.17.28.2',
      'pkg:rpm/suse/libopenssl1_1@1.1.1l-150500.17.25.1?distro=sles-15.5&upstream=openssl-1_1-1.1.1l-150500.17.25.1.src.rpm',
    ],
    [
      'Rocky Linux:9',
      'openssl',
      '1:3.0.7-25.el9_3',
      'pkg:rpm/rocky/openssl-libs@3.0.7-24.el9?epoch=1&distro=rocky-9.3&upstream=openssl-3.0.7-24.el9.src.rpm',
    ],
    ['Wolfi', 'openssl', '3.3.0-r8', 'pkg:apk/wolfi/libssl3@3.3.0-r7?upstream=openssl'],
    [
      'Alpine:edge',
      'openssl',
      '3.3.0-r3',
      'pkg:apk/alpine/libssl3@3.3.0-r2?upstream=openssl&distro=alpine-3.21_alpha20240807',
    ],
    [
      'openSUSE:Tumbleweed',
      'openssl',
      '3.1.4-8.1',
      'pkg:rpm/opensuse/openssl@3.1.4-7.1?distro=opensuse-tumbleweed-20240101',
    ],
  ])('of %s are told by their purl alone', async (ecosystem, name, fixed, purl) => {
    const { findings, notices } = await match([{ id: 'R-1', ecosystem, name, events: below(fixed) }], [pkg(purl)]);
    expect(notices).toEqual([]);
    expect(findings).toMatchObject([{ id: 'R-1', fixedIn: [fixed] }]);
  });

  it('of Ubuntu’s paid stream are asked for where they come from it', async () => {
    const records = [
      { id: 'R-1', ecosystem: 'Ubuntu:Pro:16.04:LTS', name: 'a', events: below('1.0-1ubuntu1+esm3') },
      { id: 'R-2', ecosystem: 'Ubuntu:16.04:LTS', name: 'b', events: below('2') },
    ];
    const packages = ['1.0-1ubuntu1', '1.0-1ubuntu1+esm2'].map((version) =>
      pkg(`pkg:deb/ubuntu/a@${version}?distro=ubuntu-16.04`),
    );
    expect(told(await match(records, packages))).toEqual(['ubuntu/a 1.0-1ubuntu1+esm2: R-1']);
  });

  it('of nobody knows what are counted, not passed', async () => {
    const { findings, notices } = await match([openssl], [pkg('pkg:deb/openssl@1.0'), pkg('pkg:deb/zlib@1.0')]);
    expect(findings).toEqual([]);
    expect(notices).toEqual([
      {
        code: 'DISTRO_UNKNOWN',
        level: 'warning',
        message: 'nothing says which distribution this is: 2 packages were not checked',
      },
    ]);
  });

  it('of a release without records are counted, not passed', async () => {
    const { notices } = await match([openssl], [pkg('pkg:deb/debian/openssl@1.0')], { ...debian12, version: '10' });
    expect(notices).toMatchObject([
      {
        code: 'DISTRO_NOT_COVERED',
        message: 'the vulnerability data does not cover debian 10: 1 package was not checked',
      },
    ]);
  });
});

describe('what could not be decided', () => {
  const record = { id: 'R-1', ecosystem: 'PyPI', name: 'a', events: below('2.0') };

  it('is told for a version that cannot be read, if records name the package', async () => {
    const packages = [pkg('pkg:pypi/a@nonsense'), pkg('pkg:pypi/a'), pkg('pkg:pypi/unheard-of@nonsense')];
    const { findings, rejected, notices } = await match([record], packages);
    expect(findings).toEqual([]);
    expect(rejected.map(({ at }) => at)).toEqual(['pkg:pypi/a@nonsense', 'pkg:pypi/a']);
    expect(notices).toMatchObject([{ code: 'VERSION_UNREADABLE' }]);
  });

  it('is told for records that know only commits', async () => {
    const git = {
      affected: [
        {
          package: { ecosystem: 'PyPI', name: 'a' },
          ranges: [{ type: 'GIT', repo: 'https://example.org', events: [{ introduced: '0' }] }],
        },
      ],
    };
    const { notices } = await match([{ ...record, more: git }], [pkg('pkg:pypi/a@1.0')]);
    expect(notices).toMatchObject([{ code: 'RANGES_SKIPPED' }]);
  });

  it('is told for kinds of packages of which there are no records', async () => {
    const { notices } = await match([record], [pkg('pkg:maven/a/b@1'), pkg('pkg:maven/a/c@1'), pkg('pkg:generic/x@1')]);
    expect(notices.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'NO_DATA_FOR_ECOSYSTEM: the vulnerability data holds nothing for Maven: 2 packages were not checked',
      'NO_DATA_FOR_ECOSYSTEM: the vulnerability data holds nothing for pkg:generic: 1 package was not checked',
    ]);
  });

  it('is told for a purl that is none', async () => {
    expect((await match([record], [pkg('nonsense')])).rejected).toMatchObject([{ at: 'nonsense' }]);
  });
});

describe('a finding', () => {
  it('joins all records of one vulnerability in one package', async () => {
    const records = [
      {
        id: 'PYSEC-1',
        ecosystem: 'PyPI',
        name: 'a',
        events: below('1.5'),
        more: {
          aliases: ['CVE-2020-1', 'GHSA-x'],
          summary: 'told by PyPA',
          references: [{ type: 'ADVISORY', url: 'https://example.org/1' }],
        },
      },
      {
        id: 'GHSA-x',
        ecosystem: 'PyPI',
        name: 'a',
        events: below('1.6'),
        more: { aliases: ['CVE-2020-1'], database_specific: { severity: 'HIGH', cwe_ids: ['CWE-79'] } },
      },
      { id: 'GHSA-y', ecosystem: 'PyPI', name: 'a', events: below('1.7') },
    ];
    const { findings } = await match(records, [pkg('pkg:pypi/a@1.0')]);
    expect(findings).toMatchObject([
      {
        id: 'CVE-2020-1',
        aliases: ['GHSA-x', 'PYSEC-1'],
        severity: 'high',
        severitySource: 'ghsa: its word, by the matched record (GHSA-x)',
        fixedIn: ['1.5', '1.6'],
        title: 'told by PyPA',
        cwes: ['CWE-79'],
        urls: ['https://example.org/1'],
      },
      { id: 'GHSA-y', severity: 'unknown', severitySource: '' },
    ]);
  });

  it('is made for each vulnerability of a bulletin, and joined with the record on it', async () => {
    const records = [
      {
        id: 'DSA-1-1',
        ecosystem: 'Debian:12',
        name: 'a',
        events: below('2'),
        more: { upstream: ['CVE-2020-1000', 'CVE-2020-2000'], summary: 'a - security update' },
      },
      {
        id: 'DEBIAN-CVE-2020-1000',
        ecosystem: 'Debian:12',
        name: 'a',
        events: below('2'),
        more: { summary: 'overflow' },
      },
    ];
    const { findings } = await match(records, [pkg('pkg:deb/debian/a@1')], debian12);
    expect(findings.map(({ id, title, evidence }) => [id, title, evidence.map(({ advisory }) => advisory)])).toEqual([
      ['CVE-2020-1000', 'overflow', ['DEBIAN-CVE-2020-1000', 'DSA-1-1']],
      ['CVE-2020-2000', 'a - security update', ['DSA-1-1']],
    ]);
  });

  it('of a record on a CVE and its GHSA is one', async () => {
    const record = {
      id: 'CGA-1',
      ecosystem: 'Wolfi',
      name: 'a',
      events: below('2'),
      more: { upstream: ['CVE-2020-1', 'GHSA-x'] },
    };
    const { findings } = await match([record], [pkg('pkg:apk/wolfi/a@1')], {
      id: 'wolfi',
      version: '20230201',
      like: [],
    });
    expect(findings).toMatchObject([{ id: 'CVE-2020-1', aliases: ['CGA-1', 'GHSA-x'] }]);
  });

  it('borrows the severity of another record of the same CVE, whatever package that is about', async () => {
    const vector = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
    const records = [
      { id: 'DEBIAN-CVE-2020-1000', ecosystem: 'Debian:12', name: 'a', events: below('2') },
      {
        id: 'CVE-2020-1000',
        ecosystem: 'npm',
        name: 'elsewhere',
        events: below('2'),
        more: { severity: [{ type: 'CVSS_V3', score: vector }] },
      },
    ];
    const { findings } = await match(records, [pkg('pkg:deb/debian/a@1')], debian12);
    expect(findings).toMatchObject([
      {
        severity: 'critical',
        severitySource: 'nvd: CVSSv31, by another record (CVE-2020-1000)',
        ratings: [{ source: 'nvd', score: 9.8, vector }],
      },
    ]);
  });

  it('borrows it from a record that names no package at all', async () => {
    const records = [
      { id: 'DEBIAN-CVE-2020-1000', ecosystem: 'Debian:12', name: 'a', events: below('2') },
      { id: 'CVE-2020-1000', ecosystem: '', name: '', more: { affected: [], database_specific: { severity: 'LOW' } } },
    ];
    const { findings } = await match(records, [pkg('pkg:deb/debian/a@1')], debian12);
    expect(findings).toMatchObject([{ severity: 'low', evidence: [{ advisory: 'DEBIAN-CVE-2020-1000' }] }]);
  });

  it.each([
    ['a fix', [{ introduced: '0' }, { fixed: '2' }], {}, 'fixed'],
    ['no end', [{ introduced: '0' }], {}, 'not-fixed'],
    ['a last affected version only', [{ introduced: '0' }, { last_affected: '3' }], {}, 'unknown'],
  ])('of a range with %s has the right state', async (_, events, more, fixState) => {
    expect(
      (await match([{ id: 'R', ecosystem: 'PyPI', name: 'a', events, more }], [pkg('pkg:pypi/a@1')])).findings,
    ).toMatchObject([{ fixState }]);
  });

  it('of a distribution’s release that is no longer mended will not be fixed', async () => {
    const affected = [
      {
        package: { ecosystem: 'Debian:12', name: 'a' },
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }],
        ecosystem_specific: { urgency: 'end-of-life' },
      },
    ];
    expect(
      (
        await match(
          [{ id: 'DEBIAN-CVE-2020-1000', ecosystem: 'Debian:12', name: 'a', more: { affected } }],
          [pkg('pkg:deb/debian/a@1')],
          debian12,
        )
      ).findings,
    ).toMatchObject([{ fixState: 'wont-fix' }]);
  });

  it('is made for each package, with its own places', async () => {
    const locations = [{ path: 'a' }];
    const record = { id: 'R', ecosystem: 'PyPI', name: 'a', events: below('2') };
    const { findings } = await match(
      [record],
      [pkg('pkg:pypi/a@1', { ref: '1', locations }), pkg('pkg:pypi/a@1', { ref: '2' })],
    );
    expect(findings.map((found) => [found.package.ref, found.package.locations])).toEqual([
      ['1', locations],
      ['2', []],
    ]);
  });

  it('is not made for a record that was withdrawn', async () => {
    const record = {
      id: 'R',
      ecosystem: 'PyPI',
      name: 'a',
      events: below('2'),
      more: { withdrawn: '2024-01-02T00:00:00Z' },
    };
    expect(told(await match([record, { ...record, id: 'S', more: {} }], [pkg('pkg:pypi/a@1')]))).toEqual(['a 1: S']);
  });
});
