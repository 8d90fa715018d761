// Bundles the command line into a folder, so that a start reads a few files instead of hundreds, and makes the starter data.
//   node tools/build-cli.ts FOLDER
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundleOptions } from './bundle-options.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Loaded from node_modules at run time: they bring WebAssembly, for strict XML validation and the embedded database. */
const external = ['libxml2-wasm', '@electric-sql/pglite'];
const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: node tools/build-cli.ts FOLDER');
mkdirSync(folder, { recursive: true });

await build({ ...bundleOptions(external), entryPoints: { main: 'apps/cli/src/main.ts' }, outdir: folder });
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ type: 'module', version })}\n`);

const { buildStarterData } = await import('@assay/advisories');
await buildStarterData(join(folder, 'starter.db'), { now: new Date() });

// A new database of the store starts from this one. It is made once, for it takes seconds: `npm ci` with another PGlite brings another name.
const { makeEmptyDatabase } = await import('@assay/store');
const { version: engine } = JSON.parse(
  readFileSync(join(root, 'node_modules/@electric-sql/pglite/package.json'), 'utf8'),
) as {
  version: string;
};
const kept = join(folder, '..', `empty-database-${engine}.tar.zst`);
if (!existsSync(kept)) await makeEmptyDatabase(kept);
copyFileSync(kept, join(folder, '..', 'empty-database.tar.zst'));
