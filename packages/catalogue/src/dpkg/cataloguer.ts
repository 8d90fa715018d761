import { AssayError, type Rejected } from '@assay/contract';
import type { FileHeader, FileReader, SelectedFile } from '@assay/image';
import { type CatalogueContext, type Catalogued, type Cataloguer, wholeFile } from '../cataloguer.ts';
import { distroQualifier, type InstalledIn, toSystemPackages } from '../distribution/installed.ts';
import { findLicenses } from './parse-copyright.ts';
import { type DpkgStatus, parseDpkgStatus } from './parse-status.ts';

/** What one file told: packages, or the licences of the package that the path names. */
type DpkgFile =
  | { readonly is: 'status'; readonly status: DpkgStatus }
  | { readonly is: 'copyright'; readonly licenses: readonly string[] };

const maxStatus = 64 * 1024 * 1024;
const maxCopyright = 1024 * 1024;
/** Distroless images have one file a package in `status.d`, with its checksums beside; OpenWrt's opkg writes the same form. */
const statusPath = /(?:^|\/)lib\/(?:(?:dpkg|opkg)\/status|dpkg\/status\.d\/[^/]+)$/;
const copyrightPath = /(?:^|\/)usr\/share\/doc\/([^/]+)\/copyright$/;

/** Packages of Debian, Ubuntu and their relatives. */
export const dpkg: Cataloguer<DpkgFile> = {
  id: 'dpkg',
  version: 1,
  files: { baseNames: ['status', 'copyright'], folders: ['status.d'] },
  places: ['var/lib/dpkg/status'],
  select,
  packages,
};

function select(file: FileHeader): FileReader<DpkgFile> | undefined {
  if (statusPath.test(file.path)) {
    return file.path.endsWith('.md5sums') ? undefined : wholeFile(file, maxStatus, readStatus);
  }
  // A licence file of unusual size is not worth a rejection.
  return file.size <= maxCopyright && copyrightPath.test(file.path)
    ? wholeFile(file, maxCopyright, readCopyright)
    : undefined;
}

function readStatus(bytes: Uint8Array): DpkgFile {
  if (bytes.includes(0)) throw new AssayError('FILE_UNREADABLE', 'binary: not a status file of dpkg');
  return {
    is: 'status',
    status: parseDpkgStatus(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')),
  };
}

function readCopyright(bytes: Uint8Array): DpkgFile | undefined {
  const licenses = findLicenses(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'));
  return licenses.length === 0 ? undefined : { is: 'copyright', licenses };
}

function packages(found: readonly SelectedFile<DpkgFile>[], context: CatalogueContext): Catalogued {
  const licenses = new Map<string, readonly string[]>();
  const files: InstalledIn[] = [];
  const rejected: Rejected[] = [];
  for (const { value, path } of found) {
    const name = copyrightPath.exec(path)?.[1];
    if (value.is === 'copyright' && name !== undefined) licenses.set(name, value.licenses);
  }
  for (const { value, path, layer } of found) {
    if (value.is !== 'status') continue;
    for (const { at, why } of value.status.rejected) rejected.push({ at: `${path}#${at}`, why });
    const installed = value.status.installed.map((one) => ({ ...one, licenses: licenses.get(one.name) ?? [] }));
    files.push({ path, value: installed, ...(layer === undefined ? {} : { layer }) });
  }
  const manager = { id: 'dpkg', type: 'deb', namespace: context.distro?.id ?? '' } as const;
  return {
    packages: toSystemPackages(manager, files, distroQualifier(context.distro, context.pointRelease)),
    rejected,
  };
}
