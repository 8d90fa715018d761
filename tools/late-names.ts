import type { Plugin } from 'esbuild';

/**
 * A package that is loaded late is seen through a small module that names its exports, as Node sees them. esbuild alone gives a late
 * CommonJS package nothing but `default` when it splits the bundle.
 */
export function lateNames(external: readonly string[]): Plugin {
  return {
    name: 'late-names',
    setup(bundle) {
      bundle.onResolve({ filter: /^[^./]/ }, ({ kind, path, resolveDir }) =>
        kind === 'dynamic-import' && !/^(?:node:|@assay\/)/.test(path) && !external.includes(path)
          ? { path, namespace: 'late', pluginData: resolveDir }
          : undefined,
      );
      bundle.onLoad({ filter: /.*/, namespace: 'late' }, async ({ path, pluginData }) => {
        const all = Object.keys((await import(path)) as object);
        const names = all.filter((name) => /^[\w$]+$/.test(name) && name !== 'default');
        const named = names.length === 0 ? '' : `export const { ${names.join(', ')} } = late;`;
        const whole = all.includes('default') ? 'export default late.default;' : '';
        return {
          contents: `import * as late from ${JSON.stringify(path)};${named}${whole}`,
          resolveDir: String(pluginData),
        };
      });
    },
  };
}
