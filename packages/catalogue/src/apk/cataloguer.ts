import { AssayError } from '@assay/contract';
import { type Cataloguer, wholeFile } from '../cataloguer.ts';
import { distroQualifier, toSystemPackages } from '../distribution/installed.ts';
import { type ApkDatabase, parseApkDatabase } from './parse-installed.ts';

const maxDatabase = 128 * 1024 * 1024;
const databasePath = /(?:^|\/)lib\/apk\/db\/installed$/;

/** Packages of Alpine, Wolfi, Chainguard and their relatives. */
export const apk: Cataloguer<ApkDatabase> = {
  id: 'apk',
  version: 1,
  files: { baseNames: ['installed'] },
  places: ['lib/apk/db/installed', 'usr/lib/apk/db/installed'],
  select: (file) =>
    databasePath.test(file.path)
      ? wholeFile(file, maxDatabase, (bytes) => {
          if (bytes.includes(0)) throw new AssayError('FILE_UNREADABLE', 'binary: not a database of apk');
          return parseApkDatabase(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'));
        })
      : undefined,
  packages(found, { distro, pointRelease }) {
    const manager = { id: 'apk', type: 'apk', namespace: distro?.id ?? 'alpine' } as const;
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
