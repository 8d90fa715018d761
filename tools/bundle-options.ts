import type { BuildOptions } from 'esbuild';
import { lateNames } from './late-names.ts';
import { root } from './source-files.ts';

/** How every program of ours is bundled: parts that are loaded late stay files of their own. */
export function bundleOptions(external: readonly string[]): BuildOptions & { readonly metafile: true } {
  return {
    absWorkingDir: root,
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
    metafile: true,
    // `pg` looks for it when it is asked to, which it is not.
    external: [...external, 'pg-native'],
    plugins: [lateNames(external)],
    // CommonJS dependencies ask for `require`.
    banner: {
      js: "import { createRequire as assayCreateRequire } from 'node:module';const require = assayCreateRequire(import.meta.url);",
    },
  };
}
