// Bundles one app for its image. Also for the files in deploy/docker:
//   node tools/bundle-app.ts APP FOLDER
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
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

/**
 * Bundles `entry` (from the repository's root) as `NAME.js` with its parts. The packages it took in leave their descriptions in
 * `node_modules`, so that a scanner of the image sees what the bundle is made of.
 */
export async function bundleApp(name: string, entry: string): Promise<Bundle> {
  const built = await build({
    ...bundleOptions([]),
    entryPoints: { [name]: entry },
    outdir: '/app',
    write: false,
  });
  const files = new Map<string, Uint8Array>(
    built.outputFiles.map((file) => [file.path.replace(/^\/app\//, ''), file.contents]),
  );
  files.set('package.json', Buffer.from(`${JSON.stringify({ type: 'module', version: versionOf('package.json') })}\n`));
  const packages = packagesOf(Object.keys(built.metafile.inputs));
  for (const each of packages)
    files.set(`node_modules/${each.name}/package.json`, Buffer.from(`${JSON.stringify(each)}\n`));
  return { files, packages };
}

/** The version a package.json (path from the repository's root) says. */
export function versionOf(path: string): string {
  return (JSON.parse(readFileSync(join(root, path), 'utf8')) as { version: string }).version;
}

function packagesOf(inputs: readonly string[]): readonly BundledPackage[] {
  const folders = inputs
    .map((path) => /^(?:.*:)?(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1])
    .filter((folder) => folder !== undefined);
  return [...new Set(folders)].sort().map((folder) => {
    const {
      name,
      version,
      license = '',
    } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Partial<BundledPackage>; // npm checked it when it installed it
    return { name: name ?? folder, version: version ?? '', license };
  });
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
