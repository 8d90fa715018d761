import { type FileTree, file, folder, link, mergeTrees, type TreeEntry } from '../file-tree.ts';
import type { DebianPackage } from './package-facts.ts';

/** What a container without a shell has no use for. Licences stay: they must go where the files go. */
const left: readonly RegExp[] = [
  /^usr\/share\/doc\/[^/]+\/(?!copyright$)/,
  /^usr\/share\/(?:man|locale|info|lintian|gcc|base-files|dict|bug|gdb)(?:\/|$)/,
  /^(?:usr\/)?lib\/[^/]+\/gconv(?:\/|$)/,
  /^etc\/(?:update-motd\.d|skel|profile\.d|default|dpkg|ca-certificates|issue|issue\.net)(?:\/|$)/,
  /^(?:boot|home|media|mnt|opt|srv|proc|sys|dev|root|usr\/games|usr\/include|usr\/src|usr\/sbin|sbin|bin)(?:\/|$)/,
];

/** The people of the image: numeric in the configuration, with names for programs that look them up. */
const people = [
  ['root', 0, '/root'],
  ['nonroot', 65532, '/home/nonroot'],
  ['nobody', 65534, '/nonexistent'],
] as const;

/**
 * The lowest layer: the packages' files without manuals and translations, their entries in dpkg's database (one file a package, as
 * images without dpkg keep it), the list of trusted certificates, people, and folders everybody may write to.
 */
export function debianTree(packages: readonly DebianPackage[]): FileTree {
  const files = mergeTrees(packages.map((each) => each.files));
  const kept = new Map([...files].filter(([path]) => !left.some((pattern) => pattern.test(path))));
  return mergeTrees([kept, databaseOf(packages, kept), certificatesOf(files), peopleAndPlaces()]);
}

function databaseOf(packages: readonly DebianPackage[], kept: FileTree): FileTree {
  return new Map(
    packages.flatMap(({ name, control, checksums }): [string, TreeEntry][] => {
      // A line is a checksum, two spaces and a path. What was left out has none here.
      const lines = checksums.split('\n').filter((line) => kept.has(line.slice(34)));
      return [
        [`var/lib/dpkg/status.d/${name}`, file(`${control.trimEnd()}\n`)],
        [`var/lib/dpkg/status.d/${name}.md5sums`, file(lines.map((line) => `${line}\n`).join(''))],
      ];
    }),
  );
}

/** One file of every certificate the package brings, in the order of their names: what its own set-up program would write. */
function certificatesOf(files: FileTree): FileTree {
  const certificates = [...files]
    .filter(([path, entry]) => path.startsWith('usr/share/ca-certificates/') && entry.type === 'file')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, entry]) => (entry.type === 'file' ? `${Buffer.from(entry.content).toString('latin1').trimEnd()}\n` : ''));
  if (certificates.length === 0) return new Map();
  return new Map([['etc/ssl/certs/ca-certificates.crt', file(Buffer.from(certificates.join(''), 'latin1'))]]);
}

function peopleAndPlaces(): FileTree {
  const passwd = people.map(([name, id, home]) => `${name}:x:${id}:${id}:${name}:${home}:/usr/sbin/nologin\n`);
  const group = people.map(([name, id]) => `${name}:x:${id}:\n`);
  return new Map<string, TreeEntry>([
    ['etc/passwd', file(passwd.join(''))],
    ['etc/group', file(group.join(''))],
    ['etc/nsswitch.conf', file('hosts: files dns\n')],
    ['etc/os-release', link('../usr/lib/os-release')],
    ['home/nonroot', folder(0o750, { uid: 65532, gid: 65532 })],
    ['tmp', folder(0o1777)],
    ['var/tmp', folder(0o1777)],
  ]);
}
