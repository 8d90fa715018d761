import type { ImageRecipe } from './build-image.ts';
import type { DebianPackage } from './debian/package-facts.ts';
import { type FileTree, file, folder, link, mergeTrees, type Owner, type TreeEntry } from './file-tree.ts';
import { type BaseParts, debianComponents, type ImageCard, overDebian } from './product-recipe.ts';

/** A scanner's program, its vulnerability data, and a busybox for a shell: what tests and air-gapped clusters run. */
export interface ScannerParts {
  readonly version: string;
  readonly program: Uint8Array;
  /** Files of the scanner's own data folder, by path inside it. */
  readonly data: ReadonlyMap<string, Uint8Array>;
  /** A static busybox, with the commands to be linked to it. */
  readonly shell: { readonly program: Uint8Array; readonly package: DebianPackage };
}

const nobody: Owner = { uid: 65534, gid: 65534 };
const commands = ['sh', 'cat', 'cp', 'ls', 'mkdir', 'sleep', 'env', 'id', 'test', 'true', 'false', 'wc', 'tar', 'gzip'];
const env = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/tmp',
  SSL_CERT_FILE: '/etc/ssl/certs/ca-certificates.crt',
} as const;

/** Grype with its data, as `/grype`, where its own image has it. It asks nobody for newer data or releases. */
export function grypeImage(base: Pick<BaseParts, 'platform' | 'debian'>, parts: ScannerParts): ImageRecipe {
  const card = scannerCard('assay-grype', 'Grype with test data.', parts.version, ['/grype'], {
    ...env,
    GRYPE_DB_CACHE_DIR: '/var/lib/grype',
    GRYPE_DB_AUTO_UPDATE: 'false',
    GRYPE_DB_VALIDATE_AGE: 'false',
    GRYPE_CHECK_FOR_APP_UPDATE: 'false',
  });
  return scannerImage(card, base, parts, 'grype', 'var/lib/grype');
}

/** Trivy with its data, as `/usr/local/bin/trivy`, where its own image has it. */
export function trivyImage(base: Pick<BaseParts, 'platform' | 'debian'>, parts: ScannerParts): ImageRecipe {
  const card = scannerCard('assay-trivy', 'Trivy with test data.', parts.version, ['/usr/local/bin/trivy'], {
    ...env,
    TRIVY_CACHE_DIR: '/var/lib/trivy',
    TRIVY_SKIP_DB_UPDATE: 'true',
    TRIVY_SKIP_JAVA_DB_UPDATE: 'true',
    TRIVY_OFFLINE_SCAN: 'true',
  });
  return scannerImage(card, base, parts, 'usr/local/bin/trivy', 'var/lib/trivy');
}

function scannerCard(
  name: string,
  description: string,
  version: string,
  entrypoint: readonly string[],
  variables: Readonly<Record<string, string>>,
): ImageCard {
  return {
    name,
    version,
    description,
    facts: { user: '65534:65534', entrypoint, env: variables, workingDir: '/tmp' },
  };
}

function scannerImage(
  card: ImageCard,
  base: Pick<BaseParts, 'platform' | 'debian'>,
  parts: ScannerParts,
  programPath: string,
  dataPath: string,
): ImageRecipe {
  const program: FileTree = new Map([[programPath, file(parts.program, 0o755)]]);
  const between = [
    { tree: shellTree(parts.shell), comment: `${parts.shell.package.name} ${parts.shell.package.version}` },
    { tree: program, comment: `${card.name} ${card.version}` },
  ];
  return overDebian(card, base, between, {
    tree: dataTree(dataPath, parts.data),
    components: debianComponents([parts.shell.package]),
  });
}

function shellTree(shell: ScannerParts['shell']): FileTree {
  const links = commands.map((command): [string, TreeEntry] => [`bin/${command}`, link('busybox')]);
  const { name, control } = shell.package;
  return new Map([
    ['bin/busybox', file(shell.program, 0o755)],
    [`var/lib/dpkg/status.d/${name}`, file(`${control.trimEnd()}\n`)],
    ...links,
  ]);
}

/** Data the scan's user owns: both scanners open theirs as if to write. */
function dataTree(path: string, data: ReadonlyMap<string, Uint8Array>): FileTree {
  const files = [...data].map(([name, content]): [string, TreeEntry] => [
    `${path}/${name}`,
    { ...file(content), owner: nobody },
  ]);
  const folders = [...data.keys()]
    .flatMap((name) =>
      name
        .split('/')
        .slice(0, -1)
        .map((_, at, parts) => parts.slice(0, at + 1).join('/')),
    )
    .map((name): [string, TreeEntry] => [`${path}/${name}`, folder(0o755, nobody)]);
  return mergeTrees([new Map([[path, folder(0o755, nobody)], ...folders]), new Map(files)]);
}
