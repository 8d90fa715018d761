import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inventoryOf } from '../../test/read-files.ts';
import { buildBerkeley, buildHeader, buildNdb, buildSqlite, rpmTag } from '../../test/rpm-builder.ts';
import { osRelease } from '../os-release/cataloguer.ts';
import { rpm } from './cataloguer.ts';

const library = buildHeader({
  [rpmTag.name]: 'openssl-libs',
  [rpmTag.version]: '3.0.7',
  [rpmTag.release]: '27.el9',
  [rpmTag.epoch]: 1,
  [rpmTag.summary]: 'A general purpose cryptography library',
  [rpmTag.vendor]: 'Red Hat, Inc.',
  [rpmTag.license]: 'ASL 2.0',
  [rpmTag.arch]: 'x86_64',
  [rpmTag.sourceRpm]: 'openssl-3.0.7-27.el9.src.rpm',
  [rpmTag.provideName]: ['openssl-libs', 'libcrypto.so.3()(64bit)'],
  [rpmTag.requireName]: ['rpmlib(PayloadIsZstd)', 'ca-certificates'],
});
const program = buildHeader({
  [rpmTag.name]: 'nodejs',
  [rpmTag.version]: '18.14.2',
  [rpmTag.release]: '2.module+el9.2.0+18497+a402347c',
  [rpmTag.epoch]: 0,
  [rpmTag.arch]: 'x86_64',
  [rpmTag.sourceRpm]: 'nodejs-18.14.2-2.module+el9.2.0+18497+a402347c.src.rpm',
  [rpmTag.requireName]: ['libcrypto.so.3()(64bit)', '/bin/sh'],
  [rpmTag.modularity]: 'nodejs:18:9020020230327152102:rhel9',
});
const key = buildHeader({ [rpmTag.name]: 'gpg-pubkey', [rpmTag.version]: 'fd431d51', [rpmTag.release]: '4ae0493b' });
/** Longer than any page: it continues on others. */
const long = buildHeader({
  [rpmTag.name]: 'kernel-core',
  [rpmTag.version]: '5.14.0',
  [rpmTag.release]: '1.el9',
  [rpmTag.provideName]: Array.from({ length: 3000 }, (_, i) => `kmod(module${i}.ko)`),
});
const headers = [library, program, key, long];

const release = { 'etc/os-release': 'ID="rhel"\nVERSION_ID="9.2"\n' };
const choices = [osRelease, rpm];
const rpms = (files: Record<string, Uint8Array>, chunk?: number) =>
  inventoryOf({ ...release, ...files }, choices, chunk === undefined ? {} : { chunk }).packages.filter(
    ({ foundBy }) => foundBy === 'rpm',
  );

const databases: [name: string, path: string, bytes: Buffer][] = [
  ['SQLite', 'var/lib/rpm/rpmdb.sqlite', buildSqlite(headers)],
  ['SQLite of small pages', 'usr/lib/sysimage/rpm/rpmdb.sqlite', buildSqlite(headers, 512)],
  ['SQLite of the largest pages', 'usr/share/rpm/rpmdb.sqlite', buildSqlite(headers, 65_536)],
  ['ndb', 'usr/lib/sysimage/rpm/Packages.db', buildNdb(headers)],
  ['Berkeley DB', 'var/lib/rpm/Packages', buildBerkeley(headers)],
  ['Berkeley DB of a big-endian machine', 'var/lib/rpm/Packages', buildBerkeley(headers, { bigEndian: true })],
];

