import { AssayError, type Rejected } from '@assay/contract';
import type { FileHeader, FileReader } from '@assay/image';
import { type Cataloguer, wholeFile } from '../cataloguer.ts';
import { distroQualifier, type Installed, toSystemPackages } from '../distribution/installed.ts';
import { berkeleyBlobs } from './berkeley-blobs.ts';
import { ndbBlobs } from './ndb-blobs.ts';
import { findRpm } from './parse-header.ts';
import { parseContainerManifest } from './parse-manifest.ts';
import { sqliteBlobs } from './sqlite-blobs.ts';

/** Packages of one database, and the entries that are none. */
interface RpmDatabase {
  readonly installed: readonly Installed[];
  readonly rejected: readonly Rejected[];
}

/** The file of each of rpm's database kinds. Source: rpm's documentation, "Database backends". */
const readers: ReadonlyMap<string, (bytes: Uint8Array) => RpmDatabase> = new Map([
  ['rpmdb.sqlite', (bytes: Uint8Array) => fromHeaders(sqliteBlobs(bytes, 'Packages'))],
  ['Packages.db', (bytes: Uint8Array) => fromHeaders(ndbBlobs(bytes))],
  ['Packages', (bytes: Uint8Array) => fromHeaders(berkeleyBlobs(bytes))],
  ['container-manifest-2', parseContainerManifest],
]);

const folder = /(?:^|\/)(?:var\/lib\/rpm|usr\/lib\/sysimage\/rpm|usr\/share\/rpm|var\/lib\/rpmmanifest)\/[^/]+$/;
const maxDatabase = 160 * 1024 * 1024;
/** No header is shorter; Berkeley DB's counter of packages is. */
const shortestHeader = 8;

/** Packages of Red Hat, Fedora, SUSE, Amazon, Oracle, Azure and their relatives. */
export const rpm: Cataloguer<RpmDatabase> = {
  id: 'rpm',
  version: 1,
  files: { baseNames: [...readers.keys()] },
  places: [
    'var/lib/rpm/rpmdb.sqlite',
    'var/lib/rpm/Packages.db',
    'var/lib/rpm/Packages',
    'usr/lib/sysimage/rpm/rpmdb.sqlite',
    'usr/lib/sysimage/rpm/Packages.db',
  ],
  select,
  packages(found, { distro, pointRelease }) {
    const manager = { id: 'rpm', type: 'rpm', namespace: namespaceOf(distro?.id ?? '') } as const;
    const files = found.map(({ path, layer, value }) => ({
      path,
      value: value.installed,
      ...(layer === undefined ? {} : { layer }),
    }));
    return {
      packages: toSystemPackages(manager, files, distroQualifier(distro, pointRelease)),
      rejected: found.flatMap(({ path, value }) => value.rejected.map(({ at, why }) => ({ at: `${path}#${at}`, why }))),
    };
  },
};

function select(file: FileHeader): FileReader<RpmDatabase> | undefined {
  const read = folder.test(file.path) ? readers.get(file.path.slice(file.path.lastIndexOf('/') + 1)) : undefined;
  return read === undefined ? undefined : wholeFile(file, maxDatabase, read);
}

/** What was read before a database turned out to be damaged counts, beside the rejection. Throws where that is nothing. */
function fromHeaders(blobs: Iterable<Uint8Array>): RpmDatabase {
  const installed: Installed[] = [];
  const rejected: Rejected[] = [];
  let index = 0;
  try {
    for (const blob of blobs) {
      if (blob.length < shortestHeader) continue;
      index++;
      const one = findRpm(blob);
      if (one === undefined) rejected.push({ at: `package ${index}`, why: 'its header cannot be read' });
      else if (one !== 'key') installed.push(one);
    }
  } catch (error) {
    if (!(error instanceof AssayError) || installed.length === 0) throw error;
    rejected.push({ at: `after package ${index}`, why: error.detail });
  }
  return { installed, rejected };
}

/** Vendors that purls name other than os-release does. Source: purl-spec, type rpm; what Syft and Trivy write. */
function namespaceOf(id: string): string {
  if (id === 'rhel') return 'redhat';
  return id.startsWith('opensuse') ? 'opensuse' : id;
}
