import { type Distro, parsePurl } from '@assay/contract';
import { describe, expect, it } from 'vitest';
import { distroOfPurl, releasesOf } from './distro-release.ts';
import { ecosystemKey, nameKey, normalName } from './ecosystem-key.ts';
import { ecosystemOfPurl, nameOfPurl } from './purl-ecosystem.ts';

const distro = (id: string, version: string, more: Partial<Distro> = {}): Distro => ({
  id,
  version,
  like: [],
  ...more,
});
const keys = (found: Distro): string[] | undefined =>
  releasesOf(found)?.map(({ base, release }) => `${base}:${release}`);

// Spellings of ecosystems: OSV schema, "affected[].package.ecosystem"; of releases: os-release(5) as the distributions ship it.
describe('the release of a distribution', () => {
  it.each([
    [distro('debian', '12'), 'Debian:12'],
    [distro('debian', '12.15'), 'Debian:12'],
    [distro('debian', '', { codename: 'trixie' }), 'Debian:13'],
    [distro('alpine', '3.20.3'), 'Alpine:v3.20'],
    [distro('alpine', '3.22_alpha20250108'), 'Alpine:edge'],
    [distro('ubuntu', '22.04'), 'Ubuntu:22.04:LTS'],
    [distro('ubuntu', '24.10'), 'Ubuntu:24.10'],
    [distro('rhel', '9.4'), 'Red Hat:enterprise_linux:9::baseos'],
    [distro('rhel', '8.10'), 'Red Hat:enterprise_linux:8::appstream'],
    [distro('centos', '7'), 'Red Hat:enterprise_linux:7::server'],
    [distro('rocky', '9.3'), 'Rocky Linux:9'],
    [distro('almalinux', '8.9'), 'AlmaLinux:8'],
    [distro('sles', '15.5'), 'SUSE:Linux Enterprise Server 15 SP5'],
    [distro('sles', '15.5'), 'SUSE:Linux Enterprise Module for Basesystem 15 SP5'],
    [distro('sle-micro', '5.5'), 'SUSE:Linux Enterprise Micro 5.5'],
    [distro('opensuse-leap', '15.5'), 'openSUSE:Leap 15.5'],
    [distro('opensuse-tumbleweed', '20240101'), 'openSUSE:Tumbleweed'],
    [distro('azurelinux', '3.0'), 'Azure Linux:3'],
    [distro('photon', '5.0'), 'Photon OS:5.0'],
    [distro('mageia', '9'), 'Mageia:9'],
    [distro('openeuler', '22.03', { prettyName: 'openEuler 22.03 (LTS-SP3)' }), 'openEuler:22.03-LTS-SP3'],
    [distro('wolfi', '20230201'), 'Wolfi'],
  ])('%o is the one that records call %s', (found, ecosystem) => {
    expect(releasesOf(found)).toContainEqual(ecosystemKey(ecosystem));
  });

  it('of a derived distribution is its parent’s only where both share the word', () => {
    expect(keys(distro('pop', '22.04', { like: ['ubuntu', 'debian'] }))).toEqual(['ubuntu:22.04']);
    expect(keys(distro('linuxmint', '21.2', { codename: 'jammy', like: ['ubuntu'] }))).toEqual(['ubuntu:22.04']);
    expect(keys(distro('linuxmint', '21.2', { codename: 'victoria', like: ['ubuntu'] }))).toBeUndefined();
    expect(keys(distro('kali', '2024.1', { like: ['debian'] }))).toBeUndefined();
  });

  it('of Red Hat’s extended streams stays apart', () => {
    expect(ecosystemKey('Red Hat:rhel_eus:9.2::baseos').release).not.toBe('9');
  });

  it('of Ubuntu Pro stays apart', () => {
    expect(ecosystemKey('Ubuntu:Pro:22.04:LTS')).toEqual({ base: 'ubuntu', release: 'pro:22.04' });
  });

  it.each([
    ['debian', 'debian-12', { id: 'debian', version: '12' }],
    ['alpine', '3.20.3', { id: 'alpine', version: '3.20.3' }],
    ['redhat', 'redhat-8.6', { id: 'rhel', version: '8.6' }],
    ['opensuse', 'opensuse-leap-15.5', { id: 'opensuse-leap', version: '15.5' }],
    ['amazon', 'amazon-2 (Karoo)', { id: 'amzn', version: '2' }],
    ['debian', 'bookworm', { id: 'debian', codename: 'bookworm' }],
    ['ubuntu', 'ubuntu-jammy', { id: 'ubuntu', codename: 'jammy' }],
    ['wolfi', undefined, { id: 'wolfi', version: '' }],
  ])('is read from a purl of %s with distro=%s', (namespace, qualifier, expected) => {
    expect(distroOfPurl(namespace, qualifier)).toMatchObject(expected);
  });
});

describe('names of packages', () => {
  it.each([
    ['pypi', 'Zope.Interface__x', 'zope-interface-x'],
    ['nuget', 'Newtonsoft.Json', 'newtonsoft.json'],
    ['packagist', 'Symfony/HttpKernel', 'symfony/httpkernel'],
    ['npm', 'JSONStream', 'JSONStream'],
    ['crates.io', 'foo_bar', 'foo_bar'],
    ['go', 'github.com/Masterminds/sprig/v3', 'github.com/masterminds/sprig/v3'],
    ['swifturl', 'https://github.com/Apple/swift-nio.git', 'github.com/apple/swift-nio'],
    ['maven', 'org.Apache:Log4j', 'org.Apache:Log4j'],
  ])('of %s: %s is %s', (base, name, expected) => {
    expect(normalName(base, name)).toBe(expected);
  });

  it.each([
    ['pkg:npm/%40babel/core@7.0.0', '@babel/core'],
    ['pkg:maven/org.slf4j/slf4j-api@2', 'org.slf4j:slf4j-api'],
    ['pkg:golang/github.com/x/y/v2@v2.0.0', 'github.com/x/y/v2'],
    ['pkg:golang/stdlib@1.22.0', 'stdlib'],
    ['pkg:composer/symfony/http-kernel@1', 'symfony/http-kernel'],
    ['pkg:swift/github.com/apple/swift-nio@2', 'github.com/apple/swift-nio'],
    ['pkg:deb/debian/openssl@3', 'openssl'],
  ])('in the purl %s: %s', (purl, name) => {
    expect(nameOfPurl(parsePurl(purl))).toBe(name);
  });

  it('are found in a record that has a purl only', () => {
    expect(ecosystemOfPurl(parsePurl('pkg:deb/debian/openssl?distro=debian-12'))).toEqual({
      ecosystem: 'Debian:12',
      name: 'openssl',
    });
    expect(ecosystemOfPurl(parsePurl('pkg:generic/openssl'))).toBeUndefined();
  });

  it('are looked up by one key, however they are written', () => {
    expect(nameKey(ecosystemKey('PyPI'), 'Foo.Bar')).toBe(nameKey(ecosystemKey('pypi'), 'foo_bar'));
    expect(nameKey(ecosystemKey('Debian:12'), 'a')).not.toBe(nameKey(ecosystemKey('Debian:11'), 'a'));
  });
});