describe('the packages of rpm', () => {
  it.each(databases)('are read from %s', (_, path, bytes) => {
    const packages = rpms({ [path]: bytes });
    expect(packages.map(({ name, version }) => `${name} ${version}`)).toEqual([
      'kernel-core 5.14.0-1.el9',
      'nodejs 18.14.2-2.module+el9.2.0+18497+a402347c',
      'openssl-libs 1:3.0.7-27.el9',
    ]);
    const [, nodejs, openssl] = packages;
    expect(openssl).toMatchObject({
      purl: 'pkg:rpm/redhat/openssl-libs@3.0.7-27.el9?arch=x86_64&distro=rhel-9.2&epoch=1&upstream=openssl-3.0.7-27.el9.src.rpm',
      source: { name: 'openssl', version: '1:3.0.7-27.el9' },
      arch: 'x86_64',
      supplier: 'Red Hat, Inc.',
      licenses: ['ASL 2.0'],
      description: 'A general purpose cryptography library',
      locations: [{ path }],
      dependsOn: [],
    });
    expect(nodejs).toMatchObject({
      properties: [{ name: 'rpm:modularityLabel', value: 'nodejs:18:9020020230327152102:rhel9' }],
      dependsOn: [openssl?.ref],
    });
    expect(nodejs?.purl).toContain('rpmmod=nodejs:18:9020020230327152102:rhel9');
    expect(nodejs).not.toHaveProperty('source');
    expect(rpms({ [path]: bytes }, 1000)).toEqual(packages);
  });

  it('of two thousand are all found, in trees of any depth', () => {
    const many = Array.from({ length: 2000 }, (_, i) =>
      buildHeader({ [rpmTag.name]: `p${i}`, [rpmTag.version]: '1', [rpmTag.release]: `${'1'.repeat(i % 900)}.el9` }),
    );
    for (const pageSize of [512, 4096]) {
      expect(rpms({ 'var/lib/rpm/rpmdb.sqlite': buildSqlite(many, pageSize) })).toHaveLength(2000);
    }
    expect(rpms({ 'var/lib/rpm/rpmdb.sqlite': buildSqlite([]) })).toEqual([]);
  });

  // The fields of the query format in the image definitions of microsoft/azurelinux.
  it('are read from the list that images without a database carry', () => {
    const line = (...fields: string[]): string => fields.join('\t');
    const list = [
      line(
        'glibc',
        '2.38-8.azl3',
        '1725000000',
        '1724000000',
        'Microsoft Corporation',
        '(none)',
        '100',
        'x86_64',
        '0',
        'glibc-2.38-8.azl3.src.rpm',
      ),
      line(
        'openssl-libs',
        '3.3.2-1.azl3',
        '1',
        '1',
        'Microsoft Corporation',
        '1',
        '100',
        'x86_64',
        '1',
        'openssl-3.3.2-1.azl3.src.rpm',
      ),
      'half',
    ].join('\n');
    const { packages, rejected } = inventoryOf(
      { 'etc/os-release': 'ID=azurelinux\nVERSION_ID="3.0"\n', 'var/lib/rpmmanifest/container-manifest-2': list },
      choices,
    );
    expect(packages.filter(({ foundBy }) => foundBy === 'rpm').map(({ purl }) => purl)).toEqual([
      'pkg:rpm/azurelinux/glibc@2.38-8.azl3?arch=x86_64&distro=azurelinux-3.0&upstream=glibc-2.38-8.azl3.src.rpm',
      'pkg:rpm/azurelinux/openssl-libs@3.3.2-1.azl3?arch=x86_64&distro=azurelinux-3.0&epoch=1&upstream=openssl-3.3.2-1.azl3.src.rpm',
    ]);
    expect(rejected).toEqual([
      { at: 'var/lib/rpmmanifest/container-manifest-2#line 3', why: 'a package without name or version' },
    ]);
  });

  it('are looked for only where rpm keeps them', () => {
    expect(
      rpms({ 'srv/debian/Packages': Buffer.from('Package: a'), 'home/rpmdb.sqlite': buildSqlite(headers) }),
    ).toEqual([]);
  });

  it.each([
    ['an entry that is no header', [library, Buffer.alloc(100, 0xff)]],
    ['a header that claims more than it has', [library, library.subarray(0, library.length - 20)]],
    ['a header without a name', [library, buildHeader({ [rpmTag.version]: '1' })]],
  ])('keep the others where there is %s, which is counted', (_, entries) => {
    for (const [path, bytes] of [
      ['var/lib/rpm/rpmdb.sqlite', buildSqlite(entries)],
      ['usr/lib/sysimage/rpm/Packages.db', buildNdb(entries)],
      ['var/lib/rpm/Packages', buildBerkeley(entries)],
    ] as const) {
      const { packages, rejected } = inventoryOf({ [path]: bytes }, choices);
      expect(packages).toHaveLength(1);
      expect(rejected).toEqual([{ at: `${path}#package 2`, why: 'its header cannot be read' }]);
    }
  });
});

