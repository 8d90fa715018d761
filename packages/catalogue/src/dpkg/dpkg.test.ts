import { describe, expect, it } from 'vitest';
import { inventoryOf } from '../../test/read-files.ts';
import { osRelease } from '../os-release/cataloguer.ts';
import { dpkg } from './cataloguer.ts';
import { findLicenses } from './parse-copyright.ts';

/** Fields and states as deb-control(5) and dpkg(1) define them. */
const status = `Package: libc6
Status: install ok installed
Priority: optional
Maintainer: GNU Libc Maintainers <debian-glibc@lists.debian.org>
Architecture: amd64
Multi-Arch: same
Source: glibc
Version: 2.36-9+deb12u14
Depends: libgcc-s1
Conffiles:
 /etc/ld.so.conf.d/x86_64-linux-gnu.conf d4e7a7b88a71b5ffd9e2644e71a0cfab
Description: GNU C Library: Shared libraries
 Contains the standard libraries.
 .
 Version: 9.9.9

Package: libgcc-s1
Status: install ok installed
Architecture: amd64
Source: gcc-12 (12.2.0-14)
Version: 12.2.0-14+deb12u1
Depends: libc6 (>= 2.35)

Package: passwd
Status: install ok half-configured
Architecture: amd64
Source: shadow (1:4.13+dfsg1-1)
Version: 1:4.13+dfsg1-1+b1
Pre-Depends: nothing | libc6:any (>= 2.2)
Depends: mail-transport-agent,
 libgcc-s1 [amd64]

Package: exim4
Status: hold ok installed
Architecture: all
Version: 4.96-15
Provides: mail-transport-agent, exim (= 4)

Package: gone
Status: deinstall ok config-files
Architecture: amd64
Version: 1.0

Package: never
Status: purge ok not-installed
Architecture: amd64

Package: leaving
Status: deinstall ok installed
Architecture: amd64
Version: 2.0
`;

const debian = {
  'etc/os-release': 'ID=debian\nVERSION_ID="12"\n',
  'etc/debian_version': '12.15\n',
};
const choices = [osRelease, dpkg];
const read = (files: Record<string, string>) => inventoryOf({ ...debian, ...files }, choices);
const debs = (files: Record<string, string>) => read(files).packages.filter(({ foundBy }) => foundBy === 'dpkg');

