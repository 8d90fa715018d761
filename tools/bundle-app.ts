// Bundles one app for its image. Also for the files in deploy/docker:
//   node tools/bundle-app.ts APP FOLDER
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { bundleOptions } from './bundle-options.ts';
import { root } from './source-files.ts';

/** A package of npm's that is in a bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

export interface Bundle {
  /** By path under `/app`. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly packages: readonly BundledPackage[];
}

/** Bring WebAssembly, which they read from their own folders: copied as they are where an app imports them, never bundled. They have no dependencies. */
const whole = ['libxml2-wasm', '@electric-sql/pglite'];

/**
 * Bundles `entry` (from the repository's root) as `NAME.js` with its parts. The packages it took in leave their descriptions in
 * `node_modules`, so that a scanner of the image sees what the bundle is made of.
 */
export async function bundleApp(name: string, entry: string): Promise<Bundle> {
  const built = await build({
    ...bundleOptions(whole),
    entryPoints: { [name]: entry },
    outdir: '/app',
    write: false,
  });
  const files = new Map<string, Uint8Array>(
    built.outputFiles.map((file) => [file.path.replace(/^\/app\//, ''), file.contents]),
  );
  files.set('package.json', Buffer.from(`${JSON.stringify({ type: 'module', version: versionOf('package.json') })}\n`));
  const folders = packageFolders(Object.keys(built.metafile.inputs));
  const bundled = folders.map(readPackage);
  for (const [at, folder] of folders.entries()) {
    // Two versions of one package lie in two folders, here as there.
    const place = folder.slice(folder.indexOf('node_modules/'));
    files.set(`${place}/package.json`, Buffer.from(`${JSON.stringify(bundled[at])}\n`));
  }
  const imports = Object.values(built.metafile.outputs).flatMap((output) => output.imports);
  const kept = whole.filter((each) => imports.some(({ path, external }) => external === true && path === each));
  for (const each of kept) for (const [path, content] of filesOf(each)) files.set(path, content);
  // The command line knows a few vulnerabilities without any download.
  if (name === 'cli') files.set('starter.db', await starterData());
  return { files, packages: [...bundled, ...kept.map((each) => readPackage(`node_modules/${each}`))] };
}

async function starterData(): Promise<Uint8Array> {
  const { buildStarterData } = await import('@assay/advisories');
  const scratch = mkdtempSync(join(tmpdir(), 'assay-starter-'));
  try {
    await buildStarterData(join(scratch, 'starter.db'), { now: new Date() });
    return readFileSync(join(scratch, 'starter.db'));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function filesOf(name: string): ReadonlyMap<string, Uint8Array> {
  const entries = readdirSync(join(root, 'node_modules', name), { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
  return new Map(
    paths.filter((path) => !/\.(?:d\.[mc]?ts|map)$/.test(path)).map((path) => [path, readFileSync(join(root, path))]),
  );
}

/** The version a package.json (path from the repository's root) says. */
export function versionOf(path: string): string {
  return (JSON.parse(readFileSync(join(root, path), 'utf8')) as { version: string }).version;
}

function packageFolders(inputs: readonly string[]): readonly string[] {
  const folders = inputs
    .map((path) => /^(?:.*:)?(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1])
    .filter((folder) => folder !== undefined);
  return [...new Set(folders)].sort();
}

function readPackage(folder: string): BundledPackage {
  const text = readFileSync(join(root, folder, 'package.json'), 'utf8');
  const { name, version, license = '' } = JSON.parse(text) as Partial<BundledPackage>; // npm checked it when it installed it
  return { name: name ?? folder, version: version ?? '', license };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [name, folder] = process.argv.slice(2);
  if (name === undefined || folder === undefined) throw new Error('usage: node tools/bundle-app.ts APP FOLDER');
  const { files } = await bundleApp(name, `apps/${name}/src/main.ts`);
  for (const [path, content] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}
