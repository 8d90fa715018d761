// Bundles the command line into a folder, so that a start reads a few files instead of hundreds, and makes the starter data.
//   node tools/build-cli.ts FOLDER
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Loaded from node_modules at run time: it brings WebAssembly, and is needed for strict XML validation only. */
const external = ['libxml2-wasm'];
const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: node tools/build-cli.ts FOLDER');
mkdirSync(folder, { recursive: true });

/**
 * A package that is loaded late is seen through a small module that names its exports, as Node sees them. esbuild alone gives a late
 * CommonJS package nothing but `default` when it splits the bundle.
 */
const lateNames: Plugin = {
  name: 'late-names',
  setup(bundle) {
    bundle.onResolve({ filter: /^[^./]/ }, ({ kind, path, resolveDir }) =>
      kind === 'dynamic-import' && !/^(?:node:|@assay\/)/.test(path) && !external.includes(path)
        ? { path, namespace: 'late', pluginData: resolveDir }
        : undefined,
    );
    bundle.onLoad({ filter: /.*/, namespace: 'late' }, async ({ path, pluginData }) => {
      const names = Object.keys((await import(path)) as object).filter(
        (name) => /^[\w$]+$/.test(name) && name !== 'default',
      );
      const named = names.length === 0 ? '' : `export const { ${names.join(', ')} } = late;`;
      return {
        contents: `import * as late from ${JSON.stringify(path)};${named}export default late.default;`,
        resolveDir: String(pluginData),
      };
    });
  },
};

await build({
  absWorkingDir: root,
  entryPoints: { main: 'apps/cli/src/main.ts' },
  outdir: folder,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: false,
  legalComments: 'none',
  logLevel: 'warning',
  external,
  plugins: [lateNames],
  // CommonJS dependencies ask for `require`.
  banner: {
    js: "import { createRequire as assayCreateRequire } from 'node:module';const require = assayCreateRequire(import.meta.url);",
  },
});
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ type: 'module', version })}\n`);

const { buildStarterData } = await import('@assay/advisories');
await buildStarterData(join(folder, 'starter.db'), { now: new Date() });