describe('the packages of dpkg', () => {
  it('are those whose files are there, whatever is planned for them', () => {
    expect(debs({ 'var/lib/dpkg/status': status }).map(({ name, version }) => `${name} ${version}`)).toEqual([
      'exim4 4.96-15',
      'leaving 2.0',
      'libc6 2.36-9+deb12u14',
      'libgcc-s1 12.2.0-14+deb12u1',
      'passwd 1:4.13+dfsg1-1+b1',
    ]);
  });

  it('have purl, source, supplier and the first line of their description', () => {
    const byName = new Map(debs({ 'var/lib/dpkg/status': status }).map((one) => [one.name, one]));
    expect(byName.get('libc6')).toMatchObject({
      purl: 'pkg:deb/debian/libc6@2.36-9%2Bdeb12u14?arch=amd64&distro=debian-12.15&upstream=glibc',
      source: { name: 'glibc', version: '2.36-9+deb12u14' },
      arch: 'amd64',
      supplier: 'GNU Libc Maintainers <debian-glibc@lists.debian.org>',
      description: 'GNU C Library: Shared libraries',
      locations: [{ path: 'var/lib/dpkg/status' }],
    });
    expect(byName.get('passwd')).toMatchObject({
      purl: 'pkg:deb/debian/passwd@1:4.13%2Bdfsg1-1%2Bb1?arch=amd64&distro=debian-12.15&upstream=shadow%401:4.13%2Bdfsg1-1',
      source: { name: 'shadow', version: '1:4.13+dfsg1-1' },
    });
    expect(byName.get('exim4')).not.toHaveProperty('source');
  });

  it('know what they need: the first alternative that is installed, virtual packages too', () => {
    const packages = debs({ 'var/lib/dpkg/status': status });
    const names = (name: string) =>
      packages.find((one) => one.name === name)?.dependsOn.map((ref) => packages.find((one) => one.ref === ref)?.name);
    expect(names('passwd')).toEqual(['exim4', 'libc6', 'libgcc-s1']);
    expect(names('libc6')).toEqual(['libgcc-s1']);
    expect(names('libgcc-s1')).toEqual(['libc6']);
  });

  it('of an image without a package manager have a file each', () => {
    const packages = debs({
      'var/lib/dpkg/status.d/tzdata': 'Package: tzdata\nVersion: 2026b-0\nArchitecture: all\n',
      'var/lib/dpkg/status.d/tzdata.md5sums': '0123456789abcdef0123456789abcdef  usr/share/zoneinfo/UTC\n',
      'var/lib/dpkg/status.d/base': 'Package: base-files\nVersion: 12.4\nArchitecture: amd64\n',
    });
    expect(packages.map(({ name, locations }) => `${name} in ${locations[0]?.path}`)).toEqual([
      'base-files in var/lib/dpkg/status.d/base',
      'tzdata in var/lib/dpkg/status.d/tzdata',
    ]);
  });

  it('listed twice are one package in two places', () => {
    const stanza = 'Package: tzdata\nVersion: 1\nArchitecture: all\n';
    const packages = debs({ 'var/lib/dpkg/status.d/tzdata': stanza, 'var/lib/dpkg/status': stanza });
    expect(packages.map(({ locations }) => locations.map(({ path }) => path))).toEqual([
      ['var/lib/dpkg/status', 'var/lib/dpkg/status.d/tzdata'],
    ]);
  });

  it('declare the licences of their copyright file', () => {
    const [first] = debs({
      'var/lib/dpkg/status': 'Package: tiny\nVersion: 1\nArchitecture: all\n',
      'usr/share/doc/tiny/copyright': `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Files: *
License: GPL-2+

Files: debian/*
License: Expat or GPL-2+

License: GPL-2+
 This program is free software.
`,
    });
    expect(first?.licenses).toEqual(['GPL-2+', 'Expat or GPL-2+']);
    expect(findLicenses('It is under the terms in /usr/share/common-licenses/LGPL-2.1.')).toEqual(['LGPL-2.1']);
    expect(findLicenses('License: none of the known forms')).toEqual([]);
  });

  it('take no time for a hostile copyright file', () => {
    const start = performance.now();
    findLicenses(`/usr/share/common-licenses/a${'.'.repeat(900_000)}a`);
    expect(performance.now() - start).toBeLessThan(500);
  });

  it('are read whatever ends the lines', () => {
    expect(debs({ 'var/lib/dpkg/status': status.replaceAll('\n', '\r\n') })).toEqual(
      debs({ 'var/lib/dpkg/status': status }),
    );
  });

  it('that cannot be understood are counted', () => {
    const { rejected } = read({ 'var/lib/dpkg/status': `${status}\nStatus: install ok installed\nVersion: 1\n` });
    expect(rejected).toEqual([
      { at: expect.stringMatching(/^var\/lib\/dpkg\/status#line \d+$/), why: 'a package without name or version' },
    ]);
    expect(read({ 'var/lib/dpkg/status': '<html>: no\n' }).rejected).toHaveLength(1);
    expect(read({ 'var/lib/dpkg/status': '' }).rejected).toEqual([]);
  });

  it('of ten thousand entries with a hundred thousand needs take no time to speak of', () => {
    const many = Array.from(
      { length: 10_000 },
      (_, i) => `Package: p${i}\nVersion: 1\nArchitecture: all\nDepends: ${'p1 | p2, '.repeat(10)}p${i + 1}\n`,
    ).join('\n');
    const start = performance.now();
    expect(debs({ 'var/lib/dpkg/status': many })).toHaveLength(10_000);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
