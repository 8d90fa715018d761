import type { Distro } from '@assay/contract';
import type { SelectedFile } from '@assay/image';
import { type Cataloguer, wholeFile } from '../cataloguer.ts';
import { isDistro, type OsRelease, parseLsbRelease, parseOsRelease } from './parse-os-release.ts';
import { findReleaseLine, parseAlpineRelease, parseDebianVersion } from './parse-release-line.ts';

type Read = (text: string) => OsRelease | undefined;

/** Where a distribution says its name, the most telling first. Source: os-release(5) for the order of the first two. */
const places: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['etc/os-release', parseOsRelease],
  ['usr/lib/os-release', parseOsRelease],
  ['etc/oracle-release', findReleaseLine],
  ['etc/fedora-release', findReleaseLine],
  ['etc/centos-release', findReleaseLine],
  ['etc/redhat-release', findReleaseLine],
  ['etc/system-release', findReleaseLine],
  ['etc/mariner-release', findReleaseLine],
  ['etc/photon-release', findReleaseLine],
  ['etc/SuSE-release', findReleaseLine],
  ['etc/alpine-release', parseAlpineRelease],
  ['etc/lsb-release', parseLsbRelease],
  ['etc/debian_version', parseDebianVersion],
]);

const maxBytes = 64 * 1024;

/** The distribution an image is built on. */
export const osRelease: Cataloguer<OsRelease> = {
  id: 'os-release',
  version: 1,
  files: { baseNames: [...places.keys()].map((path) => path.slice(path.lastIndexOf('/') + 1)) },
  select(file) {
    const read = places.get(file.path);
    return read === undefined
      ? undefined
      : wholeFile(file, maxBytes, (bytes) => read(Buffer.from(bytes).toString('utf8')));
  },
  places: [...places.keys()],
  // The distribution is a fact about all the packages, `Inventory.distro`, and no package itself.
  packages: () => ({ packages: [], rejected: [] }),
};

/** The distribution that the release files name together, or `undefined` when none does. */
export function findDistro(found: readonly SelectedFile<OsRelease>[]): Distro | undefined {
  return findBest(found)?.value;
}

/**
 * The first place that names the distribution. A rolling or minimal os-release without a version is completed by another
 * file that names the same distribution: unversioned Debian is told from `sid` that way.
 */
function findBest(found: readonly SelectedFile<OsRelease>[]): SelectedFile<Distro> | undefined {
  const byPath = new Map(found.map((file) => [file.path, file]));
  const ordered = [...places.keys()].map((path) => byPath.get(path)).filter((file) => file !== undefined);
  const first = ordered.find((file) => isDistro(file.value));
  if (first === undefined) return undefined;
  const same = ordered.filter((file) => file.value.id === first.value.id);
  const version = same.find((file) => file.value.version !== '')?.value.version ?? '';
  const codename = same.find((file) => file.value.codename !== undefined)?.value.codename;
  const { pointRelease: _, ...distro } = first.value;
  return { ...first, value: { ...distro, version, ...(codename === undefined ? {} : { codename }) } };
}

/** The point release of the distribution, `12.15`, where a file of the same distribution says one. */
export function findPointRelease(found: readonly SelectedFile<OsRelease>[]): string | undefined {
  const id = findDistro(found)?.id;
  return found.find(({ value }) => value.id === id && value.pointRelease !== undefined)?.value.pointRelease;
}
