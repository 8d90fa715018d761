import type { OsRelease } from './parse-os-release.ts';

/** First words of one-line release files, and the `ID` that os-release would have. */
const families: readonly (readonly [prefix: string, id: string, like: readonly string[]])[] = [
  ['CentOS Stream', 'centos', ['rhel', 'fedora']],
  ['CentOS', 'centos', ['rhel', 'fedora']],
  ['Red Hat Enterprise Linux', 'rhel', ['fedora']],
  ['Fedora', 'fedora', []],
  ['AlmaLinux', 'almalinux', ['rhel', 'centos', 'fedora']],
  ['Rocky Linux', 'rocky', ['rhel', 'centos', 'fedora']],
  ['Oracle Linux', 'ol', ['fedora']],
  ['Scientific Linux', 'scientific', ['rhel', 'centos', 'fedora']],
  ['Amazon Linux', 'amzn', ['rhel', 'fedora']],
  ['VMware Photon', 'photon', []],
  ['CBL-Mariner', 'mariner', []],
  ['Mariner', 'mariner', []],
  ['openSUSE Leap', 'opensuse-leap', ['suse', 'opensuse']],
  ['openSUSE', 'opensuse', ['suse']],
  ['SUSE Linux Enterprise Server', 'sles', ['suse']],
];

/** Reads lines such as `CentOS release 6.10 (Final)`. `undefined` when the distribution is none we know. */
export function findReleaseLine(text: string): OsRelease | undefined {
  const line = text.slice(0, 300).split('\n', 1)[0]?.trim() ?? '';
  const family = families.find(([prefix]) => line.startsWith(prefix));
  if (family === undefined) return undefined;
  const version = /\d[\w.]*/.exec(line)?.[0] ?? '';
  const codename = /\(([^()]{1,60})\)/.exec(line)?.[1];
  return {
    id: family[1],
    version,
    ...(codename === undefined ? {} : { codename }),
    prettyName: line,
    like: family[2],
  };
}

/** Reads `/etc/alpine-release`: the version alone, such as `3.18.4`; edge says `3.21.0_alpha20240807`. */
export function parseAlpineRelease(text: string): OsRelease {
  return { id: 'alpine', version: firstWord(text), like: [] };
}

/** Reads `/etc/debian_version`: `12.5`, or `trixie/sid` before a release. Only the major part is a release of Debian. */
export function parseDebianVersion(text: string): OsRelease {
  const word = firstWord(text);
  const major = /^\d+/.exec(word)?.[0];
  return major === undefined
    ? { id: 'debian', version: '', codename: word.split('/')[0] ?? '', like: [] }
    : { id: 'debian', version: major, pointRelease: word, like: [] };
}

function firstWord(text: string): string {
  return text.slice(0, 200).trim().split(/\s/, 1)[0] ?? '';
}
