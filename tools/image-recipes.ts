import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AssayError } from '@assay/contract';
import {
  type AppParts,
  type BaseParts,
  type BlobStore,
  type BuiltImage,
  buildArtifact,
  buildImage,
  bundleTree,
  type Component,
  type DebianArchitecture,
  fetchPackages,
  grypeImage,
  type ImageCard,
  nodeImage,
  productImages,
  readBase,
  readNode,
  readPackage,
  type ScannerParts,
  trivyDatabase,
  trivyImage,
} from '@assay/images';
import { bundleApp, versionOf } from './bundle-app.ts';
import { root } from './source-files.ts';

/** Where images are made, and whether Debian's packages are fetched anew. */
export interface ImageOptions {
  readonly folder: string;
  readonly refresh: boolean;
}

/** An image by name, and how it comes about. */
export interface NamedImage {
  readonly name: string;
  readonly tag: string;
  readonly isTest: boolean;
  build(store: BlobStore): Promise<BuiltImage>;
}

/** npm's names of architectures beside Debian's and OCI's. */
const architectures: readonly { readonly npm: string; readonly oci: DebianArchitecture }[] = [
  { npm: 'x64', oci: 'amd64' },
  { npm: 'arm64', oci: 'arm64' },
];

const version = versionOf('package.json');

/** Every image there is. What they share is read once, when the first asks. */
export function namedImages(options: ImageOptions): readonly NamedImage[] {
  let shared: Promise<readonly BaseParts[]> | undefined;
  const bases = () => {
    shared ??= readBases(options);
    return shared;
  };
  const overNode = (isTest: boolean, card: ImageCard, app: string, entry: string): NamedImage => ({
    name: card.name,
    tag: version,
    isTest,
    build: async (store) => {
      const parts = await bundleParts(app, entry);
      const recipes = (await bases()).map((base) => nodeImage(card, base, parts));
      return buildImage(recipes, store);
    },
  });
  const scanner = (name: string, make: typeof grypeImage, parts: () => Promise<ScannerParts>): NamedImage => ({
    name,
    tag: version,
    isTest: true,
    // The scanners' programs are this machine's.
    build: async (store) => {
      const own = await parts();
      const recipes = (await bases()).filter(isOwn).map((base) => make(base, own));
      return buildImage(recipes, store);
    },
  });
  return [
    ...productImages.map((product) =>
      overNode(false, { ...product, version }, product.app, `apps/${product.app}/src/main.ts`),
    ),
    overNode(
      true,
      testCard('stub', 'A scanner that does what it is told.'),
      'stub',
      'packages/images/test/stub-scanner.ts',
    ),
    overNode(
      true,
      testCard('registry', 'A registry that knows referrers.'),
      'registry',
      'packages/images/test/registry-main.ts',
    ),
    scanner('assay-grype', grypeImage, () => readScanner('grype', grypeData, options)),
    scanner('assay-trivy', trivyImage, () => readScanner('trivy', trivyData, options)),
    {
      name: 'trivy-db',
      // The version of the database's schema, which Trivy asks for by itself.
      tag: '2',
      isTest: true,
      build: (store) => buildArtifact(trivyDatabase(readFileSync(join(advisories(), 'trivy-db.tar.gz'))), store),
    },
  ];
}

function testCard(app: string, description: string): ImageCard {
  const facts = {
    user: '65534:65534',
    entrypoint: ['/usr/local/bin/node', `/app/${app}.js`],
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/tmp' },
    workingDir: '/app',
  };
  return { name: `assay-${app}`, version, description, facts };
}

/** The platforms whose Node npm brought: this machine's, and others where they were installed too. */
async function readBases({ folder, refresh }: ImageOptions): Promise<readonly BaseParts[]> {
  const bases: BaseParts[] = [];
  for (const { npm, oci } of architectures) {
    const home = join(root, 'node_modules', `node-linux-${npm}`);
    if (!existsSync(home)) continue;
    const debian = await readBase({ architecture: oci, folder: join(folder, 'debian'), refresh });
    bases.push({ platform: { os: 'linux', architecture: oci }, debian, node: await readNode(home) });
  }
  if (bases.length === 0)
    throw new AssayError('IMAGE_INPUT_INVALID', 'npm brought no Node for Linux: images are built on Linux');
  return bases;
}

const isOwn = ({ platform }: BaseParts) =>
  architectures.some(({ npm, oci }) => npm === process.arch && oci === platform.architecture);

async function bundleParts(app: string, entry: string): Promise<AppParts> {
  if (!existsSync(join(root, entry))) throw new AssayError('IMAGE_INPUT_INVALID', `${entry} is not there`);
  const { files, packages } = await bundleApp(app, entry);
  const components = packages.map(({ name, version }): Component => ({ type: 'npm', name, version }));
  return { tree: bundleTree(files), components };
}

const shared = join(root, '..', 'shared');

/** A scanner's program and data come from the shared test equipment. */
async function readScanner(
  name: 'grype' | 'trivy',
  readData: (program: string) => ReadonlyMap<string, Uint8Array>,
  { folder, refresh }: ImageOptions,
): Promise<ScannerParts> {
  if (!existsSync(join(shared, 'tools/install')))
    throw new AssayError(
      'IMAGE_INPUT_INVALID',
      `assay-${name} needs ../shared/tools, which is not beside this checkout`,
    );
  const bin = execFileSync('bash', [join(shared, 'tools/install'), name], { encoding: 'utf8' }).trim();
  const program = join(bin, name);
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const [path = ''] = await fetchPackages(['busybox-static'], {
    architecture,
    folder: join(folder, 'debian'),
    refresh,
  });
  const busybox = await readPackage(path);
  const entry = busybox.files.get('bin/busybox') ?? busybox.files.get('usr/bin/busybox');
  if (entry?.type !== 'file') throw new AssayError('IMAGE_INPUT_INVALID', 'busybox-static has no busybox');
  return {
    version: /-v?([\d.]+)$/.exec(realName(program))?.[1] ?? 'unknown',
    program: readFileSync(program),
    data: readData(program),
    shell: { program: entry.content, package: busybox },
  };
}

const realName = (path: string) => execFileSync('readlink', ['-f', path], { encoding: 'utf8' }).trim();

const advisories = () =>
  execFileSync('bash', [join(shared, 'fixtures/unpack'), 'advisories'], { encoding: 'utf8' }).trim();

function grypeData(program: string): ReadonlyMap<string, Uint8Array> {
  return inScratch((scratch) => {
    const archive = readdirSync(advisories()).find((name) => /^vulnerability-db_v6.*\.tar\.zst$/.test(name)) ?? '';
    execFileSync(program, ['db', 'import', join(advisories(), archive)], {
      env: { ...process.env, GRYPE_DB_CACHE_DIR: scratch, GRYPE_CHECK_FOR_APP_UPDATE: 'false' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return readFolder(scratch);
  });
}

function trivyData(): ReadonlyMap<string, Uint8Array> {
  return inScratch((scratch) => {
    execFileSync('tar', ['-xzf', join(advisories(), 'trivy-db.tar.gz'), '-C', scratch]);
    return new Map([...readFolder(scratch)].map(([name, content]) => [`db/${name}`, content]));
  });
}

function inScratch<T>(work: (folder: string) => T): T {
  const scratch = mkdtempSync(join(tmpdir(), 'assay-images-'));
  try {
    return work(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function readFolder(folder: string): ReadonlyMap<string, Uint8Array> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(folder.length + 1), readFileSync(path)];
    }),
  );
}
