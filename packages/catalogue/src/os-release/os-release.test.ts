import { describe, expect, it } from 'vitest';
import { findDistro } from './cataloguer.ts';
import { parseLsbRelease, parseOsRelease } from './parse-os-release.ts';
import { findReleaseLine, parseAlpineRelease, parseDebianVersion } from './parse-release-line.ts';

describe('os-release', () => {
  // The example of os-release(5), "Example 1", with quoting in the forms the page allows.
  it('is read with its quoting', () => {
    const text = `# a comment\nNAME=Fedora\nVERSION="32 (Workstation Edition)"\nID=fedora\nVERSION_ID=32\nPRETTY_NAME="Fedora 32 (Workstation \\"Edition\\")"\nVERSION_CODENAME=""\nID_LIKE='one two'\n`;
    expect(parseOsRelease(text)).toEqual({
      id: 'fedora',
      version: '32',
      prettyName: 'Fedora 32 (Workstation "Edition")',
      like: ['one', 'two'],
    });
  });

  it.each([
    ["ID='alpine'", 'alpine'],
    ['ID="Ubuntu"', 'ubuntu'],
    ['ID=debian # trailing', 'debian'],
    ['ID="deb\\$ian"', 'deb$ian'],
    ['ID=debian\r', 'debian'],
    ['__proto__=x', ''],
  ])('reads %j as the id %j', (text, id) => {
    expect(parseOsRelease(text).id).toBe(id);
  });

  it.each([
    ['CentOS release 6.10 (Final)\n', 'centos', '6.10'],
    ['Red Hat Enterprise Linux Server release 5.11 (Tikanga)', 'rhel', '5.11'],
    ['Amazon Linux AMI release 2018.03', 'amzn', '2018.03'],
    ['Oracle Linux Server release 7.9', 'ol', '7.9'],
    ['AlmaLinux release 9.3 (Shamrock Pampas Wildcat)', 'almalinux', '9.3'],
  ])('an old release line %j names %s %s', (line, id, version) => {
    expect(findReleaseLine(line)).toMatchObject({ id, version });
  });

  it('the files of Alpine, Debian and LSB are understood', () => {
    expect(parseAlpineRelease('3.18.4\n')).toMatchObject({ id: 'alpine', version: '3.18.4' });
    expect(parseDebianVersion('12.15\n')).toMatchObject({ id: 'debian', version: '12' });
    expect(parseDebianVersion('trixie/sid\n')).toEqual({ id: 'debian', version: '', codename: 'trixie', like: [] });
    expect(parseLsbRelease('DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=14.04\nDISTRIB_CODENAME=trusty\n')).toMatchObject({
      id: 'ubuntu',
      version: '14.04',
      codename: 'trusty',
    });
  });

  it('etc/os-release wins over usr/lib/os-release, and both over the rest', () => {
    const file = (path: string, id: string, version: string) => ({ path, size: 1, value: { id, version, like: [] } });
    expect(
      findDistro([
        file('etc/debian_version', 'debian', '12'),
        file('usr/lib/os-release', 'debian', '12'),
        file('etc/os-release', 'kali', '2024.1'),
      ]),
    ).toMatchObject({ id: 'kali', version: '2024.1' });
  });

  it('a version is completed only by a file of the same distribution', () => {
    const file = (path: string, id: string, version: string) => ({ path, size: 1, value: { id, version, like: [] } });
    expect(findDistro([file('etc/os-release', 'kali', ''), file('etc/debian_version', 'debian', '12')])?.version).toBe(
      '',
    );
    expect(
      findDistro([file('etc/os-release', 'debian', ''), file('etc/debian_version', 'debian', '12')])?.version,
    ).toBe('12');
  });
});
