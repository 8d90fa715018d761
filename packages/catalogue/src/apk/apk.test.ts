import { describe, expect, it } from 'vitest';
import { inventoryOf } from '../../test/read-files.ts';
import { osRelease } from '../os-release/cataloguer.ts';
import { apk } from './cataloguer.ts';

/** Letters as the Alpine wiki's "Apk spec" defines them. */
const database = `C:Q1qKcZ+j23xssAXmgQhkOO8dHnbWw=
P:musl
V:1.2.5-r0
A:x86_64
S:383327
I:622592
T:the musl c library (libc) implementation
U:https://musl.libc.org/
L:MIT
o:musl
m:Timo Teräs <timo.teras@iki.fi>
t:1710000000
c:abc
p:so:libc.musl-x86_64.so.1=1
F:lib
R:ld-musl-x86_64.so.1
a:0:0:755
Z:Q1abc=
F:P
R:V:2

P:busybox-binsh
V:1.36.1-r28
A:x86_64
L:GPL-2.0-only
o:busybox
D:busybox=1.36.1-r28
p:/bin/sh cmd:sh=1.36.1-r28
r:busybox-initscripts

P:busybox
V:1.36.1-r28
A:x86_64
L:GPL-2.0-only AND bzip2-1.0.6
o:busybox
D:so:libc.musl-x86_64.so.1 !uclibc-utils musl>=1.2 cmd:nosuch
`;

const choices = [osRelease, apk];
const alpine = { 'etc/os-release': 'ID=alpine\nVERSION_ID=3.20.3\n' };
const read = (text: string, path = 'lib/apk/db/installed') => inventoryOf({ ...alpine, [path]: text }, choices);
const apks = (text: string, path?: string) => read(text, path).packages.filter(({ foundBy }) => foundBy === 'apk');

describe('the packages of apk', () => {
  it('have purl, origin, licence and maintainer; names of their files do not count', () => {
    const [busybox, shell, musl, ...others] = apks(database).sort((a, b) => (a.name < b.name ? -1 : 1));
    expect(others).toEqual([]);
    expect(musl).toMatchObject({
      name: 'musl',
      version: '1.2.5-r0',
      purl: 'pkg:apk/alpine/musl@1.2.5-r0?arch=x86_64&distro=alpine-3.20.3',
      arch: 'x86_64',
      licenses: ['MIT'],
      supplier: 'Timo Teräs <timo.teras@iki.fi>',
      description: 'the musl c library (libc) implementation',
      locations: [{ path: 'lib/apk/db/installed' }],
    });
    expect(musl).not.toHaveProperty('source');
    expect(shell).toMatchObject({
      purl: 'pkg:apk/alpine/busybox-binsh@1.36.1-r28?arch=x86_64&distro=alpine-3.20.3&upstream=busybox',
      source: { name: 'busybox', version: '1.36.1-r28' },
    });
    expect(busybox?.licenses).toEqual(['GPL-2.0-only AND bzip2-1.0.6']);
  });

  it('need each other by name and by what they provide', () => {
    const packages = apks(database);
    const needs = (name: string) => packages.find((one) => one.name === name)?.dependsOn;
    expect(needs('busybox')).toEqual(['apk:pkg:apk/alpine/musl@1.2.5-r0?arch=x86_64&distro=alpine-3.20.3']);
    expect(needs('busybox-binsh')).toEqual([packages.find(({ name }) => name === 'busybox')?.ref]);
  });

  it('are read from where apk 3 keeps them too, whatever ends the lines', () => {
    expect(apks(database, 'usr/lib/apk/db/installed')).toHaveLength(3);
    expect(apks(database.replaceAll('\n', '\r\n'))).toEqual(apks(database));
  });

  it('of another distribution have its namespace', () => {
    const { packages } = inventoryOf(
      { 'etc/os-release': 'ID=wolfi\nVERSION_ID=20230201\n', 'lib/apk/db/installed': database },
      choices,
    );
    expect(packages.find(({ name }) => name === 'musl')?.purl).toBe(
      'pkg:apk/wolfi/musl@1.2.5-r0?arch=x86_64&distro=wolfi-20230201',
    );
  });

  it('that cannot be understood are counted', () => {
    const { packages, rejected } = read(`${database}\nP:nameless\nA:x86_64\n`);
    expect(packages).toHaveLength(3);
    expect(rejected).toEqual([
      { at: expect.stringMatching(/^lib\/apk\/db\/installed#byte \d+$/), why: 'a package without name or version' },
    ]);
    expect(read('no database').rejected).toHaveLength(1);
    expect(read('').rejected).toEqual([]);
  });
});