describe('a hostile database of rpm', () => {
  const why = (path: string, bytes: Uint8Array): string => {
    const { rejected } = inventoryOf({ [path]: bytes }, choices);
    expect(rejected).toHaveLength(1);
    return rejected[0]?.why ?? '';
  };

  it.each([
    ['var/lib/rpm/rpmdb.sqlite', /no SQLite database/],
    ['var/lib/rpm/Packages', /no hash database of Berkeley DB/],
    ['usr/lib/sysimage/rpm/Packages.db', /no ndb database/],
  ])('of another kind is told: %s', (path, sentence) => {
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(9000), Buffer.alloc(9000, 0xff)]) {
      expect(why(path, bytes)).toMatch(sentence);
    }
  });

  it('whose tree leads back to its root is left', () => {
    const many = Array.from({ length: 400 }, () => Buffer.from(library));
    const bytes = buildSqlite(many, 512);
    // The root of Packages is an interior page; its right-most child becomes itself.
    const root = 2;
    const at = (root - 1) * 512;
    expect(bytes[at]).toBe(5);
    bytes.writeUInt32BE(root, at + 8);
    expect(why('var/lib/rpm/rpmdb.sqlite', bytes)).toBe('the package database cannot be read: page 2 is used twice');
    // What came before still counts.
    expect(inventoryOf({ 'var/lib/rpm/rpmdb.sqlite': bytes }, choices).packages).toHaveLength(1);
  });

  it('whose long packages run in a circle is left', () => {
    const bytes = buildBerkeley([long]);
    bytes.writeUInt32LE(2, 2 * 4096 + 16);
    expect(why('var/lib/rpm/Packages', bytes)).toBe('the package database cannot be read: page 2 is used twice');
  });

  it('that names the same bytes for every package is left', () => {
    const bytes = buildNdb([long]);
    for (let slot = 32; slot < 4096; slot += 16) bytes.copy(bytes, slot, 32, 48);
    expect(why('usr/lib/sysimage/rpm/Packages.db', bytes)).toMatch(/is cut$/);
  });

  it('whose rows all are the same bytes is left at once', () => {
    const row = buildHeader({
      [rpmTag.name]: 'a',
      [rpmTag.version]: '1',
      [rpmTag.provideName]: Array(2000).fill('abc'),
    });
    const bytes = buildSqlite([row], 65_536);
    const leaf = 65_536; // the root of Packages is the second page, and a leaf
    expect(bytes[leaf]).toBe(13);
    const cells = leaf + 8;
    bytes.writeUInt16BE(10_000, leaf + 3);
    for (let i = 1; i < 10_000; i++) bytes.copy(bytes, cells + 2 * i, cells, cells + 2);
    const berkeley = buildBerkeley(Array.from({ length: 4 }, () => library));
    const index = 4096 + 26;
    berkeley.writeUInt16LE(1000, 4096 + 20);
    for (let i = 2; i < 1000; i += 2) berkeley.copy(berkeley, index + 2 * i, index + 4, index + 8);

    const start = performance.now();
    expect(why('var/lib/rpm/rpmdb.sqlite', bytes)).toMatch(/its rows share their bytes$/);
    expect(why('var/lib/rpm/Packages', berkeley)).toMatch(/its items share their bytes$/);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it('that is cut or damaged anywhere is a rejection or fewer packages, at once', () => {
    const change = fc.tuple(fc.nat({ max: 70_000 }), fc.constantFrom(0, 1, 5, 13, 0x7f, 0x80, 0xff));
    fc.assert(
      fc.property(
        fc.constantFrom(...databases.filter(([, , bytes]) => bytes.length < 400_000)),
        fc.array(change, { maxLength: 10 }),
        fc.nat({ max: 70_000 }),
        ([, path, bytes], changes, cut) => {
          const copy = Buffer.from(bytes);
          for (const [at, value] of changes) if (at < copy.length) copy[at] = value;
          for (const file of [copy, copy.subarray(0, Math.max(0, copy.length - cut))]) {
            const { rejected, packages } = inventoryOf({ [path]: file }, choices);
            // A changed pointer may lead to the same rows twice, under a changed name: never to more than a few.
            expect(packages.length).toBeLessThanOrEqual(3 + 2 * changes.length);
            for (const one of rejected) expect(one.why).not.toMatch(/^cannot be read|failed/);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
